package io.sessionadmin.console.model;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.StoredRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node has a session in its memory, as far as it is known here.
 *
 * @param here whether it is this node, which need not guess
 * @param said when that was so, on the clock of the database; null for now, and for what nobody said
 * @param silent for how long the node has not announced itself; null for one that does, or that is not known
 */
public record NodeState(
        String node,
        boolean here,
        Held held,
        @Nullable Instant said,
        @Nullable Duration silent) {

    /** What is known. */
    public enum Held {
        IN_MEMORY,
        NOT_IN_MEMORY,
        /** It said so with its last save of this session. */
        SAID_IN_MEMORY,
        /** It saved the session and put it out of memory. */
        SAID_DROPPED,
        /** It has stopped: there is no memory. */
        STOPPED,
        /** It may have a copy. */
        NOT_KNOWN
    }

    /** @param own how this node is called in rows */
    static List<NodeState> of(SessionEntry entry, String own, ClusterNodes cluster) {
        List<NodeState> states = new ArrayList<>();
        states.add(new NodeState(own, true, entry.live() != null ? Held.IN_MEMORY : Held.NOT_IN_MEMORY, null, null));
        StoredRow row = entry.row() != null && entry.row().valid() ? entry.row() : null;
        Map<String, ClusterNode> others = new LinkedHashMap<>();
        for (ClusterNode node : cluster.nodes()) { // the last start of a name counts
            String name = node.report().origin().node();
            if (!name.equals(own) && !cluster.isOwn(node)) {
                others.put(name, node);
            }
        }
        others.forEach((name, node) -> states.add(of(name, node, row)));
        String savedBy = row == null ? null : row.node();
        if (row != null && savedBy != null && !savedBy.equals(own) && !others.containsKey(savedBy)) {
            states.add(new NodeState(savedBy, false, Held.NOT_KNOWN, row.savedAt(), null));
        }
        return List.copyOf(states);
    }

    private static NodeState of(String name, ClusterNode node, @Nullable StoredRow row) {
        if (node.state() == ClusterNode.State.STOPPED) {
            return new NodeState(name, false, Held.STOPPED, null, null);
        }
        if (node.state() == ClusterNode.State.SILENT) {
            return new NodeState(name, false, Held.NOT_KNOWN, null, node.heartbeatAge());
        }
        if (row == null || !name.equals(row.node()) || row.held() == null) {
            return new NodeState(name, false, Held.NOT_KNOWN, null, null);
        }
        Held held = row.held() ? Held.SAID_IN_MEMORY : Held.SAID_DROPPED;
        return new NodeState(name, false, held, row.savedAt(), null);
    }
}
