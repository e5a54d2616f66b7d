package org.apache.catalina.connector;

import org.apache.catalina.Session;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The session that a request has looked up already, on whichever thread. {@link Request#getSessionInternal(boolean)}
 * would look one up that nobody has asked for; the field behind it is protected.
 */
@NullMarked
public final class SessionInUse {

    private SessionInUse() {}

    /** Null when the request has none. Looks nothing up, accesses nothing. */
    public static @Nullable Session of(Request request) {
        return request.session;
    }
}
