package io.sessionadmin.table;

import org.jspecify.annotations.Nullable;

/**
 * A session as it goes to the table.
 *
 * @param maxInactive seconds; 0 and less: never expires
 * @param lastAccess milliseconds since 1970-01-01 UTC
 * @param basis the last access of the row that this copy was made of or saved as before; 0 when there was none
 * @param created when the session was created, milliseconds since 1970-01-01 UTC
 * @param user who is logged in, where that is known
 * @param data Tomcat's session stream; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record SessionRow(
        SessionKey key,
        int maxInactive,
        long lastAccess,
        long basis,
        long created,
        @Nullable String user,
        byte[] data) {

    /** When the session expires, in milliseconds since 1970-01-01 UTC; null for never. */
    static @Nullable Long expiry(long lastAccess, int maxInactive) {
        return maxInactive <= 0 ? null : Long.valueOf(lastAccess + maxInactive * 1000L);
    }
}
