package io.sessionadmin.store;

import io.sessionadmin.table.Look;
import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SessionLocks;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.apache.juli.logging.Log;
import org.jspecify.annotations.Nullable;

/** The work of a store under {@link SharedPersistentManager}. Safe for use by several threads. */
final class SharedWork implements StoreWork {

    private static final Duration OFTEN = Duration.ofSeconds(4);
    private static final Duration SELDOM = Duration.ofMinutes(5);

    private final SharedPersistentManager manager;
    private final Sharing sharing;
    private final SessionTable table;
    private final SessionRows rows;
    private final OutsideEnding ending;
    private final Pace retries = Pace.after(OFTEN, System::nanoTime);
    private final Pace renewals = Pace.after(OFTEN, System::nanoTime);
    private final Pace cleanings = Pace.after(SELDOM, System::nanoTime);

    SharedWork(
            SharedPersistentManager manager,
            Sharing sharing,
            SessionTable table,
            SessionRows rows,
            OutsideEnding ending) {
        this.manager = manager;
        this.sharing = sharing;
        this.table = table;
        this.rows = rows;
        this.ending = ending;
    }

    /** Makes all parts, and gives them to the manager. */
    static SharedWork start(
            Log log,
            SharedPersistentManager manager,
            SessionTable table,
            boolean wholeStreams,
            SessionLocks locks,
            Claims claims,
            Answers answers,
            StoreHealth saving,
            StoreHealth reading,
            StoreStatistics statistics,
            Clock clock) {
        SharingSettings settings = manager.settings();
        SessionRows rows = new SessionRows(log, manager);
        Endings endings = new Endings(log, manager.contextName(), table, saving, clock);
        SharedAccesses accesses = new SharedAccesses(manager.contextName(), settings, table, saving, statistics);
        SharedRows shared = new SharedRows(table, rows, wholeStreams);
        SharedSessions sessions = new SharedSessions(
                log,
                manager,
                settings,
                table,
                rows,
                shared,
                accesses,
                endings,
                new EndedElsewhere(manager, rows, endings, claims, answers, statistics, clock),
                new FailedSaves(log, manager, rows, saving, statistics, clock),
                reading,
                statistics,
                clock);
        SharedBatches batches = new SharedBatches(sessions, table, shared, statistics);
        SharedCopies copies = new SharedCopies(log, manager, rows, endings);
        OutsideEnding ending = new OutsideEnding(manager.contextName(), table, copies, claims, saving, clock);
        SharedBackground background = new SharedBackground(
                log,
                manager,
                settings,
                sessions,
                batches,
                accesses,
                table,
                rows,
                endings,
                copies,
                ending,
                answers,
                saving,
                reading,
                statistics,
                clock);
        Sharing sharing = new Sharing(
                settings, sessions, background, new SessionQueue(log, settings, locks, manager.contextName()), endings);
        manager.attach(sharing);
        return new SharedWork(manager, sharing, table, rows, ending);
    }

    @Override
    public void save(StandardSession session) throws IOException {
        SharedSession shared = (SharedSession) session;
        if (!shared.lockForSaving(SharedSessions.PATIENCE)) {
            throw new IOException("another thread has been saving it for too long");
        }
        try {
            shared.noticeChangesInPlace(0);
            if (shared.isValid() && !sharing.sessions().save(shared, manager.holds(shared))) {
                SessionBackup.Failure failure = shared.backup().failure();
                throw new IOException(failure == null ? "it was not saved" : failure.reason());
            }
        } finally {
            shared.unlock();
        }
    }

    @Override
    public @Nullable Session load(String id) throws IOException {
        return SessionRows.isPlausible(id)
                        && table.look(rows.key(id), RowVersion.NONE, Duration.ZERO) instanceof Look.Changed changed
                ? rows.read(changed.session())
                : null;
    }

    @Override
    public void remove(String id) {
        if (SessionRows.isPlausible(id)) {
            sharing.endings().bury(id);
        }
    }

    @Override
    public Map<String, Invalidation> invalidate(Collection<String> ids) {
        return ending.invalidate(ids);
    }

    @Override
    public BackupResult backUp(String id) {
        SharedSession session = manager.inMemory(id);
        if (session == null || session.hasEnded()) {
            return new BackupResult.NotLive();
        }
        if (!session.lockForSaving(SharedSessions.PATIENCE)) {
            return new BackupResult.Failed("another thread has been saving it for too long");
        }
        try {
            session.noticeChangesInPlace(0);
            boolean changed = !session.isStored()
                    || session.changes().any()
                    || session.backup().failure() != null;
            return changed ? saved(session) : sharing.sessions().saveAccess(session);
        } catch (IOException e) {
            return new BackupResult.Failed(String.valueOf(e.getMessage()));
        } finally {
            session.unlock();
        }
    }

    private BackupResult saved(SharedSession session) {
        boolean saved = sharing.sessions().save(session, manager.holds(session));
        if (session.hasEnded() || session.isEndDecided()) {
            return new BackupResult.NotLive();
        }
        SessionBackup backup = session.backup();
        if (saved) {
            return new BackupResult.Saved(backup.bytes(), backup.leftOut());
        }
        return new BackupResult.Failed(
                backup.failure() == null ? "it was not saved" : backup.failure().reason());
    }

    @Override
    public void endInvalidated() {
        sharing.background().endInvalidated();
    }

    @Override
    public void hearsAgain() {
        sharing.sessions().distrustCopies();
        sharing.background().distrust();
    }

    @Override
    public void everySecond() throws StoreUnavailableException {
        if (renewals.isDue()) {
            sharing.queue().renew(); // first: a lease does not wait
        }
        sharing.sessions().writeAccesses();
        if (retries.isDue()) {
            sharing.background().retry();
        }
        if (cleanings.isDue()) {
            sharing.queue().removeEnded();
        }
    }

    @Override
    public void backgroundPass() {
        sharing.background().pass();
    }

    @Override
    public void finishBeforeStop() {
        sharing.endings().finishBeforeStop();
        manager.detach();
    }
}
