package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.Optional;

/**
 * A session that is to be ended.
 *
 * @param id a credential: it stays inside of the model
 * @param user who was logged in when it was listed, while it still had one
 * @param stored whether it had a saved copy then
 * @param bytes of the saved copy
 */
record Target(String id, Handle handle, Optional<String> user, boolean stored, long bytes, Instant lastAccess) {

    static Target of(SessionEntry entry) {
        return new Target(
                entry.id(),
                entry.handle(),
                entry.user(),
                entry.row() != null,
                entry.bytes().orElse(0L),
                entry.lastAccess());
    }

    @Override
    public String toString() {
        return handle.brief();
    }
}
