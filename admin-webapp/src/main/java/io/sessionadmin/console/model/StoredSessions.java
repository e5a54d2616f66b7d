package io.sessionadmin.console.model;

import io.sessionadmin.console.model.Reason.StoreNotReadableException;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.RowFacts;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the store of one context keeps, for people to look at. Reads only; no class of the application is loaded.
 *
 * <p>An {@link IOException} means that the store did not answer; its message is for an operator and holds no session id.
 */
sealed interface StoredSessions
        permits TableSessions, FileSessions, StoredSessions.InMemoryOnly, StoredSessions.Unreachable {

    /** How many bytes of a stored session are read for its attributes. */
    int READ_AT_MOST = 16 << 20;

    /** How many are stored, and what the counting costs in truth. */
    StoredCounts counts() throws IOException;

    /** Stored sessions in the order of their handles. */
    List<StoredRow> page(@Nullable Handle after, int limit) throws IOException;

    /** Those with these handles, as far as there are any, in no order. */
    List<StoredRow> find(Collection<Handle> handles) throws IOException;

    /** Whether there is a copy of this session, or its tombstone. */
    boolean holds(String id) throws IOException;

    /** The session's stream, or as much of its beginning as is read at all. */
    Optional<byte[]> data(StoredRow row) throws IOException;

    /** What the store knows of a row beside its session; empty where it knows nothing. */
    default Optional<RowFacts> facts(StoredRow row) throws IOException {
        return Optional.empty();
    }

    /**
     * The saved copies of live sessions.
     *
     * @param live sessions in memory
     * @param asOf when copies have expired that are due, on the clock of the store
     */
    SavedCopies copies(Collection<LiveSession> live, Instant asOf) throws IOException;

    /**
     * The saved copies of live sessions.
     *
     * @param finder answers null for a session that has none
     * @param guessed why the store was not asked for each of them; none when it was
     */
    record SavedCopies(Function<LiveSession, @Nullable SavedCopy> finder, Reason guessed) {

        static SavedCopies of(Map<String, SavedCopy> byId) {
            return new SavedCopies(session -> byId.get(session.id()), Reason.NONE);
        }

        @Nullable
        SavedCopy of(LiveSession session) {
            return finder.apply(session);
        }
    }

    /**
     * What is known of the saved copy of a live session.
     *
     * @param valid false for a tombstone
     * @param expired whether the row itself has expired; the session in memory may have been used since
     * @param holder the node that says in the row that it keeps the session in memory; null where none does, or the row
     *     was not asked
     */
    record SavedCopy(
            boolean valid,
            boolean expired,
            SessionBackup backup,
            @Nullable String holder) {

        /** Of a store that does not know who holds a session. */
        SavedCopy(boolean valid, boolean expired, SessionBackup backup) {
            this(valid, expired, backup, null);
        }
    }

    /** The access of a live session that a saved copy has to have to be current. */
    long latestAccess(LiveSession live);

    /** StandardManager, or no manager at all: there is no store. */
    record InMemoryOnly() implements StoredSessions {
        @Override
        public StoredCounts counts() {
            return StoredCounts.NOTHING;
        }

        @Override
        public List<StoredRow> page(@Nullable Handle after, int limit) {
            return List.of();
        }

        @Override
        public List<StoredRow> find(Collection<Handle> handles) {
            return List.of();
        }

        @Override
        public boolean holds(String id) {
            return false;
        }

        @Override
        public Optional<byte[]> data(StoredRow row) {
            return Optional.empty();
        }

        @Override
        public SavedCopies copies(Collection<LiveSession> live, Instant asOf) {
            return SavedCopies.of(Map.of());
        }

        @Override
        public long latestAccess(LiveSession live) {
            return live.lastAccessed();
        }
    }

    /** There is a store, or may be one, and the console can't look into it. */
    record Unreachable(Reason reason) implements StoredSessions {
        @Override
        public StoredCounts counts() throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public List<StoredRow> page(@Nullable Handle after, int limit) throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public List<StoredRow> find(Collection<Handle> handles) throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public boolean holds(String id) throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public Optional<byte[]> data(StoredRow row) throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public SavedCopies copies(Collection<LiveSession> live, Instant asOf) throws IOException {
            throw new StoreNotReadableException(reason);
        }

        @Override
        public long latestAccess(LiveSession live) {
            return live.lastAccessed();
        }
    }
}
