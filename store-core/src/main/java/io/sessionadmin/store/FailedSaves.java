package io.sessionadmin.store;

import io.sessionadmin.table.StoreUnavailableException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.juli.logging.Log;

/** Sessions that could not be saved, and why: each is known, logged when that is new, and tried again. Safe for use by several threads. */
final class FailedSaves {

    private final Log log;
    private final SharedPersistentManager manager;
    private final SessionRows rows;
    private final StoreHealth saving;
    private final StoreStatistics statistics;
    private final Clock clock;
    private final Set<SharedSession> failed = ConcurrentHashMap.newKeySet();

    FailedSaves(
            Log log,
            SharedPersistentManager manager,
            SessionRows rows,
            StoreHealth saving,
            StoreStatistics statistics,
            Clock clock) {
        this.log = log;
        this.manager = manager;
        this.rows = rows;
        this.saving = saving;
        this.statistics = statistics;
        this.clock = clock;
    }

    /** Another thread is at it for too long: whether that has saved it shows at the next try. */
    void busy(SharedSession session) {
        failed.add(session);
    }

    void succeeded(SharedSession session) {
        failed.remove(session);
        saving.worked();
    }

    void unavailable(SharedSession session, SessionBackup before, StoreUnavailableException e) {
        if (e.isAboutTheRow()) {
            notSaved(session, before, new SessionNotSavedException(String.valueOf(e.getMessage()), e));
            return;
        }
        note(session, String.valueOf(e.getMessage()));
        saving.failed(e);
    }

    /** Notes a failure of the session's own, and logs it when it is new. */
    void notSaved(SharedSession session, SessionBackup before, SessionNotSavedException e) {
        if (!session.isValid()) {
            return;
        }
        note(session, e.reason());
        if (before.failure() == null || !before.failure().reason().equals(e.reason())) {
            log.warn(
                    "Session " + rows.key(session) + " can't be saved: " + e.reason()
                            + ". Its last saved copy stays, it is kept in memory, and tried again",
                    e.getCause());
        }
    }

    private void note(SharedSession session, String reason) {
        statistics.failed();
        session.notSaved(reason, clock.millis());
        failed.add(session);
        manager.keep(session);
    }

    /** What could not be saved, and is to be tried again, even where another copy has taken its place: they merge. */
    List<SharedSession> all() {
        failed.removeIf(SharedSession::hasEnded);
        return List.copyOf(failed);
    }

    int count() {
        return failed.size();
    }
}
