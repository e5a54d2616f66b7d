package io.sessionadmin.store;

import java.time.Duration;
import java.util.List;
import org.apache.catalina.Session;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows about the saved copy of a live session. {@link JdbcStore} keeps it in a note of the session;
 * for sessions of other stores a reader of their rows or files can make one. Immutable.
 *
 * @param savedAccess the last access that the store has, milliseconds since 1970-01-01 UTC; 0 when it has no copy
 * @param savedAt when the copy was saved, likewise; 0 when there is none, or that is not known
 * @param bytes the size of the copy; -1 when it is not known
 * @param unsavedSince the first access that is not in the store, as far as it was noticed; 0 when there is none
 * @param leftOut names of attributes that are in memory and can't be saved, each with the reason
 * @param failure why the last save threw; null when it did not
 * @param complete whether the copy has all that is in memory, whatever was accessed since
 */
public record SessionBackup(
        long savedAccess,
        long savedAt,
        long bytes,
        long unsavedSince,
        List<String> leftOut,
        @Nullable Failure failure,
        boolean complete) {

    /** One that is judged by its last access. */
    public SessionBackup(
            long savedAccess,
            long savedAt,
            long bytes,
            long unsavedSince,
            List<String> leftOut,
            @Nullable Failure failure) {
        this(savedAccess, savedAt, bytes, unsavedSince, leftOut, failure, false);
    }

    /** No copy is saved. */
    public static final SessionBackup NONE = new SessionBackup(0, 0, -1, 0, List.of(), null);

    /** How far the table's idea of an access may be from this node's: it is kept on the database's clock; milliseconds. */
    private static final long CLOCKS_APART = 1_000;

    private static final String NOTE = SessionBackup.class.getName();

    /**
     * A save that threw.
     *
     * @param since when the first of the failed tries in a row was made, milliseconds since 1970-01-01 UTC
     */
    public record Failure(String reason, long since, int tries) {}

    /** How the backup of a live session stands. */
    public enum State {
        /** The store has all of it. */
        CURRENT,
        /** A later access is not in the store, and not yet due. */
        PENDING,
        /** Not in the store for longer than the window allows. */
        OVERDUE,
        /** The last save threw. */
        FAILING,
        /** There is no copy yet. */
        NEVER
    }

    /** What {@link JdbcStore} knows about a session; {@link #NONE} when it never met it. Changes nothing. */
    public static SessionBackup of(Session session) {
        if (session instanceof SharedSession shared) {
            return shared.backupForPeople();
        }
        return session.getNote(NOTE) instanceof SessionBackup backup ? backup : NONE;
    }

    /**
     * How this backup stands now.
     *
     * @param lastAccess of the session in memory
     * @param window how long a change may stay out of the store; null when nothing saves sessions while they are live
     */
    public State state(long lastAccess, long now, @Nullable Duration window) {
        if (failure != null) {
            return State.FAILING;
        }
        if (savedAccess == 0) {
            return State.NEVER;
        }
        if (complete || lastAccess <= savedAccess) {
            return State.CURRENT;
        }
        long since = unsavedSince == 0 ? lastAccess : unsavedSince;
        return window != null && now - since <= window.toMillis() ? State.PENDING : State.OVERDUE;
    }

    void attachTo(Session session) {
        session.setNote(NOTE, this);
    }

    static SessionBackup saved(long access, long at, long bytes, List<String> leftOut) {
        return new SessionBackup(access, at, bytes, 0, List.copyOf(leftOut), null);
    }

    SessionBackup failed(String reason, long now) {
        Failure next = failure == null
                ? new Failure(reason, now, 1)
                : new Failure(reason, failure.since(), failure.tries() + 1);
        return new SessionBackup(savedAccess, savedAt, bytes, unsavedSince, leftOut, next);
    }

    SessionBackup withSavedAccess(long access) {
        return new SessionBackup(access, savedAt, bytes, unsavedSince, leftOut, failure);
    }

    SessionBackup completed() {
        return new SessionBackup(savedAccess, savedAt, bytes, 0, leftOut, failure, true);
    }

    /** The same, when the store has this access only: after a fail-over or a restore it holds less than was saved. */
    public SessionBackup asStored(long storedAccess) {
        return storedAccess >= savedAccess - CLOCKS_APART
                ? this
                : new SessionBackup(storedAccess, 0, -1, unsavedSince, leftOut, failure);
    }

    SessionBackup unsavedSince(long time) {
        return new SessionBackup(savedAccess, savedAt, bytes, time, leftOut, failure);
    }
}
