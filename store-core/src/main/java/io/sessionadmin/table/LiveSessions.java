package io.sessionadmin.table;

import java.util.OptionalLong;

/**
 * Asked by a sweep: a row may look expired because the session's latest access is in memory only, and the end of a session
 * may be nobody's business.
 */
@FunctionalInterface
public interface LiveSessions {

    /** A session in this node's memory that never expires. */
    long NEVER = Long.MAX_VALUE;

    /**
     * Until when the row must be left alone, in milliseconds since 1970-01-01 UTC, because its session is in this
     * node's memory; empty when it is not. A time in the past stands for a while. Must be quick: the row is locked meanwhile.
     */
    OptionalLong heldUntil(String sessionId);

    /**
     * Whether somebody other than its own attributes is to be told of an expired session, and so needs all of it. Must be
     * quick: the row is locked meanwhile.
     */
    default boolean isToBeTold(String sessionId) {
        return true;
    }
}
