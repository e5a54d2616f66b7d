package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.SessionUser;
import io.sessionadmin.table.Handle;
import jakarta.servlet.http.HttpSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.Session;
import org.jspecify.annotations.Nullable;

/**
 * A session in the memory of this node, looked at without touching it: only getters of Tomcat that neither access nor
 * expire it are called, and no method of an application's object.
 *
 * <p>{@code isValid()} and the public time getters of
 * <a href="https://github.com/apache/tomcat/blob/11.0.21/java/org/apache/catalina/session/StandardSession.java">StandardSession</a>
 * expire an overdue session, so they are not among them.
 */
public final class LiveSession {

    private final Session session;
    private final long now;
    private @Nullable Handle handle;

    LiveSession(Session session, long now) {
        this.session = session;
        this.now = now;
    }

    /** The session id, a credential: it stays inside of the model. */
    String id() {
        return session.getIdInternal();
    }

    Session session() {
        return session;
    }

    public Handle handle() {
        Handle known = handle;
        if (known == null) {
            known = Handle.of(id());
            handle = known;
        }
        return known;
    }

    /** False when it has ended, which a session may while it is looked at. */
    boolean isValid() {
        HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
        try {
            http.isNew(); // the one check of validity that has no effect
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Overdue, and not yet expired by its manager. */
    boolean isExpired() {
        int seconds = session.getMaxInactiveInterval();
        return seconds > 0 && session.getIdleTimeInternal() >= seconds * 1000L;
    }

    public Instant created() {
        return Instant.ofEpochMilli(session.getCreationTimeInternal());
    }

    public Instant lastAccess() {
        return Instant.ofEpochMilli(session.getThisAccessedTimeInternal());
    }

    /** The end of the last request, milliseconds since 1970-01-01 UTC: what stores save as last access. */
    long lastAccessed() {
        return session.getLastAccessedTimeInternal();
    }

    public int maxInactive() {
        return session.getMaxInactiveInterval();
    }

    /** When it expires unless it is used again; empty for never. */
    public Optional<Instant> expires() {
        int seconds = session.getMaxInactiveInterval();
        return seconds <= 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(now - session.getIdleTimeInternal() + seconds * 1000L));
    }

    public Optional<String> user() {
        return SessionUser.of(session);
    }

    /** How it was logged in to: FORM, BASIC and so on. */
    public Optional<String> authType() {
        return Optional.ofNullable(session.getAuthType());
    }

    /** What {@code JdbcStore} knows of its saved copy. */
    SessionBackup note() {
        return SessionBackup.of(session);
    }

    /** An attribute in memory. */
    public record Attribute(String name, String className) {}

    /** The attributes by name; empty when the session has ended. */
    public List<Attribute> attributes() {
        HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
        List<Attribute> found = new ArrayList<>();
        try {
            List<String> names = new ArrayList<>(Collections.list(http.getAttributeNames()));
            Collections.sort(names);
            for (String name : names) {
                Object value = http.getAttribute(name);
                if (value != null) {
                    found.add(new Attribute(name, value.getClass().getName()));
                }
            }
        } catch (IllegalStateException e) {
            return List.of();
        }
        return found;
    }
}
