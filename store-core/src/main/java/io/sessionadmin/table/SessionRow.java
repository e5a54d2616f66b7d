package io.sessionadmin.table;

import org.jspecify.annotations.Nullable;

/**
 * A session as it goes to the table.
 *
 * @param maxInactive seconds; 0 and less: never expires
 * @param lastAccess milliseconds since 1970-01-01 UTC on this node's clock
 * @param created when the session was created, likewise
 * @param user who is logged in, where that is known
 * @param held whether this node keeps the session in memory after the save
 * @param data Tomcat's session stream; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record SessionRow(
        SessionKey key,
        int maxInactive,
        long lastAccess,
        long created,
        @Nullable String user,
        boolean held,
        byte[] data) {}
