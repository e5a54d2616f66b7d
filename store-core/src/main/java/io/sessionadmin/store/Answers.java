package io.sessionadmin.store;

import io.sessionadmin.table.AnswerTable;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import io.sessionadmin.table.Tombstone;
import io.sessionadmin.table.TombstoneList;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.juli.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Tells what this node did with its copies of sessions that were ended from outside. Sessions that end by themselves cost
 * nothing here, and those that were ended from outside some statements a second at most, for two minutes. Safe for use by
 * several threads.
 */
final class Answers {

    /** So many ends of copies are remembered until this node has looked at the tombstones themselves. */
    private static final int REMEMBERED = 10_000;

    /** More than this at once is said in several statements. */
    private static final int SAID_AT_ONCE = 1_000;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long ASKED_WITHIN = TimeUnit.MINUTES.toNanos(2);
    private static final int SECONDS_BETWEEN_CLEANINGS = 300;

    private final Log log;
    private final AnswerTable table;
    private final NodeReport.Origin node;
    private final Set<Handle> unsaid = new LinkedHashSet<>();
    private final Map<String, Boolean> ended = new LinkedHashMap<>() {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    private @Nullable Instant looked;
    private long fromOutsideAt = System.nanoTime() - ASKED_WITHIN;
    private long saidAt = System.nanoTime() - PAUSE;
    private int seconds;

    Answers(Log log, AnswerTable table, NodeReport.Origin node) {
        this.log = log;
        this.table = table;
        this.node = node;
    }

    /** A copy here is about to end, because its session has ended elsewhere. */
    synchronized void ended(String id) {
        ended.put(id, true);
    }

    /**
     * This node has dealt with all of these, and with those of earlier looks. Whoever ended sessions from outside asks
     * some time afterwards, when a look does not go back to them any more.
     */
    synchronized void looked(TombstoneList look) {
        for (Tombstone tombstone : look.tombstones()) {
            if (tombstone.fromOutside()) {
                fromOutsideAt = System.nanoTime();
                if (ended.remove(tombstone.id()) != null) {
                    unsaid.add(Handle.of(tombstone.id()));
                }
            }
        }
        if (System.nanoTime() - fromOutsideAt < ASKED_WITHIN) {
            looked = look.asOf();
        }
    }

    /** What was not said yet, unless something was said just now: then the next call of {@link #everySecond} does. */
    void say() throws StoreUnavailableException {
        if (System.nanoTime() - saidAt >= PAUSE) {
            sayNow();
        }
    }

    void everySecond() throws StoreUnavailableException {
        sayNow();
        if (++seconds % SECONDS_BETWEEN_CLEANINGS == 0) {
            try {
                table.forget(node.context());
            } catch (TableMismatchException e) {
                log.debug("There are no answers to forget", e);
            }
        }
    }

    /** The time goes with the last handles: whoever reads it finds them, too. */
    private synchronized void sayNow() throws StoreUnavailableException {
        Instant until = looked;
        if (until == null) {
            return;
        }
        saidAt = System.nanoTime();
        try {
            while (unsaid.size() > SAID_AT_ONCE) {
                List<Handle> some = unsaid.stream().limit(SAID_AT_ONCE).toList();
                table.say(node, some, Instant.EPOCH);
                some.forEach(unsaid::remove);
            }
            table.say(node, new ArrayList<>(unsaid), until);
        } catch (TableMismatchException e) {
            log.debug("The console is not told what became of copies here", e);
        }
        unsaid.clear();
        looked = null;
    }
}
