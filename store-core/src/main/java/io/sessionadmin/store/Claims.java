package io.sessionadmin.store;

import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        /** Of these nodes, those that are alive. */
        Set<String> alive(Set<String> nodes);
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

    /** For the node that has left the tombstones, and has no copies: waits for a moment for those that have. */
    Set<String> ours(String context, List<StoredSession> stored) {
        if (stored.isEmpty()) {
            return Set.of();
        }
        long deadline = System.nanoTime() + HOLDERS_TURN.toNanos();
        try {
            Set<String> elsewhere = heldElsewhere(stored);
            while (!elsewhere.isEmpty() && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(PAUSE.toNanos());
                elsewhere = table.unclaimed(context, elsewhere);
            }
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            return Set.of();
        }
        return ours(context, stored.stream().map(session -> session.key().id()).toList());
    }

    private Set<String> heldElsewhere(List<StoredSession> stored) {
        Set<String> holders = new HashSet<>();
        for (StoredSession session : stored) {
            String holder = session.heldBy();
            if (holder != null && !holder.equals(node)) {
                holders.add(holder);
            }
        }
        Set<String> alive = holders.isEmpty() ? holders : neighbours.alive(holders);
        Set<String> held = new HashSet<>();
        for (StoredSession session : stored) {
            if (session.heldBy() != null && alive.contains(session.heldBy())) {
                held.add(session.key().id());
            }
        }
        return held;
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

    boolean isOurs(SessionKey key) {
        return ours(key.context(), List.of(key.id())).contains(key.id());
    }

    /** Those of many that fall to this node. When PostgreSQL goes away just now nobody knows who has won: then none. */
    Set<String> ours(String context, Collection<String> ids) {
        try {
            return ids.isEmpty() ? Set.of() : table.claim(context, ids);
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            return Set.of();
        }
    }
}
