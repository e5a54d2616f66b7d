package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import io.sessionadmin.store.SharingSettings.Coherence;
import io.sessionadmin.store.SharingSettings.OnStoreUnavailable;
import io.sessionadmin.table.Look;
import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SaveResult;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.juli.logging.Log;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this node's copies of sessions and the table in step: looks at the row before a copy is served, merges what
 * other nodes wrote, saves what was changed here.
 *
 * <pre>
 * look-up    one read by primary key; the data comes along when the row is another version than the copy
 * newer row  what was changed here and is not saved stays, the rest comes from the row
 * save       update ... where version = the copy's; another version there: merge, and again
 * gone       the row is gone or a tombstone: the copy ends, and is never written back
 * </pre>
 *
 * <p>No lock is held while a look-up waits for PostgreSQL. Each wait is bounded by the pool's and the driver's limits.
 * Safe for use by several threads.
 */
final class SharedSessions {

    /** Each try that fails means that another node has saved. */
    private static final int TRIES = 50;

    /** How long a thread waits for another one that saves the same session; milliseconds. */
    static final long PATIENCE = 5_000;

    /** Of a visitor, so that another node can have served and saved the session; milliseconds. */
    private static final long SHORTEST_ABSENCE = 1_000;

    private final Log log;
    private final SharedPersistentManager manager;
    private final SharingSettings settings;
    private final SessionTable table;
    private final SessionRows rows;
    private final SharedRows shared;
    private final SharedAccesses accesses;
    private final Endings endings;
    private final EndedElsewhere ended;
    private final FailedSaves failures;
    private final StoreHealth reading;
    private final StoreStatistics statistics;
    private final Clock clock;

    private final Set<SharedSession> unattended = ConcurrentHashMap.newKeySet();

    /** Copies that were verified before may have ended, or be older than their rows; milliseconds since 1970-01-01 UTC. */
    private volatile long distrustedBefore;

    SharedSessions(
            Log log,
            SharedPersistentManager manager,
            SharingSettings settings,
            SessionTable table,
            SessionRows rows,
            SharedRows shared,
            SharedAccesses accesses,
            Endings endings,
            EndedElsewhere ended,
            FailedSaves failures,
            StoreHealth reading,
            StoreStatistics statistics,
            Clock clock) {
        this.log = log;
        this.manager = manager;
        this.settings = settings;
        this.table = table;
        this.rows = rows;
        this.shared = shared;
        this.accesses = accesses;
        this.endings = endings;
        this.ended = ended;
        this.failures = failures;
        this.reading = reading;
        this.statistics = statistics;
        this.clock = clock;
    }

    EndedElsewhere ended() {
        return ended;
    }

    FailedSaves failures() {
        return failures;
    }

    // ------------------------------------------------------------------ look up

    /**
     * The session as the store has it now, or as this node has it where that may be served.
     *
     * @return null when there is none
     * @throws SessionUnreadableException when this node can't read its row
     * @throws StoreUnavailableException when nobody knows
     */
    @Nullable
    SharedSession lookUp(String id) throws IOException {
        if (endings.isRemembered(id)) {
            return null;
        }
        long began = System.nanoTime();
        for (int tries = 0; tries < TRIES; tries++) {
            SharedSession copy = manager.inMemory(id);
            if (copy != null && isOver(copy)) {
                return null;
            }
            if (copy != null && !needsALook(copy)) {
                return served(copy);
            }
            Optional<SharedSession> found = copy == null ? load(id, began) : renewed(copy, id, began);
            if (found.isPresent() && !found.get().hasEnded() && manager.holds(found.get())) {
                return served(found.get());
            }
            if (found.isEmpty() && manager.inMemory(id) == null) {
                return null;
            }
            // Another thread has loaded, renewed, saved or ended it meanwhile.
        }
        throw new SessionNotSavedException("other threads change it all the time");
    }

    private SharedSession served(SharedSession copy) {
        copy.served(clock.millis());
        return copy;
    }

