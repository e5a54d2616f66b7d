package io.sessionadmin.console.script;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.StoreNumbers;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.ReplicaState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The sessions of this node and the work of its stores as metrics. What is not known is absent, not 0. */
final class Measurements {

    private final MetricSnapshots.Builder all = MetricSnapshots.builder();

    private Measurements() {}

    static MetricSnapshots of(EngineSessions sessions) {
        var measured = new Measurements();
        EngineSessions.Overview overview = sessions.overview();
        measured.node(sessions.node());
        measured.contexts(overview.contexts());
        measured.cluster(overview.contexts());
        measured.nodes(overview.contexts());
        measured.rows(overview);
        measured.replicas(sessions.replicas(null));
        measured.stores(sessions.stores());
        return measured.all.build();
    }

    private void node(String name) {
        all.metricSnapshot(InfoSnapshot.builder()
                .name("session_admin_node")
                .help("The node that answers.")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of("node", name))
                        .build())
                .build());
    }

    // ------------------------------------------------------------------ contexts

    private void contexts(List<ContextSummary> contexts) {
        figures("live_sessions", "In the memory of this node.", contexts, ContextSummary::liveHere);
        figures(
                "at_risk_sessions",
                "Live, and the latest change is not in the store: lost if this node stops now.",
                contexts,
                ContextSummary::atRiskHere);
        figures(
                "overdue_sessions",
                "Live, and not saved within the backup window.",
                contexts,
                context -> Numbers.backups(context, SessionBackup.State.OVERDUE));
        figures(
                "failing_sessions",
                "Live, and the last save failed.",
                contexts,
                context -> Numbers.backups(context, SessionBackup.State.FAILING));
        seconds(
                "oldest_unsaved_seconds",
                "Age of the oldest change that is not in the store; 0 when all are.",
                contexts,
                context -> optional(Numbers.oldestUnsaved(context)));
        seconds(
                "backup_window_seconds",
                "How long a change may stay out of the store: maxIdleBackup and a background pass.",
                contexts,
                context -> context.window().map(Duration::toSeconds).stream()
                        .mapToDouble(Long::doubleValue)
                        .findFirst());
    }

    /** The same on all nodes, as far as they are known: what others announced, and this node now. */
    private void cluster(List<ContextSummary> contexts) {
        figures("cluster_live_sessions", "In the memory of any node.", contexts, ContextSummary::live);
        figures(
                "cluster_at_risk_sessions",
                "On all nodes: live, and the latest change is not in the store.",
                contexts,
                ContextSummary::atRisk);
        figures("cluster_overdue_sessions", "On all nodes: not saved within the window.", contexts, Numbers::overdue);
        figures("cluster_failing_sessions", "On all nodes: the last save failed.", contexts, Numbers::failing);
        seconds(
                "cluster_oldest_unsaved_seconds",
                "On all nodes: age of the oldest change that is not in the store; 0 when all are.",
                contexts,
                context -> optional(Numbers.oldestUnsavedAnywhere(context)));
    }

    /** What each node announced last; of one that is late there is its heartbeat only. */
    private void nodes(List<ContextSummary> contexts) {
        announced("node_live_sessions", "In the memory of a node.", contexts, NodeReport::live);
        announced("node_at_risk_sessions", "Of them: not in the store.", contexts, NodeReport::atRisk);
        announced("node_overdue_sessions", "Of them: not saved within the window.", contexts, NodeReport::overdue);
        announced("node_failing_sessions", "Of them: the last save failed.", contexts, NodeReport::failing);
        perNode(
                GaugeSnapshot.builder().unit(Unit.SECONDS).name("session_admin_node_oldest_unsaved_seconds"),
                "Age of the oldest change of a node that is not in the store, when it said so; 0 when all are.",
                contexts,
                node -> node.alive() ? OptionalDouble.of(oldest(node.report())) : OptionalDouble.empty());
        perNode(
                GaugeSnapshot.builder().unit(Unit.SECONDS).name("session_admin_node_heartbeat_age_seconds"),
                "How long ago a node announced itself last: the age of its other numbers.",
                contexts,
                node -> OptionalDouble.of((double) node.heartbeatAge().toSeconds()));
    }

    private static double oldest(NodeReport report) {
        Duration oldest = report.oldestUnsaved();
        return oldest == null ? 0 : (double) oldest.toSeconds();
    }

    private void announced(String name, String help, List<ContextSummary> contexts, ToLongFunction<NodeReport> figure) {
        perNode(
                GaugeSnapshot.builder().name("session_admin_" + name),
                help,
                contexts,
                node -> node.alive()
                        ? OptionalDouble.of((double) figure.applyAsLong(node.report()))
                        : OptionalDouble.empty());
    }

    /** A name that two nodes use by mistake is there once, with the one that was started last. */
    private void perNode(
            GaugeSnapshot.Builder gauge,
            String help,
            List<ContextSummary> contexts,
            Function<ClusterNode, OptionalDouble> value) {
        Map<Labels, Double> values = new LinkedHashMap<>();
        for (ContextSummary context : contexts) {
            for (ClusterNode node : context.nodes().nodes()) {
                if (node.state() != ClusterNode.State.STOPPED) {
                    Labels labels = labels(context.address())
                            .merge(Labels.of("node", node.report().origin().node()));
                    value.apply(node).ifPresent(known -> values.put(labels, known));
                }
            }
        }
        gauge.help(help);
        values.forEach((labels, known) -> gauge.dataPoint(point(labels, known)));
        all.metricSnapshot(gauge.build());
    }

    private void rows(EngineSessions.Overview overview) {
        List<ContextSummary> contexts = new java.util.ArrayList<>(overview.contexts());
        contexts.addAll(overview.orphans());
        figures("swapped_out_sessions", "In the store only.", contexts, ContextSummary::swappedOut);
        figures("expired_sessions", "Past their end, not yet reaped.", contexts, ContextSummary::expired);
        figures("invalidated_sessions", "Tombstones in the store.", contexts, ContextSummary::invalidated);
    }

    /** Where stored sessions are read from, if that is not where they are saved. */
    private void replicas(List<ReplicaState> replicas) {
        var up = GaugeSnapshot.builder()
                .name("session_admin_replica_up")
                .help("Whether the replica that the console reads from answers.");
        var lag = GaugeSnapshot.builder()
                .unit(Unit.SECONDS)
                .name("session_admin_replica_lag_seconds")
                .help("How long ago its latest change was saved; 0 when it shows all that it has received.");
        for (ReplicaState replica : replicas) {
            Labels labels = Labels.of("replica", replica.place());
            up.dataPoint(point(labels, replica.kind() == ReplicaState.Kind.AWAY ? 0 : 1));
            Duration behind = replica.kind() == ReplicaState.Kind.CURRENT ? Duration.ZERO : replica.behind();
            if (behind != null) {
                lag.dataPoint(point(labels, (double) behind.toSeconds()));
            }
        }
        all.metricSnapshot(up.build());
        all.metricSnapshot(lag.build());
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private void figures(
            String name, String help, List<ContextSummary> contexts, Function<ContextSummary, Figure> figure) {
        gauge(GaugeSnapshot.builder(), name, help, contexts, context -> optional(figure.apply(context)));
    }

    private void seconds(
            String name, String help, List<ContextSummary> contexts, Function<ContextSummary, OptionalDouble> value) {
        gauge(GaugeSnapshot.builder().unit(Unit.SECONDS), name, help, contexts, value);
    }

    private void gauge(
            GaugeSnapshot.Builder gauge,
            String name,
            String help,
            List<ContextSummary> contexts,
            Function<ContextSummary, OptionalDouble> value) {
        gauge.name("session_admin_" + name).help(help);
        for (ContextSummary context : contexts) {
            value.apply(context).ifPresent(known -> gauge.dataPoint(point(labels(context.address()), known)));
        }
        all.metricSnapshot(gauge.build());
    }

    private static OptionalDouble optional(Figure figure) {
        return figure.isKnown() ? OptionalDouble.of((double) figure.value()) : OptionalDouble.empty();
    }

    /** A context that is not deployed here has no host. */
    private static Labels labels(ContextAddress address) {
        return Labels.of(
                "context",
                address.title(),
                "host",
                address instanceof ContextAddress.Deployed deployed ? deployed.host() : "");
    }

    // ------------------------------------------------------------------ stores

    private void stores(List<StoreNumbers> stores) {
        storeGauge(
                "store_up",
                "Whether the store could be used the last time it was.",
                stores,
                store -> OptionalDouble.of(store.isAvailable() ? 1 : 0));
        storeGauge(
                "store_listening",
                "Whether this node hears at once of sessions that end elsewhere.",
                stores,
                store -> listening(store.listenState()));
        counter("store_saves", "Sessions written.", stores, "Saves");
        counter("store_touches", "Accesses written without data.", stores, "Touches");
        counter("store_loads", "Rows whose data was read.", stores, "Loads");
        counter("store_looks", "Look-ups of the version of a row.", stores, "Looks");
        counter("store_conflicts", "Saves that found a newer row.", stores, "Conflicts");
        counter("store_failures", "Saves and reads that failed.", stores, "Failures");
        counter("store_retries", "Failed saves that were tried again.", stores, "Retries");
        counter("store_invalidations", "Sessions that this node ended for all nodes.", stores, "Invalidated");
        counter("store_reaped", "Rows of expired sessions that this node removed.", stores, "Reaped");
        latency("store_save_seconds", "Transactions that wrote sessions, of the last minutes.", stores, "SaveMillis");
        latency("store_load_seconds", "Readings of the data of a row, of the last minutes.", stores, "LoadMillis");
        pool("active", "in use", stores, "PoolActive");
        pool("idle", "at rest", stores, "PoolIdle");
        storeGauge(
                "store_pool_waiting_threads",
                "Threads that wait for a connection.",
                stores,
                store -> store.number("PoolWaiting"));
    }

    /** Absent where the store has no connection for that. */
    private static OptionalDouble listening(String state) {
        return state.isEmpty() || state.equals("off")
                ? OptionalDouble.empty()
                : OptionalDouble.of(state.equals("listening") ? 1 : 0);
    }

    private void pool(String state, String words, List<StoreNumbers> stores, String attribute) {
        storeGauge(
                "store_pool_" + state + "_connections",
                "Connections of the store's pool that are " + words + ".",
                stores,
                store -> store.number(attribute));
    }

    private void storeGauge(
            String name, String help, List<StoreNumbers> stores, Function<StoreNumbers, OptionalDouble> value) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name("session_admin_" + name).help(help);
        for (StoreNumbers store : stores) {
            value.apply(store)
                    .ifPresent(known -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                            .labels(labels(store.context()))
                            .value(known)
                            .build()));
        }
        all.metricSnapshot(gauge.build());
    }

    private void counter(String name, String help, List<StoreNumbers> stores, String attribute) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name("session_admin_" + name).help(help);
        for (StoreNumbers store : stores) {
            store.number(attribute)
                    .ifPresent(known -> counter.dataPoint(CounterDataPointSnapshot.builder()
                            .labels(labels(store.context()))
                            .value(known)
                            .build()));
        }
        all.metricSnapshot(counter.build());
    }

    private void latency(String name, String help, List<StoreNumbers> stores, String attribute) {
        SummarySnapshot.Builder summary = SummarySnapshot.builder()
                .name("session_admin_" + name)
                .help(help)
                .unit(Unit.SECONDS);
        for (StoreNumbers store : stores) {
            Quantiles.Builder quantiles = Quantiles.builder();
            quantile(quantiles, 0.5, store.number(attribute + "P50"));
            quantile(quantiles, 0.99, store.number(attribute + "P99"));
            quantile(quantiles, 1, store.number(attribute + "Max"));
            Quantiles known = quantiles.build();
            if (known.size() > 0) {
                summary.dataPoint(SummaryDataPointSnapshot.builder()
                        .labels(labels(store.context()))
                        .quantiles(known)
                        .build());
            }
        }
        all.metricSnapshot(summary.build());
    }

    private static void quantile(Quantiles.Builder quantiles, double quantile, OptionalDouble millis) {
        millis.ifPresent(known -> quantiles.quantile(quantile, known / 1_000));
    }
}
