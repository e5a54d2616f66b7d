package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node with all contexts that it shares, as it announced itself last. What it announced each ten seconds is as old as
 * its heartbeat; of a node that is not alive it is what was there then. What this node has in memory is looked at.
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
        Load here = Load.NONE;
        for (ContextSummary context : contexts) {
            context.elsewhere().heldBy().forEach((node, rows) -> held.merge(node, rows, Long::sum));
            Map<String, List<ClusterNode>> ofContext = new TreeMap<>();
            for (ClusterNode node : context.nodes().nodes()) {
                String name = node.report().origin().node();
                ofContext.computeIfAbsent(name, key -> new ArrayList<>()).add(node);
                if (context.nodes().isOwn(node)) {
                    own.add(name);
                    here = here.plus(Load.here(context).orElse(Load.announced(node)));
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
        Load seen = here;
        return byName.entrySet().stream()
                .map(node -> of(
                        node.getKey(),
                        own.contains(node.getKey()) && !twice.contains(node.getKey())
                                ? Optional.of(seen)
                                : Optional.empty(),
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
            String name,
            Optional<Load> seen,
            boolean own,
            boolean usedTwice,
            long heldRows,
            List<ClusterNode> announced) {
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
        Load load = seen.orElseGet(() -> counted.stream().map(Load::announced).reduce(Load.NONE, Load::plus));
        return new NodeSummary(
                name,
                own,
                state,
                words(counted, NodeReport.Origin::context),
                load.live(),
                load.atRisk(),
                load.overdue(),
                load.failing(),
                load.oldestUnsaved(),
                load.failure(),
                heldRows,
                latest.heartbeatAge(),
                latest.clockAhead(),
                words(counted, NodeReport.Origin::store),
                words(counted, NodeReport.Origin::tomcat),
                counted.stream().allMatch(node -> node.report().listening()),
                usedTwice);
    }

    /**
     * What a node has in memory, of one context or of several.
     *
     * @param failure as {@link NodeSummary#failure}
     */
    private record Load(
            long live,
            long atRisk,
            long overdue,
            long failing,
            @Nullable Duration oldestUnsaved,
            @Nullable String failure) {

        private static final Load NONE = new Load(0, 0, 0, 0, null, "");

        private static Load announced(ClusterNode node) {
            NodeReport report = node.report();
            return new Load(
                    report.live(),
                    report.atRisk(),
                    report.overdue(),
                    report.failing(),
                    report.oldestUnsaved(),
                    report.failing() > 0 ? report.failure() : "");
        }

        /** In the memory of this node; empty when the console can't look into it. */
        private static Optional<Load> here(ContextSummary context) {
            if (!context.liveHere().isKnown() || !context.atRiskHere().isKnown()) {
                return Optional.empty();
            }
            Instant unsaved = context.oldestUnsaved();
            return Optional.of(new Load(
                    context.liveHere().value(),
                    context.atRiskHere().value(),
                    context.backups(SessionBackup.State.OVERDUE),
                    context.backups(SessionBackup.State.FAILING),
                    unsaved == null ? null : Duration.between(unsaved, context.now()),
                    context.failure().orElse("")));
        }

        private Load plus(Load other) {
            return new Load(
                    live + other.live,
                    atRisk + other.atRisk,
                    overdue + other.overdue,
                    failing + other.failing,
                    Stream.of(Optional.ofNullable(oldestUnsaved), Optional.ofNullable(other.oldestUnsaved))
                            .flatMap(Optional::stream)
                            .max(Comparator.naturalOrder())
                            .orElse(null),
                    failure != null && failure.isEmpty() ? other.failure : failure);
        }
    }

    private static SortedSet<String> words(
            List<ClusterNode> nodes, java.util.function.Function<NodeReport.Origin, String> word) {
        SortedSet<String> words = new TreeSet<>();
        nodes.forEach(node -> words.add(word.apply(node.report().origin())));
        return words;
    }
}