    /** Whether a copy is there that has ended, or ends. One that was never saved has nobody else to end it in time. */
    private boolean isOver(SharedSession copy) {
        if (copy.hasEnded()) {
            manager.takeOut(copy);
            return true;
        }
        long now = clock.millis();
        if (!copy.isStored() && copy.isOverdue(now) && !copy.isInUse(now) && copy.decideEnd()) {
            manager.end(copy, End.HERE);
        }
        return copy.isEndDecided();
    }

    /**
     * strict: always. sticky: when nothing was heard for a while, when its time seems to be up, or another node may have
     * saved since the last request here, because the visitor was away for longer than it takes to save.
     */
    private boolean needsALook(SharedSession copy) {
        if (!copy.isStored()) {
            return false;
        }
        long now = clock.millis();
        long idle = now - copy.getThisAccessedTimeInternal();
        int maxIdleBackup = manager.getMaxIdleBackup();
        long untilSaved = maxIdleBackup < 0 ? settings.touchInterval().toMillis() : maxIdleBackup * 1000L;
        return settings.coherence() == Coherence.STRICT
                || copy.verifiedAt() < distrustedBefore
                || copy.isOverdue(now)
                || idle > Math.max(untilSaved, SHORTEST_ABSENCE);
    }

    /** Brings a session into memory; empty when another thread was faster, or there is none. */
    private Optional<SharedSession> load(String id, long began) throws IOException {
        if (!(look(id, RowVersion.NONE) instanceof Look.Changed changed)) {
            return Optional.empty();
        }
        SharedSession loaded = (SharedSession) rows.read(changed.session());
        loaded.madeOf(changed.session(), clock.millis());
        if (endings.isRemembered(id) || endings.hasEndedSince(id, began) || !manager.admit(loaded)) {
            return Optional.empty();
        }
        if (endings.hasEndedSince(id, began) && loaded.decideEnd()) { // while it was let in
            manager.end(loaded, End.SILENT);
        }
        return Optional.of(loaded);
    }

    /** Brings a copy up to its row; empty when it has ended. */
    private Optional<SharedSession> renewed(SharedSession copy, String id, long began) throws IOException {
        RowVersion known = copy.basis();
        try {
            Look look = look(id, known);
            if (stillThere(copy, known, look)) {
                return Optional.of(copy);
            }
            boolean succeeded = look instanceof Look.Changed && copy.isEndDecided();
            return succeeded ? load(id, began) : Optional.empty();
        } catch (StoreUnavailableException e) {
            if (copy.isOverdue(clock.millis())) {
                throw e;
            }
            return Optional.of(copy); // what is in memory is served while PostgreSQL is away
        }
    }

    private Look look(String id, RowVersion known) throws StoreUnavailableException {
        long before = statistics.start();
        try {
            Look look = table.look(rows.key(id), known, settings.touchInterval());
            statistics.looked();
            if (look instanceof Look.Changed) {
                statistics.loaded(before);
            }
            reading.worked();
            return look;
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            throw e;
        }
    }

    /** Brings a copy up to its row. False when it has ended, or another thread has changed it meanwhile. */
    private boolean stillThere(SharedSession copy, RowVersion known, Look look) throws SessionUnreadableException {
        long now = clock.millis();
        if (look instanceof Look.Unchanged unchanged) {
            copy.seenInStore(unchanged.lastAccess(), now);
            return true;
        }
        if (look instanceof Look.Changed changed) {
            return merge(copy, known, changed.session());
        }
        if (!copy.basis().equals(known)) {
            return false;
        }
        if (look instanceof Look.Expired) {
            if (copy.isInUse(now) || !copy.isOverdue(now)) {
                accesses.note(copy); // its row is late, not the session
                return true;
            }
            ended.forget(copy);
            return false;
        }
        ended.end(copy, look);
        return false;
    }

    /** Takes over what the row has and this node has not changed. False when the copy has moved on meanwhile, or ended. */
    private boolean merge(SharedSession copy, RowVersion known, StoredSession stored)
            throws SessionUnreadableException {
        SharedSession newer = (SharedSession) rows.read(stored);
        if (!copy.lockForSaving(PATIENCE)) {
            return true;
        }
        try {
            if (!copy.basis().equals(known)) {
                return false;
            }
            return takeOver(copy, newer, stored);
        } finally {
            copy.unlock();
        }
    }

