package io.sessionadmin.store;

import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a live session, for others than its application: looking at them accesses nothing, and does not count
 * as handing them out, which {@link SharedPersistentManager} takes for a possible change.
 */
public final class LiveAttributes {

    private LiveAttributes() {}

    /** All of them by name; empty when the session has ended. */
    public static Map<String, Object> of(Session session) {
        Map<String, Object> found = new LinkedHashMap<>();
        try {
            for (String name : names(session)) {
                Object value = get(session, name);
                if (value != null) {
                    found.put(name, value);
                }
            }
        } catch (IllegalStateException e) {
            return Map.of();
        }
        return found;
    }

    /**
     * The names of all of them.
     *
     * @throws IllegalStateException when the session has ended
     */
    static List<String> names(Session session) {
        if (session instanceof SharedSession shared && shared.isValid()) {
            return shared.attributeNames();
        }
        HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
        return Collections.list(http.getAttributeNames());
    }

    /** Puts what was read from the store into a session that was read, too: no listener is told. */
    static void restore(StandardSession session, String name, Object value) {
        if (session instanceof SharedSession shared) {
            shared.restore(name, value);
        } else {
            session.setAttribute(name, value, false);
        }
    }

    /**
     * Names of those that are known to have been put or removed since the last save. What was changed in place is not
     * among them: to find that out, the application's own code would have to run. Empty for sessions of Tomcat's managers.
     */
    public static Set<String> changed(Session session) {
        return session instanceof SharedSession shared ? shared.changes().names() : Set.of();
    }

    /**
     * One of them; null when there is none.
     *
     * @throws IllegalStateException when the session has ended
     */
    static @Nullable Object get(Session session, String name) {
        if (session instanceof SharedSession shared) {
            return shared.peek(name);
        }
        HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
        return http.getAttribute(name);
    }
}
