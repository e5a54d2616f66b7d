package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Accessors of sessions (Servlet 6.1) that are used outside of any request of these sessions, as a WebSocket does.
 * By reflection, since the shop is compiled for Servlet 6.0.
 */
final class Shelf {
    private static final Map<String, Object> ACCESSORS = new ConcurrentHashMap<>();

    private Shelf() {}

    /** Keeps the accessor of this session under a name; null where sessions have none. */
    static @Nullable String put(String name, HttpSession session) {
        try {
            ACCESSORS.put(name, HttpSession.class.getMethod("getAccessor").invoke(session));
            return "shelved";
        } catch (NoSuchMethodException e) {
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does something to the session whose accessor has that name. */
    static void use(String name, Consumer<HttpSession> deed) {
        Object accessor = ACCESSORS.get(name);
        if (accessor == null) {
            throw new IllegalArgumentException("Nothing on the shelf: " + name);
        }
        try {
            Class.forName(HttpSession.class.getName() + "$Accessor")
                    .getMethod("access", Consumer.class)
                    .invoke(accessor, deed);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