    /** False when the row is another session's, which has got the id since: then this copy has ended, elsewhere. */
    private boolean takeOver(SharedSession copy, SharedSession newer, StoredSession stored) {
        if (copy.isSucceededBy(newer)) {
            ended.forget(copy);
            return false;
        }
        copy.noticeChangesInPlace(0);
        newer.madeOf(stored, clock.millis());
        copy.takeOver(newer, stored, clock.millis());
        return true;
    }

    // ------------------------------------------------------------------ save

    /**
     * Saves what has changed in this copy; does nothing when nothing has. Never throws: it runs on the application's
     * thread.
     *
     * @param usesAtMost how many requests may use the session for it to be known that nobody goes on changing it
     * @return whether the store has all of it now
     */
    boolean saveIfChanged(SharedSession session, int usesAtMost) {
        if (!session.isValid() || !session.mayHaveChanged()) {
            return true;
        }
        try {
            if (!session.lockForSaving(PATIENCE)) {
                failures.busy(session);
                return false;
            }
            try {
                session.noticeChangesInPlace(usesAtMost);
                return (session.isStored() && !session.changes().any()) || save(session, true);
            } finally {
                session.unlock();
            }
        } catch (Throwable t) {
            ExceptionUtils.handleThrowable(t);
            log.error("Session " + rows.key(session) + " can't be saved", t);
            return false;
        }
    }

    /** Saves a copy, changed or not; the caller holds its lock. Notes and logs what goes wrong. */
    boolean save(SharedSession session, boolean held) {
        long before = statistics.start();
        SessionBackup backup = session.backup();
        try {
            makeWay(session);
            for (int tries = 0; tries < TRIES; tries++) {
                int upTo = session.changes().upTo();
                SharedRows.Prepared prepared = shared.prepare(session, held);
                SaveResult result = session.isStored()
                        ? table.update(prepared.row(), session.basis())
                        : table.insert(prepared.row());
                if (result instanceof SaveResult.Saved saved) {
                    isSaved(session, upTo, prepared, saved);
                    statistics.saved(before);
                    return true;
                }
                if (!settle(session, result)) {
                    return true;
                }
                statistics.conflicted();
            }
            throw new SessionNotSavedException("other nodes save it all the time");
        } catch (StoreUnavailableException e) {
            failures.unavailable(session, backup, e);
        } catch (SessionNotSavedException e) {
            failures.notSaved(session, backup, e);
        } catch (IOException e) {
            failures.notSaved(session, backup, new SessionNotSavedException(String.valueOf(e.getMessage()), e));
        }
        if (session.hasEnded()) {
            endings.remember(session.getIdInternal()); // the answer to an insert may have been lost
        }
        return false;
    }

    /** To be called before a session is saved. */
    void makeWay(SharedSession session) throws StoreUnavailableException {
        if (!session.isStored()) {
            endings.makeWay(session.getIdInternal());
        }
    }

    void isSaved(SharedSession session, int upTo, SharedRows.Prepared prepared, SaveResult.Saved saved) {
        if (!prepared.row().key().id().equals(session.getIdInternal()) || session.hasEnded()) {
            endings.bury(prepared.row().key().id()); // it ended or got a new id while it was being saved
            return;
        }
        session.saved(saved.version(), upTo, prepared, clock.millis());
        failures.succeeded(session);
    }

    /**
     * Deals with a save that wrote nothing.
     *
     * @return whether to try again
     */
    boolean settle(SharedSession session, SaveResult result) throws IOException {
        if (result instanceof SaveResult.TakenByContext taken) {
            throw new SessionNotSavedException(taken);
        }
        if (result instanceof SaveResult.NotSaved not) {
            throw not.cause();
        }
        Look look = look(session.getIdInternal(), RowVersion.NONE);
        if (look instanceof Look.Changed changed) {
            return takeOver(session, (SharedSession) rows.read(changed.session()), changed.session());
        }
        if (look instanceof Look.Expired) {
            throw new SessionNotSavedException("its row has expired while it was away");
        }
        if (look instanceof Look.Absent && !session.isStored()) {
            return true;
        }
        ended.end(session, look);
        return false;
    }

    // ------------------------------------------------------------------ accesses

