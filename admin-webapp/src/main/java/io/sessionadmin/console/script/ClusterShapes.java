package io.sessionadmin.console.script;

import io.sessionadmin.console.Messages;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Finding;
import io.sessionadmin.console.model.Health;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Setting;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The shapes of answers about nodes, and about what is wrong with them. */
final class ClusterShapes {

    private ClusterShapes() {}

    // ------------------------------------------------------------------ nodes

    private static final long LIST_BYTES = 90_000;

    /** As many nodes as an answer has room for. */
    static Fields nodes(EngineSessions.Overview overview, String node) throws IOException {
        List<Fields> nodes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (ContextSummary context : overview.contexts()) {
            context.nodes().nodes().forEach(each -> nodes.add(node(context, each)));
            if (context.nodes().unknown().isGiven()) {
                problems.add(context.address().title() + ": "
                        + Sentences.say(context.nodes().unknown()));
            }
        }
        Fields answer = new Fields().put("node", node).put("asOf", overview.now());
        int more = answer.putFirst("nodes", nodes, LIST_BYTES);
        return answer.put("notShown", more).put("problems", Sentences.few(problems));
    }

    private static Fields node(ContextSummary context, ClusterNode node) {
        NodeReport report = node.report();
        NodeReport.Origin origin = report.origin();
        return Shapes.place(context.address())
                .put("node", origin.node())
                .put("thisNode", context.nodes().isOwn(node))
                .put("state", word(node.state()))
                .put("heartbeatAgeSeconds", node.heartbeatAge().toSeconds())
                .put("clockAheadMillis", node.clockAhead().toMillis())
                .put("uptimeSeconds", report.uptime().toSeconds())
                .put("tomcat", origin.tomcat())
                .put("store", origin.store())
                .put("coherence", origin.coherence())
                .put("maxIdleBackup", origin.maxIdleBackup())
                .put("backupWindowSeconds", Optional.ofNullable(origin.window()).map(Duration::toSeconds))
                .putAll(node.state() == ClusterNode.State.SILENT ? unknown() : backups(report))
                .put("listening", report.listening())
                .put("lastTold", node.state() == ClusterNode.State.SILENT ? backups(report) : null);
    }

    private static Fields backups(NodeReport report) {
        return new Fields()
                .put("live", report.live())
                .put("atRisk", report.atRisk())
                .put("overdue", report.overdue())
                .put("failing", report.failing())
                .put(
                        "oldestUnsavedSeconds",
                        Optional.ofNullable(report.oldestUnsaved())
                                .map(Duration::toSeconds)
                                .orElse(0L))
                .put("failure", report.failure());
    }

    /** Of a node that is not heard of nobody knows what it has. */
    private static Fields unknown() {
        Fields fields = new Fields();
        Stream.of("live", "atRisk", "overdue", "failing", "oldestUnsavedSeconds", "failure")
                .forEach(name -> fields.put(name, (Object) null));
        return fields;
    }

    static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    // ------------------------------------------------------------------ health

    /** As many findings, and settings of as many contexts, as an answer has room for. */
    static Fields health(Health health) throws IOException {
        Fields answer = new Fields().put("node", health.node()).put("asOf", health.asOf());
        int findings = answer.putFirst(
                "findings",
                health.findings().stream().map(ClusterShapes::finding).toList(),
                LIST_BYTES);
        answer.put("findingsNotShown", findings);
        int contexts = answer.putFirst(
                "contexts",
                health.contexts().stream().map(ClusterShapes::settings).toList(),
                LIST_BYTES);
        return answer.put("notShown", contexts).put("problems", Sentences.few(problems(health)));
    }

    private static Fields settings(Health.Examined context) {
        return Shapes.place(context.context())
                .put(
                        "settings",
                        context.settings().stream().map(ClusterShapes::setting).toList());
    }

    static List<String> problems(Health health) {
        return health.unexamined().stream()
                .map(context -> context.context().title() + ": " + Sentences.say(context.reason()))
                .toList();
    }

    private static Fields finding(Finding finding) {
        return Shapes.place(finding.context())
                .put("id", finding.id())
                .put("severity", word(finding.severity()))
                .put("title", title(finding))
                .put("advice", advice(finding))
                .put("change", finding.change().isEmpty() ? null : finding.change());
    }

    static String title(Finding finding) {
        Object[] arguments = finding.arguments().stream()
                .map(argument -> argument instanceof Reason reason ? Sentences.say(reason) : argument)
                .toArray();
        return new Messages(Locale.ENGLISH).say("finding." + finding.kind().name(), arguments);
    }

    static String advice(Finding finding) {
        return new Messages(Locale.ENGLISH).say("advice." + finding.kind().name());
    }

    private static Fields setting(Setting setting) {
        return new Fields()
                .put("element", setting.element())
                .put("name", setting.name())
                .put("value", setting.value())
                .put("written", setting.written())
                .put("changed", setting.changed());
    }
}
