package io.sessionadmin.console.model;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A node with all contexts that it shares, as it announced itself last. What it announced each ten seconds is as old as
 * its heartbeat; of a node that is not alive it is what was there then.
 *
 * @param own whether it is this node
 * @param state alive when one of its contexts is
 * @param failure why saves fail there; empty when none does; null when it does not tell
 * @param heldRows sessions that the store says it has in memory; of a node that died, those that are in the store only now
 * @param heartbeatAge of the context that was heard of last
 * @param clockAhead how far its clock is ahead of the database's; negative: behind
 * @param store versions of the store's jar: two during a change of it
 * @param listening whether all its contexts hear at once of sessions that end elsewhere
 * @param usedTwice whether another node, or another start of it, uses the same name at the same time
 */
public record NodeSummary(
        String name,
        boolean own,
        ClusterNode.State state,
        SortedSet<String> contexts,
        long live,
        long atRisk,
        long overdue,
        long failing,
        @Nullable Duration oldestUnsaved,
        @Nullable String failure,
        long heldRows,
        Duration heartbeatAge,
        Duration clockAhead,
        SortedSet<String> store,
        SortedSet<String> tomcat,
        boolean listening,
        boolean usedTwice) {

    /** The nodes of these contexts: this one, those that are alive, those that fell silent, those that were stopped. */
    public static List<NodeSummary> of(Collection<ContextSummary> contexts) {
        Map<String, List<ClusterNode>> byName = new TreeMap<>();
        Map<String, Long> held = new TreeMap<>();
        SortedSet<String> own = new TreeSet<>();
        SortedSet<String> twice = new TreeSet<>();
        for (ContextSummary context : contexts) {
            context.elsewhere().heldBy().forEach((node, rows) -> held.merge(node, rows, Long::sum));
            Map<String, List<ClusterNode>> ofContext = new TreeMap<>();
            for (ClusterNode node : context.nodes().nodes()) {
                String name = node.report().origin().node();
                ofContext.computeIfAbsent(name, key -> new ArrayList<>()).add(node);
                if (context.nodes().isOwn(node)) {
                    own.add(name);
                }
            }
            ofContext.forEach((name, starts) -> {
                List<ClusterNode> alive =
                        starts.stream().filter(ClusterNode::alive).toList();
                if (alive.size() > 1) {
                    twice.add(name);
                }
                byName.computeIfAbsent(name, key -> new ArrayList<>())
                        .addAll(alive.isEmpty() ? List.of(starts.get(starts.size() - 1)) : alive);
            });
        }
        return byName.entrySet().stream()
                .map(node -> of(
                        node.getKey(),
                        own.contains(node.getKey()),
                        twice.contains(node.getKey()),
                        held.getOrDefault(node.getKey(), 0L),
                        node.getValue()))
                .sorted(Comparator.comparing((NodeSummary node) -> !node.own())
                        .thenComparing(NodeSummary::state)
                        .thenComparing(NodeSummary::name))
                .toList();
    }

    private static NodeSummary of(
            String name, boolean own, boolean usedTwice, long heldRows, List<ClusterNode> announced) {
        ClusterNode.State state = announced.stream()
                .map(ClusterNode::state)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        // What has been undeployed or died before does not speak for the node.
        List<ClusterNode> counted =
                announced.stream().filter(node -> node.state() == state).toList();
        ClusterNode latest = counted.stream()
                .min(Comparator.comparing(ClusterNode::heartbeatAge))
                .orElseThrow();
        return new NodeSummary(
                name,
                own,
                state,
                words(counted, NodeReport.Origin::context),
                counted.stream().mapToLong(node -> node.report().live()).sum(),
                counted.stream().mapToLong(node -> node.report().atRisk()).sum(),
                counted.stream().mapToLong(node -> node.report().overdue()).sum(),
                counted.stream().mapToLong(node -> node.report().failing()).sum(),
                oldestUnsaved(counted),
                failure(counted),
                heldRows,
                latest.heartbeatAge(),
                latest.clockAhead(),
                words(counted, NodeReport.Origin::store),
                words(counted, NodeReport.Origin::tomcat),
                counted.stream().allMatch(node -> node.report().listening()),
                usedTwice);
    }

    private static @Nullable String failure(List<ClusterNode> announced) {
        String failure = "";
        for (ClusterNode node : announced) {
            if (node.report().failing() > 0 && (failure == null || failure.isEmpty())) {
                failure = node.report().failure();
            }
        }
        return failure;
    }

    private static @Nullable Duration oldestUnsaved(List<ClusterNode> announced) {
        Duration oldest = null;
        for (ClusterNode node : announced) {
            Duration unsaved = node.report().oldestUnsaved();
            if (unsaved != null && (oldest == null || unsaved.compareTo(oldest) > 0)) {
                oldest = unsaved;
            }
        }
        return oldest;
    }

    private static SortedSet<String> words(
            List<ClusterNode> nodes, java.util.function.Function<NodeReport.Origin, String> word) {
        SortedSet<String> words = new TreeSet<>();
        nodes.forEach(node -> words.add(word.apply(node.report().origin())));
        return words;
    }
}