    /** A request has ended that used this session. */
    void accessed(SharedSession session) {
        if (!session.isValid()) {
            return;
        }
        if (settings.coherence() == Coherence.STRICT || !manager.holds(session)) {
            saveIfChanged(session, 1);
        }
        accesses.noteIfDue(session);
    }

    /** It was changed while no request used it. */
    void unattended(SharedSession session) {
        if (settings.coherence() == Coherence.STRICT) {
            unattended.add(session);
        }
    }

    /** Writes the accesses that are due, and what was changed outside of requests. Each second. */
    void writeAccesses() throws StoreUnavailableException {
        for (SharedSession session : unattended.toArray(new SharedSession[0])) {
            unattended.remove(session);
            saveIfChanged(session, 0);
        }
        lookAfter(accesses.writeDue());
    }

    /** Writes the accesses of sessions that have not changed. */
    void writeAccesses(Collection<SharedSession> sessions) throws StoreUnavailableException {
        lookAfter(accesses.write(sessions));
    }

    /** Their accesses could not be written: the row knows a later one, somebody works on it, or it is gone. */
    private void lookAfter(Collection<SharedSession> sessions) throws StoreUnavailableException {
        for (SharedSession session : sessions) {
            RowVersion known = session.basis();
            try {
                if (stillThere(session, known, look(session.getIdInternal(), known))) {
                    accesses.noteIfDue(session);
                }
            } catch (SessionUnreadableException e) {
                log.debug("Another node has saved what this one can't read", e); // said by the rows
            }
        }
    }

    /** Brings the row of a copy that has not changed up to its last access; the caller holds the copy's lock. */
    BackupResult saveAccess(SharedSession session) throws IOException {
        RowVersion known = session.basis();
        if (!stillThere(session, known, look(session.getIdInternal(), known))) {
            return new BackupResult.NotLive();
        }
        if (session.savedAccess() >= session.getThisAccessedTimeInternal()) {
            return new BackupResult.NothingToSave();
        }
        writeAccesses(List.of(session));
        return session.savedAccess() >= session.getThisAccessedTimeInternal()
                ? new BackupResult.AccessSaved()
                : new BackupResult.Failed("its row is locked, or was changed at this moment");
    }

    // ------------------------------------------------------------------ a new id

    /** Moves the row of a session to its new id, which it has in memory already. The caller holds its lock. */
    void moved(SharedSession session, String oldId) {
        SessionBackup backup = session.backup();
        if (!session.isStored()) {
            return;
        }
        SessionKey old = rows.key(oldId);
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                int upTo = session.changes().upTo();
                SharedRows.Prepared prepared = shared.prepareWhole(session, true);
                SaveResult result = table.move(old, session.basis(), prepared.row());
                if (result instanceof SaveResult.Saved saved) {
                    isSaved(session, upTo, prepared, saved);
                    return;
                }
                Look look = look(session.getIdInternal(), RowVersion.NONE);
                if (look instanceof Look.Changed moved) { // by a statement whose answer was lost
                    takeOver(session, (SharedSession) rows.read(moved.session()), moved.session());
                    return;
                }
                look = look(oldId, RowVersion.NONE);
                if (!(look instanceof Look.Changed changed)) {
                    ended.end(session, old, look);
                    return;
                }
                if (!takeOver(session, (SharedSession) rows.read(changed.session()), changed.session())) {
                    return;
                }
                statistics.conflicted();
            }
            throw new SessionNotSavedException("other nodes save it all the time");
        } catch (StoreUnavailableException e) {
            endings.remember(oldId);
            session.detachFromRow();
            failures.unavailable(session, backup, e);
        } catch (IOException e) {
            endings.bury(oldId);
            session.detachFromRow();
            failures.notSaved(
                    session,
                    backup,
                    e instanceof SessionNotSavedException own
                            ? own
                            : new SessionNotSavedException(String.valueOf(e.getMessage()), e));
        }
    }

    /** Nothing was heard for a while: copies have to be looked at before they are served again. */
    void distrustCopies() {
        distrustedBefore = clock.millis();
    }

    /** Whether a request whose session can't be read is refused, rather than given a new session. */
    boolean refuses() {
        return settings.onStoreUnavailable() == OnStoreUnavailable.ERROR;
    }
}
