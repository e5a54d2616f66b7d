package io.sessionadmin.store;

import io.sessionadmin.table.Look;
import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whether it falls to this node to tell the listeners of a session that was ended from outside: to one node of all, one
 * that has it in memory where there is one. Safe for use by several threads.
 */
final class Claims {

    /** Which nodes are there. */
    @FunctionalInterface
    interface Neighbours {
        boolean isAlive(String node);
    }

    /** How long a node that has the session in memory has to come forward. */
    private static final Duration HOLDERS_TURN = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofMillis(25);

    private final SessionTable table;
    private final String node;
    private final Neighbours neighbours;
    private final StoreHealth reading;

    Claims(SessionTable table, String node, Neighbours neighbours, StoreHealth reading) {
        this.table = table;
        this.node = node;
        this.neighbours = neighbours;
        this.reading = reading;
    }

    /**
     * For a node with a copy. One that ended it itself has none any more: who finds its own name was not asked.
     *
     * @param toldBy as the tombstone says
     */
    boolean isOurs(SessionKey key, @Nullable String toldBy) {
        return toldBy == null ? isOurs(key) : toldBy.equals(node);
    }

    /** For the node that has left the tombstone, and has no copy: waits for a moment for one that has. */
    boolean isOurs(SessionKey key, StoredSession stored) {
        long deadline = System.nanoTime() + HOLDERS_TURN.toNanos();
        String holder = stored.heldBy();
        boolean elsewhere = holder != null && !holder.equals(node) && neighbours.isAlive(holder);
        while (elsewhere && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE.toNanos());
            try {
                Look look = table.look(key, RowVersion.NONE, Duration.ZERO);
                if (!(look instanceof Look.Ended ended) || ended.toldBy() != null) {
                    return false;
                }
            } catch (StoreUnavailableException e) {
                reading.failed(e);
                return false;
            }
        }
        return isOurs(key);
    }

    /** Of a row that somebody deleted: leaves the tombstone that should be there. */
    boolean isOursWithoutARow(SessionKey key) {
        try {
            return table.claimGone(key);
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            return false;
        }
    }

    /** When PostgreSQL goes away just now nobody knows who has won: then this node does not tell. */
    boolean isOurs(SessionKey key) {
        try {
            return table.claim(key);
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            return false;
        }
    }
}
