package io.sessionadmin.store;

import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Arrays;
import org.apache.catalina.Context;

/**
 * Who is told when a session ends: listeners of the context, and attributes that want to know. Where there is neither, a
 * session that has expired in the table need not be read ({@code StandardSession.expire} and {@code
 * StandardSession.removeAttributeInternal} tell these, and nobody else but Tomcat's own listeners of a live session).
 */
final class EndListeners {

    private EndListeners() {}

    /** Whether the context has listeners that are told of each session's end, or of the attributes that go with it. */
    static boolean areIn(Context context) {
        return Arrays.stream(context.getApplicationLifecycleListeners()).anyMatch(HttpSessionListener.class::isInstance)
                || Arrays.stream(context.getApplicationEventListeners())
                        .anyMatch(HttpSessionAttributeListener.class::isInstance);
    }

    /** Whether an attribute with this value is one. */
    static boolean is(Object value) {
        return value instanceof HttpSessionBindingListener;
    }
}
