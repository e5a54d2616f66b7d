package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One session, whether it is in memory, in the store, or in both.
 *
 * @param state where it is in its life
 * @param reason why it can't be read; none for the other states
 * @param live as it is in memory; null when it is not
 * @param row as it is in the store; null when it is not, or the store did not answer
 * @param head what the stored stream begins with; null when there is none or it can't be read
 * @param storedUser who is logged in, as the stored stream tells it; null where nobody is, or it is not known
 * @param liveOn the node that has it in memory; null when none has, or its name is not known
 * @param backup how the saved copy of a live session stands; null for a session that is not live
 */
public record SessionEntry(
        Handle handle,
        SessionState state,
        Reason reason,
        @Nullable LiveSession live,
        @Nullable StoredRow row,
        @Nullable SessionHead head,
        @Nullable String storedUser,
        @Nullable String liveOn,
        @Nullable LiveBackup backup) {

    /**
     * How the saved copy of a live session stands.
     *
     * @param state null when the store did not answer, so that it is not known
     * @param known what is known of the copy
     * @param savedAtMost whether the save was at {@code known.savedAt()} or later
     */
    public record LiveBackup(SessionBackup.@Nullable State state, SessionBackup known, boolean savedAtMost) {}

    /** The session id, a credential: it stays inside of the model. */
    String id() {
        if (live != null) {
            return live.id();
        }
        if (row != null) {
            return row.key().id();
        }
        throw new IllegalStateException("an entry is live or stored");
    }

    public Instant lastAccess() {
        if (live != null) {
            return live.lastAccess();
        }
        return row == null ? Instant.EPOCH : row.lastAccess();
    }

    /** Empty for never, and for a tombstone. */
    public Optional<Instant> expires() {
        if (live != null) {
            return live.expires();
        }
        return row == null ? Optional.empty() : Optional.ofNullable(row.expiresAt());
    }

    public Optional<Instant> created() {
        if (live != null) {
            return Optional.of(live.created());
        }
        return Optional.ofNullable(head).map(known -> Instant.ofEpochMilli(known.creationTime()));
    }

    public Optional<String> user() {
        if (live != null) {
            Optional<String> user = live.user();
            if (user.isPresent()) {
                return user;
            }
        }
        if (row != null && row.user() != null) {
            return Optional.of(row.user());
        }
        return Optional.ofNullable(storedUser);
    }

    /** The node that has it in memory, or else saved it last; empty where the store does not know. */
    public Optional<String> node() {
        if (liveOn != null) {
            return Optional.of(liveOn);
        }
        return row == null || !row.valid() ? Optional.empty() : Optional.ofNullable(row.node());
    }

    /** Whether it is in the memory of another node that is alive. */
    public boolean isLiveElsewhere() {
        return live == null && liveOn != null;
    }

    /** The size of the stored stream. */
    public Optional<Long> bytes() {
        return row == null || !row.valid() ? Optional.empty() : Optional.of(row.bytes());
    }

    /** Whether there is something to end. */
    public boolean canBeInvalidated() {
        return state != SessionState.INVALIDATED || live != null;
    }
}
