package io.sessionadmin.table;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table for people to look at.
 *
 * @param valid false for a tombstone
 * @param maxInactive seconds; 0 and less: never expires
 * @param lastAccess as the row has it; a session in memory may have been accessed since
 * @param bytes the size of the session's stream
 * @param savedAt on the database's clock; null where the table does not know
 * @param node who saved it last; null where the table does not know
 * @param user who is logged in; null where nobody is, or the table does not know
 * @param held whether that node said that it keeps the session in memory; null where the table does not know
 * @param data the whole stream of a small session, the beginning of a large one
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record StoredRow(
        SessionKey key,
        boolean valid,
        int maxInactive,
        Instant lastAccess,
        long bytes,
        @Nullable Instant savedAt,
        @Nullable String node,
        @Nullable String user,
        @Nullable Boolean held,
        byte[] data) {

    /** When the row expires; null for never. */
    public @Nullable Instant expiresAt() {
        return maxInactive <= 0 ? null : lastAccess.plusSeconds(maxInactive);
    }

    /** Whether {@link #data} is all of the stream. */
    public boolean hasAllData() {
        return data.length == bytes;
    }
}
