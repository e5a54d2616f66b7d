package io.sessionadmin.store;

import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.StreamValue;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;

/** Who a session belongs to, as far as Tomcat can know. */
public final class SessionUser {

    /** Names under which applications that do not use Tomcat's login keep the name of the user, as a String. */
    private static final List<String> WELL_KNOWN =
            List.of("user", "username", "userName", "login", "SPRING_SECURITY_LAST_USERNAME");

    private SessionUser() {}

    /**
     * The name of the principal, else a String attribute with a well-known name. Neither accesses nor expires the
     * session; calls no method of an application's object but {@link Principal#getName()}.
     */
    public static Optional<String> of(Session session) {
        Principal principal = session.getPrincipal();
        if (principal != null) {
            return Optional.ofNullable(name(principal));
        }
        if (session instanceof StandardSession standard) {
            try {
                for (String attribute : WELL_KNOWN) {
                    if (LiveAttributes.get(standard, attribute) instanceof String user && !user.isBlank()) {
                        return Optional.of(user);
                    }
                }
            } catch (IllegalStateException e) {
                return Optional.empty(); // it ended meanwhile
            }
        }
        return Optional.empty();
    }

    /** Likewise of a stored session, from its stream. */
    public static Optional<String> of(SessionStream stored) {
        String principal = stored.head().principalName();
        return principal != null
                ? Optional.of(principal)
                : WELL_KNOWN.stream()
                        .flatMap(name -> stored.attributes().stream()
                                .filter(attribute -> attribute.name().equals(name)))
                        .map(StoredAttribute::value)
                        .filter(StreamValue.Text.class::isInstance)
                        .map(value -> ((StreamValue.Text) value).shown())
                        .filter(user -> !user.isBlank())
                        .findFirst();
    }

    private static @org.jspecify.annotations.Nullable String name(Principal principal) {
        try {
            return principal.getName();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return null; // an application's own class; its failure must not stop a save or a page
        }
    }
}
