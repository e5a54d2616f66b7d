package io.sessionadmin.console.model;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.HeldRows;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of one context in the memory of other nodes that are alive: from what rows say of their holders, and for what
 * has no row yet, from what these nodes announced last. A session that is in memory of this node, too, is not among them.
 *
 * @param live sessions that are live on other nodes only
 * @param stored of them, those with a row, which is not swapped out therefore
 * @param heldBy rows by the node that says in them that it has the session in memory, alive or not
 * @param atRisk as the others announced it; at least that, while one of them is late
 * @param oldestUnsaved how old the oldest change was that is not in the store, when it was announced; null: all are
 * @param oldestOn the node that has it; empty when none has
 * @param asOf how long ago the least recent of the announcements was made; null when there are no other nodes
 */
public record Elsewhere(
        Figure live,
        Figure stored,
        Map<String, Long> heldBy,
        Figure atRisk,
        long overdue,
        long failing,
        @Nullable Duration oldestUnsaved,
        String oldestOn,
        @Nullable Duration asOf) {

    /** Where this node is the only one, or a store is not shared. */
    static final Elsewhere NOBODY =
            new Elsewhere(Figure.ZERO, Figure.ZERO, Map.of(), Figure.ZERO, 0, 0, null, "", null);

    static Elsewhere unknown(Reason reason) {
        Figure unknown = Figure.unknown(reason);
        return new Elsewhere(unknown, unknown, Map.of(), unknown, 0, 0, null, "", null);
    }

    /**
     * What is in memory of this node.
     *
     * @param node its name in rows; empty when it announces nothing
     * @param heldBy of its sessions, those that another node saved last and holds, by that node
     * @param notAsked how many of its sessions were not looked up, so that it is not known who holds them
     * @param doubt why that is a guess
     */
    record Here(String node, Map<String, Long> heldBy, long notAsked, Reason doubt) {}

    /** All that the others announced about one name, which several may use by mistake. */
    private record Announced(long live, long atRisk, boolean pinned) {

        static final Announced NOTHING = new Announced(0, 0, true);

        Announced plus(NodeReport report) {
            boolean sticky = report.origin().coherence().equals("sticky");
            return new Announced(live + report.live(), atRisk + report.atRisk(), pinned && sticky);
        }

        /** How many of its sessions may have no row yet: those at risk beyond what rows say it holds. */
        long withoutRow(long held) {
            return Math.max(0, Math.min(atRisk, live - held));
        }
    }

    /**
     * @param rows null where the table does not know who holds a session
     * @param valid rows that there are
     */
    static Elsewhere of(ClusterNodes nodes, Here here, @Nullable HeldRows rows, Figure valid) {
        Map<String, Announced> others = new TreeMap<>();
        Elsewhere told = NOBODY.doubting(nodes.doubt());
        for (ClusterNode node : nodes.others()) {
            String name = node.report().origin().node();
            told = told.plus(node);
            if (!name.equals(here.node())) {
                others.put(name, others.getOrDefault(name, Announced.NOTHING).plus(node.report()));
            }
        }
        if (rows == null) {
            long live = others.values().stream().mapToLong(Announced::live).sum();
            Reason reason = Reason.of("reason.holdersUnknown");
            return others.isEmpty() ? told : told.with(Figure.estimate(live, reason), Figure.unknown(reason), Map.of());
        }
        Map<String, Long> heldBy = scaled(rows, valid);
        // What this node did not save last is held by another, or by none: no more than these are in both.
        long both = Math.max(0, here.notAsked() - heldBy.getOrDefault(here.node(), 0L));
        long stored = -both;
        long unsaved = 0;
        boolean maybeMore = false;
        for (Map.Entry<String, Announced> other : others.entrySet()) {
            Announced announced = other.getValue();
            // A node that crashed and is back holds less than the rows of its former life say.
            long held = Math.min(announced.live(), heldBy.getOrDefault(other.getKey(), 0L));
            stored += Math.max(0, held - here.heldBy().getOrDefault(other.getKey(), 0L));
            // Where visitors are pinned a session is on one node. Else it may be a copy of one that has a row.
            unsaved += announced.pinned() ? announced.withoutRow(held) : 0;
            maybeMore |= !announced.pinned() && announced.withoutRow(held) > 0;
        }
        Reason doubt = rows.all() ? here.doubt() : Reason.of("reason.sampled", rows.looked());
        Figure known = Figure.exact(Math.max(0, stored)).doubted(doubt);
        Figure live = known.plus(Figure.exact(unsaved));
        return told.with(
                maybeMore ? new Figure(live.value(), Figure.Certainty.AT_LEAST, Reason.of("reason.withoutRow")) : live,
                known,
                heldBy);
    }

    /** What should have been saved by now, as far as the others told. */
    public Figure overdueFigure() {
        return new Figure(overdue, atRisk.certainty(), atRisk.reason());
    }

    /** What could not be saved, as far as the others told. */
    public Figure failingFigure() {
        return new Figure(failing, atRisk.certainty(), atRisk.reason());
    }

    private Elsewhere doubting(Reason doubt) {
        return doubt.isGiven()
                ? new Elsewhere(
                        live,
                        stored,
                        heldBy,
                        new Figure(atRisk.value(), Figure.Certainty.AT_LEAST, doubt),
                        overdue,
                        failing,
                        oldestUnsaved,
                        oldestOn,
                        asOf)
                : this;
    }

    private static Map<String, Long> scaled(HeldRows rows, Figure valid) {
        double scale = rows.all() || !valid.isPositive() ? 1 : (double) valid.value() / rows.looked();
        Map<String, Long> scaled = new TreeMap<>();
        rows.byNode().forEach((node, count) -> scaled.put(node, Math.round(count * scale)));
        return scaled;
    }

    private Elsewhere with(Figure newLive, Figure newStored, Map<String, Long> newHeldBy) {
        return new Elsewhere(newLive, newStored, newHeldBy, atRisk, overdue, failing, oldestUnsaved, oldestOn, asOf);
    }

    private Elsewhere plus(ClusterNode node) {
        NodeReport report = node.report();
        Duration oldest = report.oldestUnsaved();
        boolean older = oldest != null && (oldestUnsaved == null || oldest.compareTo(oldestUnsaved) > 0);
        Duration age = node.heartbeatAge();
        return new Elsewhere(
                live,
                stored,
                heldBy,
                atRisk.plus(Figure.exact(report.atRisk())),
                overdue + report.overdue(),
                failing + report.failing(),
                older ? oldest : oldestUnsaved,
                older ? report.origin().node() : oldestOn,
                asOf == null || age.compareTo(asOf) > 0 ? age : asOf);
    }

    /** Whether other nodes have announced themselves. */
    public boolean isThere() {
        return asOf != null;
    }
}
