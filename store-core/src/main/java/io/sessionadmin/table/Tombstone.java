package io.sessionadmin.table;

import org.jspecify.annotations.Nullable;

/**
 * A session that somebody ended.
 *
 * @param endedAt milliseconds since 1970-01-01 UTC on this node's clock
 * @param toldBy the node that has told the listeners; empty where the table can't say which, and somebody has; null
 *     when nobody has yet: whoever wins {@link SessionTable#claim} does
 * @param fromOutside whether somebody outside of the application has ended it, who may ask what became of the copies;
 *     true where the table can't tell
 */
public record Tombstone(String id, long endedAt, @Nullable String toldBy, boolean fromOutside) {

    /** The version of a row that somebody outside of the application has made a tombstone. */
    static final long FROM_OUTSIDE = -1;

    /**
     * Whether it is the end of the session that a copy is of, and not of an earlier one with the same id.
     *
     * @param created when the copy's session was created, milliseconds since 1970-01-01 UTC on this node's clock
     * @param stored whether the copy comes from a row: the access that a DBA's tombstone keeps may be some milliseconds off
     */
    public boolean isOf(long created, boolean stored) {
        return created <= endedAt + (stored ? Clocks.APART : 0);
    }

    /** A session id is a credential. */
    @Override
    public String toString() {
        return Handle.of(id).brief() + " ended at " + endedAt;
    }
}
