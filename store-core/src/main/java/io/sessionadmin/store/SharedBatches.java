package io.sessionadmin.store;

import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SaveResult;
import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Saves many sessions by few transactions: for backups, swap-outs, retries and the stop. One that can't be saved costs the
 * others nothing; one that another thread saves just now is left to it. Safe for use by several threads.
 */
final class SharedBatches {

    private static final int AT_ONCE = 100;
    private static final int BYTES_AT_ONCE = 1 << 20;

    private final SharedSessions sharing;
    private final SessionTable table;
    private final SharedRows rows;
    private final StoreStatistics statistics;

    SharedBatches(SharedSessions sharing, SessionTable table, SharedRows rows, StoreStatistics statistics) {
        this.sharing = sharing;
        this.table = table;
        this.rows = rows;
        this.statistics = statistics;
    }

    /**
     * Saves those that have changed, and writes the accesses of the others.
     *
     * @param anyway whether those are saved, too, of which nothing is known to have changed: an earlier try has failed
     */
    void store(Collection<SharedSession> sessions, boolean held, boolean anyway) throws StoreUnavailableException {
        List<SharedSession> accessed = new ArrayList<>();
        Batch batch = new Batch(held);
        try {
            for (SharedSession session : sessions) {
                if (!session.lockForSaving(0)) {
                    continue; // somebody saves it now
                }
                batch.hold(session);
                session.noticeChangesInPlace(0);
                if (!anyway
                        && session.isStored()
                        && !session.changes().any()
                        && !SharedRows.isToBeFolded(session, held)) {
                    batch.letGo(session);
                    if (session.getThisAccessedTimeInternal() > session.savedAccess()) {
                        accessed.add(session);
                    }
                } else {
                    batch.add(session);
                }
            }
            batch.write();
        } finally {
            batch.letGoOfAll();
        }
        sharing.writeAccesses(accessed);
    }

    /** Sessions whose locks are held until they are written. */
    private final class Batch {

        private record Entry(SharedSession session, SessionBackup before, int upTo, SharedRows.Prepared prepared) {}

        private final boolean held;
        private final Set<SharedSession> locked = new HashSet<>();
        private final List<Entry> entries = new ArrayList<>();
        private int bytes;

        Batch(boolean held) {
            this.held = held;
        }

        void hold(SharedSession session) {
            locked.add(session);
        }

        void letGo(SharedSession session) {
            if (locked.remove(session)) {
                session.unlock();
            }
        }

        /** Whatever has happened: a lock that is left behind would keep each response of its session waiting. */
        void letGoOfAll() {
            locked.forEach(SharedSession::unlock);
            locked.clear();
        }

        void add(SharedSession session) {
            SessionBackup before = session.backup();
            try {
                sharing.makeWay(session);
                int upTo = session.changes().upTo();
                SharedRows.Prepared prepared = rows.prepare(session, held);
                entries.add(new Entry(session, before, upTo, prepared));
                bytes += prepared.row().data().length;
            } catch (StoreUnavailableException e) {
                sharing.unavailable(session, before, e);
                letGo(session);
            } catch (SessionNotSavedException e) {
                sharing.notSaved(session, before, e);
                letGo(session);
            }
            if (entries.size() == AT_ONCE || bytes >= BYTES_AT_ONCE) {
                write();
            }
        }

        void write() {
            List<Entry> stored =
                    entries.stream().filter(entry -> entry.session().isStored()).toList();
            List<Entry> fresh = entries.stream()
                    .filter(entry -> !entry.session().isStored())
                    .toList();
            entries.clear();
            bytes = 0;
            if (!stored.isEmpty()) {
                List<RowVersion> bases =
                        stored.stream().map(entry -> entry.session().basis()).toList();
                write(stored, batch -> table.updateAll(batch, bases));
            }
            if (!fresh.isEmpty()) {
                write(fresh, table::insertAll);
            }
        }

        private void write(List<Entry> batch, Writing writing) {
            long before = statistics.start();
            try {
                List<SaveResult> results = writing.write(
                        batch.stream().map(entry -> entry.prepared().row()).toList());
                statistics.savedBatch(batch.size(), before);
                for (int i = 0; i < batch.size(); i++) {
                    settle(batch.get(i), results.get(i));
                }
            } catch (StoreUnavailableException e) {
                batch.forEach(entry -> sharing.unavailable(entry.session(), entry.before(), e));
            }
            batch.forEach(entry -> letGo(entry.session()));
        }

        private void settle(Entry entry, SaveResult result) {
            SharedSession session = entry.session();
            try {
                if (result instanceof SaveResult.Saved saved) {
                    sharing.isSaved(session, entry.upTo(), entry.prepared(), saved);
                } else if (sharing.settle(session, result)) {
                    statistics.conflicted();
                    sharing.save(session, held);
                }
            } catch (StoreUnavailableException e) {
                sharing.unavailable(session, entry.before(), e);
            } catch (SessionNotSavedException e) {
                sharing.notSaved(session, entry.before(), e);
            } catch (IOException e) {
                sharing.notSaved(
                        session, entry.before(), new SessionNotSavedException(String.valueOf(e.getMessage()), e));
            }
        }
    }

    @FunctionalInterface
    private interface Writing {
        List<SaveResult> write(List<SessionRow> rows) throws StoreUnavailableException;
    }
}
