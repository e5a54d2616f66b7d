package io.sessionadmin.table;

import org.jspecify.annotations.Nullable;

/** What the table says about a session of which the caller may have a copy. Times are on this node's clock. */
public sealed interface Look {

    /**
     * The row is the one that the copy comes from; it may have been accessed elsewhere since.
     *
     * @param maxInactive seconds; 0 and less: never expires
     * @param lastAccess milliseconds since 1970-01-01 UTC
     */
    record Unchanged(int maxInactive, long lastAccess) implements Look {}

    /** The row is in another state than the copy, and this is it. */
    record Changed(StoredSession session) implements Look {}

    /**
     * A tombstone.
     *
     * @param toldBy the node that has told the listeners; empty where the table can't say which, and somebody has; null
     *     when nobody has yet: whoever wins {@link SessionTable#claim} does
     * @param endedAt milliseconds since 1970-01-01 UTC
     */
    record Ended(@Nullable String toldBy, long endedAt) implements Look {}

    /** There, valid, and past its last access + max inactive interval + grace: the sweep's to end. */
    record Expired() implements Look {}

    /** There is no row. */
    record Absent() implements Look {}
}
