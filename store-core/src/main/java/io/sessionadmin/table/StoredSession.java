package io.sessionadmin.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A session as it came from the table.
 *
 * @param version which state of the row this is
 * @param maxInactive seconds; 0 and less: never expires
 * @param lastAccess milliseconds since 1970-01-01 UTC on this node's clock
 * @param savedAt likewise; 0 where the table does not know
 * @param heldBy the node that saved it last, where that has it in memory still, and that was asked for
 * @param partial whether the whole stream was left out, as the caller has a copy of that
 * @param data Tomcat's session stream; empty where it was left out
 * @param changes what differs from it, a session stream too. Empty: nothing, and what changes may be written alone.
 *     Null: nothing, and that is not known
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record StoredSession(
        SessionKey key,
        RowVersion version,
        int maxInactive,
        long lastAccess,
        long savedAt,
        @Nullable String heldBy,
        boolean partial,
        byte[] data,
        byte @Nullable [] changes) {

    /** A stream as a column has it; a table of Tomcat's documentation allows none. */
    static byte[] data(ResultSet row, int column) throws SQLException {
        byte[] data = row.getBytes(column);
        return data == null ? new byte[0] : data;
    }

    /** The bytes that came. */
    public int bytes() {
        return data.length + (changes == null ? 0 : changes.length);
    }
}
