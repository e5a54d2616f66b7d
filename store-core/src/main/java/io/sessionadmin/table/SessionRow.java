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
 * @param bindingListener whether an attribute is to be told of the session's end ({@code HttpSessionBindingListener}), so
 *     that a sweep has to read the session; true also when that is not known
 * @param form what the data is
 * @param data a stream, see {@link Form}; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record SessionRow(
        SessionKey key,
        int maxInactive,
        long lastAccess,
        long created,
        @Nullable String user,
        boolean held,
        boolean bindingListener,
        Form form,
        byte[] data) {

    /** What is written of a session. */
    public enum Form {
        /** All of it, as Tomcat's session stream. Whether changes can be told apart later is not known. */
        WHOLE,
        /** All of it, and its attributes share no object: what changes later may be written alone. */
        WHOLE_INDEPENDENT,
        /** What differs from the last whole one, as a session stream of its own; the whole one stays as it is. */
        CHANGES
    }

    /** All of a session, of whose attributes nothing is known. */
    public SessionRow(
            SessionKey key,
            int maxInactive,
            long lastAccess,
            long created,
            @Nullable String user,
            boolean held,
            byte[] data) {
        this(key, maxInactive, lastAccess, created, user, held, true, Form.WHOLE, data);
    }

    /** The same under another key. */
    SessionRow at(SessionKey other) {
        return new SessionRow(other, maxInactive, lastAccess, created, user, held, bindingListener, form, data);
    }
}
