package io.sessionadmin.store;

import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SaveResult;
import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Saves many sessions by few transactions: for backups, swap-outs, retries and the stop. One that can't be saved costs the
 * others nothing; one that another thread saves just now is left to it. While PostgreSQL writes a batch the next one is
 * serialised. Safe for use by several threads.
 */
final class SharedBatches {

    private static final int AT_ONCE = 100;
    private static final int BYTES_AT_ONCE = 1 << 20;

    /** Batches that PostgreSQL has at once: it writes one while it waits for the disk with the other. */
    private static final int IN_FLIGHT = 2;

    private final SharedSessions sharing;
    private final SessionTable table;
    private final SharedRows rows;
    private final FailedSaves failures;
    private final StoreStatistics statistics;

    SharedBatches(SharedSessions sharing, SessionTable table, SharedRows rows, StoreStatistics statistics) {
        this.sharing = sharing;
        this.table = table;
        this.rows = rows;
        failures = sharing.failures();
        this.statistics = statistics;
    }

    /**
     * Saves those that have changed, and writes the accesses of the others.
     *
     * @param anyway whether those are saved, too, of which nothing is known to have changed: an earlier try has failed
     */
    void store(Collection<SharedSession> sessions, boolean held, boolean anyway) throws StoreUnavailableException {
        store(sessions, held, anyway, () -> true);
    }

    /** The same, which begins no more when it is told not to go on. */
    void store(Collection<SharedSession> sessions, boolean held, boolean anyway, BooleanSupplier goesOn)
            throws StoreUnavailableException {
        List<SharedSession> accessed = new ArrayList<>();
        try (Batch batch = new Batch(held)) {
            for (SharedSession session : sessions) {
                if (!goesOn.getAsBoolean()) {
                    break;
                }
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
            batch.finish();
        }
        sharing.writeAccesses(accessed);
    }

    /** Sessions whose locks are held, by this thread, until it knows that they are written. */
    private final class Batch implements AutoCloseable {

        private record Entry(SharedSession session, SessionBackup before, int upTo, SharedRows.Prepared prepared) {

            boolean isStored() {
                return session.isStored();
            }
        }

        private final boolean held;
        private final Set<SharedSession> locked = new HashSet<>();
        private final Deque<Flight> flights = new ArrayDeque<>();
        private List<Entry> entries = new ArrayList<>();
        private @Nullable ExecutorService writers;
        private int bytes;

        /** A part of them that PostgreSQL is at. */
        private record Flight(List<Entry> entries, long since, Future<List<SaveResult>> results) {}

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
        @Override
        public void close() {
            if (writers != null) {
                writers.shutdown();
            }
            locked.forEach(SharedSession::unlock);
            locked.clear();
        }

        void add(SharedSession session) {
            SessionBackup before = session.backup();
            try {
                sharing.makeWay(session);
                int upTo = session.changes().upTo();
                SharedRows.Prepared prepared = rows.prepare(session, held);
                if (!entries.isEmpty() && bytes + prepared.row().data().length > BYTES_AT_ONCE) {
                    depart(writers());
                }
                entries.add(new Entry(session, before, upTo, prepared));
                bytes += prepared.row().data().length;
            } catch (StoreUnavailableException e) {
                failures.unavailable(session, before, e);
                letGo(session);
            } catch (SessionNotSavedException e) {
                failures.notSaved(session, before, e);
                letGo(session);
            } catch (IllegalStateException e) {
                if (session.isValid()) {
                    throw e;
                }
                letGo(session); // it ended while it was being serialised, and there is nothing to save any more
            }
            if (entries.size() == AT_ONCE || bytes >= BYTES_AT_ONCE) {
                depart(writers());
            }
        }

        /** Waits until all of them are written, or known not to be. */
        void finish() {
            depart(Runnable::run);
            while (!flights.isEmpty()) {
                arrive(flights.remove());
            }
        }

        /** Threads of their own while there is more than one part, as another part is being serialised. */
        private ExecutorService writers() {
            if (writers == null) {
                writers = Executors.newFixedThreadPool(IN_FLIGHT, work -> {
                    Thread thread = new Thread(work, "session-store-batch");
                    thread.setDaemon(true);
                    thread.setContextClassLoader(SharedBatches.class.getClassLoader()); // not the application's
                    return thread;
                });
            }
            return writers;
        }

        private void depart(Executor by) {
            List<Entry> part = entries;
            entries = new ArrayList<>();
            bytes = 0;
            List<Entry> stored = part.stream().filter(Entry::isStored).toList();
            if (!stored.isEmpty()) {
                List<RowVersion> bases =
                        stored.stream().map(entry -> entry.session().basis()).toList();
                depart(by, stored, rows -> table.updateAll(rows, bases));
            }
            List<Entry> fresh = part.stream().filter(entry -> !entry.isStored()).toList();
            if (!fresh.isEmpty()) {
                depart(by, fresh, table::insertAll);
            }
        }

        private void depart(Executor by, List<Entry> part, Writing writing) {
            List<SessionRow> written =
                    part.stream().map(entry -> entry.prepared().row()).toList();
            FutureTask<List<SaveResult>> task = new FutureTask<>(() -> writing.write(written));
            long since = statistics.start();
            by.execute(task);
            flights.add(new Flight(part, since, task));
            while (flights.size() > IN_FLIGHT) {
                arrive(flights.remove());
            }
        }

        private void arrive(Flight flight) {
            List<Entry> part = flight.entries();
            try {
                List<SaveResult> results = flight.results().get();
                statistics.savedBatch(part.size(), flight.since());
                for (int i = 0; i < part.size(); i++) {
                    settle(part.get(i), results.get(i));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // what became of them is found at their next save
                StoreUnavailableException interrupted =
                        new StoreUnavailableException(new SQLException("interrupted while a batch was saved", e));
                part.forEach(entry -> failures.unavailable(entry.session(), entry.before(), interrupted));
            } catch (ExecutionException e) {
                failed(part, e.getCause());
            }
            part.forEach(entry -> letGo(entry.session()));
        }

        private void failed(List<Entry> part, @Nullable Throwable cause) {
            if (cause instanceof StoreUnavailableException away) {
                part.forEach(entry -> failures.unavailable(entry.session(), entry.before(), away));
                return;
            }
            throw new IllegalStateException("a batch of sessions can't be saved", cause);
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
                failures.unavailable(session, entry.before(), e);
            } catch (SessionNotSavedException e) {
                failures.notSaved(session, entry.before(), e);
            } catch (IOException e) {
                failures.notSaved(
                        session, entry.before(), new SessionNotSavedException(String.valueOf(e.getMessage()), e));
            }
        }
    }

    @FunctionalInterface
    private interface Writing {
        List<SaveResult> write(List<SessionRow> rows) throws StoreUnavailableException;
    }
}
