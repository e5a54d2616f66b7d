package io.sessionadmin.store;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeTable;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.juli.logging.Log;

/**
 * Removes rows of contexts and versions that are deployed nowhere any more: each context sweeps its own rows, and these
 * have none. Called by one thread.
 */
final class OrphanSweep {

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final Log log;
    private final String context;
    private final StoreHealth saving;
    private final StoreHealth reading;
    private final SessionTable table;
    private final NodeTable nodes;
    private final Duration after;
    private final long pause;
    private long seconds;

    /** @param after how long rows are kept after their end, and contexts after they were seen last; zero: for ever */
    OrphanSweep(
            Log log,
            String context,
            SessionTable table,
            NodeTable nodes,
            StoreHealth saving,
            StoreHealth reading,
            Duration after) {
        this.log = log;
        this.context = context;
        this.saving = saving;
        this.reading = reading;
        this.table = table;
        this.nodes = nodes;
        this.after = after;
        this.pause = Math.max(1, Math.min(LONGEST_PAUSE.toSeconds(), after.toSeconds() / 2));
    }

    void everySecond() throws StoreUnavailableException {
        if (after.isZero() || ++seconds % pause != 0) {
            return;
        }
        int removed = table.removeOrphans(
                after,
                silence(seconds > NodeTable.SILENCE.toSeconds() && !saving.isRecovering() && !reading.isRecovering()));
        if (removed > 0) {
            log.info(removed + " rows of contexts that are deployed nowhere were removed, " + after.toSeconds()
                    + " s after their end");
        }
    }

    /**
     * How long each context that was ever announced has not been.
     *
     * @param everybodyHasSpoken whether all nodes that are there have had the time to say so. Until then a silent one may
     *     be starting, or come back with PostgreSQL: nothing but what has expired is removed
     */
    private Map<String, Duration> silence(boolean everybodyHasSpoken) throws StoreUnavailableException {
        Map<String, Duration> silence = new HashMap<>();
        silence.put(context, Duration.ZERO);
        try {
            for (ClusterNode node : nodes.nodes()) {
                if (node.alive() || everybodyHasSpoken) {
                    silence.merge(
                            node.report().origin().context(),
                            node.alive() ? Duration.ZERO : node.heartbeatAge(),
                            (one, other) -> one.compareTo(other) < 0 ? one : other);
                }
            }
        } catch (TableMismatchException e) {
            log.debug("Nobody announces itself", e); // said by the announcements
        }
        return silence;
    }
}
