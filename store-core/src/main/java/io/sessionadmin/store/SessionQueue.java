package io.sessionadmin.store;

import io.sessionadmin.store.SharingSettings.SessionLocking;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionLocks;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.juli.logging.Log;

/**
 * Lets requests of one session wait for each other, where {@code sessionLocking} says so: on this node by a semaphore, over
 * all nodes by a lease in the table, which costs no connection while it lasts and ends by itself when its holder dies.
 * Safe for use by several threads.
 */
final class SessionQueue {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    /** The requests of one session on this node: one runs, the others wait in the order in which they came. */
    private static final class Line {
        final Semaphore turn = new Semaphore(1, true);
        int length;
    }

    private final Log log;
    private final SharingSettings settings;
    private final SessionLocks leases;
    private final String context;
    private final String self = UUID.randomUUID().toString();
    private final AtomicLong requests = new AtomicLong();
    private final Map<String, Line> lines = new ConcurrentHashMap<>();
    private final Map<SessionKey, String> held = new ConcurrentHashMap<>();

    SessionQueue(Log log, SharingSettings settings, SessionLocks leases, String context) {
        this.log = log;
        this.settings = settings;
        this.leases = leases;
        this.context = context;
    }

    /**
     * Waits until no other request of the session runs; the next one may when the scope ends.
     *
     * @throws IOException when that takes longer than {@code sessionLockTimeout}, or nobody can tell
     */
    void enter(RequestScope scope, String id) throws IOException {
        if (settings.locking() == SessionLocking.NONE) {
            return;
        }
        long deadline = System.nanoTime() + settings.lockTimeout().toNanos();
        waitHere(scope, id, deadline);
        if (settings.locking() == SessionLocking.CLUSTER) {
            waitForOtherNodes(scope, new SessionKey(context, id), deadline);
        }
    }

    private void waitHere(RequestScope scope, String id, long deadline) throws IOException {
        Line line = lines.compute(id, (any, open) -> {
            Line joined = open == null ? new Line() : open;
            joined.length++;
            return joined;
        });
        boolean mine = false;
        try {
            mine = line.turn.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!mine) {
                leaveLine(id);
            }
        }
        if (!mine) {
            throw tooLong();
        }
        scope.atEnd(() -> {
            line.turn.release();
            leaveLine(id);
        });
    }

    private void leaveLine(String id) {
        lines.computeIfPresent(id, (any, line) -> --line.length == 0 ? null : line);
    }

    private void waitForOtherNodes(RequestScope scope, SessionKey key, long deadline) throws IOException {
        String owner = self + "/" + requests.incrementAndGet();
        long pause = SHORTEST_PAUSE;
        while (!acquire(key, owner)) {
            if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                throw tooLong();
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE);
        }
        held.put(key, owner);
        scope.atEnd(() -> {
            held.remove(key, owner);
            release(key, owner);
        });
    }

    private boolean acquire(SessionKey key, String owner) throws IOException {
        try {
            return leases.tryAcquire(key, owner, LEASE);
        } catch (TableMismatchException e) {
            throw new IOException(e.reason(), e);
        }
    }

    private void release(SessionKey key, String owner) {
        try {
            leases.release(key, owner);
        } catch (StoreUnavailableException | TableMismatchException e) {
            log.debug("The lease of " + key + " ends by itself", e);
        }
    }

    /** Makes the leases that are held last longer. Each few seconds. */
    void renew() throws StoreUnavailableException {
        if (held.isEmpty()) {
            return;
        }
        Map<SessionKey, String> now = Map.copyOf(held);
        try {
            Set<SessionKey> still = leases.renew(now, LEASE);
            now.forEach((key, owner) -> {
                if (!still.contains(key) && owner.equals(held.get(key))) {
                    log.warn("Session " + key + " was locked by this node for so long without PostgreSQL that another"
                            + " node may use it as well");
                    held.remove(key, owner);
                }
            });
        } catch (TableMismatchException e) {
            log.debug("Leases can't be renewed", e); // said at the start
        }
    }

    /** Removes what dead holders have left in the table. Each few minutes. */
    void removeEnded() throws StoreUnavailableException {
        if (settings.locking() != SessionLocking.CLUSTER) {
            return;
        }
        try {
            leases.removeEnded();
        } catch (TableMismatchException e) {
            log.debug("Leases can't be removed", e); // said at the start
        }
    }

    private IOException tooLong() {
        return new IOException("another request of this session takes longer than "
                + settings.lockTimeout().toSeconds() + " s");
    }
}
