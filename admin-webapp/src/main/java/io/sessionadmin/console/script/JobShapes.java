package io.sessionadmin.console.script;

import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.NodeResult;
import io.sessionadmin.table.AuditEntry;
import java.util.List;
import java.util.Locale;

/** The shapes of answers about sessions that were ended. */
final class JobShapes {

    private JobShapes() {}

    static Fields of(JobStatus job) {
        Fields outcomes = new Fields();
        for (InvalidationResult.Outcome outcome : InvalidationResult.Outcome.values()) {
            outcomes.put(word(outcome), job.count(outcome));
        }
        return new Fields()
                .put("job", job.id())
                .put("state", word(job.state()))
                .put("reason", job.reason())
                .put("total", job.total())
                .put("dealtWith", job.dealtWith())
                .put("outcomes", outcomes)
                .put("results", job.results().stream().map(JobShapes::result).toList())
                .put("nodes", job.nodes().stream().map(JobShapes::node).toList())
                .put("notIncluded", Sentences.of(job.unseen()))
                .put("begunAt", job.begunAt())
                .put("endedAt", job.endedAt());
    }

    private static Fields result(JobStatus.Result result) {
        return Shapes.place(result.context())
                .put("handle", result.result().handle().hex())
                .put("user", result.result().user())
                .put("outcome", word(result.result().outcome()))
                .put("details", Sentences.of(result.result().details()));
    }

    private static Fields node(NodeResult node) {
        return Shapes.place(node.context())
                .put("node", node.node().isEmpty() ? null : node.node())
                .put("state", word(node.state()))
                .put("ended", node.ended())
                .put("reason", Sentences.of(node.reason()));
    }

    static Fields action(AuditEntry entry) {
        return new Fields()
                .put("id", entry.id().toString())
                .put("begunAt", entry.begunAt())
                .put("endedAt", entry.endedAt())
                .put("who", entry.who())
                .put("address", entry.address())
                .put("node", entry.node())
                .put("action", entry.action())
                .put("app", entry.context())
                .put("scope", entry.scope())
                .put("reason", entry.reason())
                .put("asked", entry.asked())
                .put("done", entry.done())
                .put("failed", entry.failed())
                .put("outcome", entry.outcome())
                .put("details", entry.details())
                .put(
                        "handles",
                        List.copyOf(entry.handles().stream()
                                .map(handle -> handle.hex())
                                .toList()));
    }

    /** ENDED_FOR_NOW is endedForNow. */
    static String word(Enum<?> name) {
        var word = new StringBuilder();
        for (String part : name.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            word.append(word.length() == 0 ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return word.toString();
    }
}
