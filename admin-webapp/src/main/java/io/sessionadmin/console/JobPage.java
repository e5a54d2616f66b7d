package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.NodeResult;
import io.sessionadmin.console.model.Selection;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How far some sessions have been ended, and what happened where.
 *
 * @param state in a word, for tests and scripts
 * @param progress as in: 300 of 900
 * @param done in hundredths
 * @param stop where to stop it; empty when it can't be stopped any more
 * @param again where to look again; empty when it is over
 */
public record JobPage(
        String title,
        String state,
        String summary,
        String tone,
        String progress,
        String done,
        String reason,
        List<String> unseen,
        List<Node> nodes,
        List<Row> rows,
        String more,
        String stop,
        String again,
        String back,
        List<SessionsPage.Hidden> fields) {

    /** What happened on a node; the context is empty where there is only one. */
    public record Node(String name, String context, Tag state, String detail) {}

    public record Row(String handle, String brief, String user, String context, Tag outcome, List<String> details) {}

    static JobPage of(
            JobStatus job,
            boolean mayStop,
            Function<ContextAddress, String> scope,
            String csrf,
            String root,
            Wording words) {
        boolean several = job.contexts().size() > 1;
        String question = ConfirmPage.question(job.total(), job.user(), job.contexts(), scope, words);
        String self = new ConsoleView.Job(job.id()).href(root);
        int hidden = job.dealtWith() - job.results().size();
        ContextAddress context = job.selection() instanceof Selection.Named named
                ? named.context()
                : job.contexts().size() == 1 ? job.contexts().get(0).context() : null;
        return new JobPage(
                words.say("result.title", question),
                job.state().name().toLowerCase(Locale.ROOT),
                summary(job, words),
                tone(job),
                words.say("job.progress", words.number(job.dealtWith()), words.number(job.total())),
                BackupBar.hundredths(100.0 * job.dealtWith() / Math.max(1, job.total())),
                job.reason().isEmpty() ? "" : words.say("job.reason", job.reason()),
                job.unseen().stream().map(words::say).toList(),
                job.nodes().stream()
                        .map(node -> node(node, several, scope, words))
                        .toList(),
                job.results().stream()
                        .map(result -> row(result, several, scope, words))
                        .toList(),
                hidden <= 0 ? "" : words.say("job.more", hidden),
                job.isOver() || !mayStop ? "" : ConsoleView.StopJob.href(root, job.id()),
                job.isOver() && job.nodes().stream().allMatch(JobPage::isSettled) ? "" : self,
                context == null
                        ? new ConsoleView.Overview().href(root)
                        : new ConsoleView.Sessions(context, null).href(root),
                List.of(new SessionsPage.Hidden("csrf", csrf)));
    }

    private static boolean isSettled(NodeResult node) {
        return node.state() != NodeResult.State.NO_ANSWER && node.state() != NodeResult.State.LATER;
    }

    private static String tone(JobStatus job) {
        if (job.count(Outcome.FAILED) > 0) {
            return "bad";
        }
        boolean doubtful = job.count(Outcome.ENDED_FOR_NOW) > 0
                || job.state() == JobStatus.State.STOPPED
                || job.nodes().stream().anyMatch(node -> node.state() == NodeResult.State.SILENT || !isSettled(node));
        return doubtful ? "warn" : "ok";
    }

    /** As in: 2 ended, 1 was gone already. */
    static String summary(JobStatus job, Wording words) {
        String counts = Arrays.stream(Outcome.values())
                .filter(outcome -> job.count(outcome) > 0)
                .map(outcome -> words.say("result.count." + outcome.name(), job.count(outcome)))
                .collect(Collectors.joining(", "));
        int left = job.total() - job.dealtWith();
        return switch (job.state()) {
            case WAITING -> words.say("job.waiting");
            case RUNNING -> counts.isEmpty() ? words.say("job.begins") : words.say("job.running", counts);
            case ASKING -> words.say("job.asking", counts);
            case DONE -> counts;
            case STOPPED -> words.say("job.stopped", counts.isEmpty() ? words.number(0) : counts, left);
        };
    }

    private static Node node(
            NodeResult result, boolean several, Function<ContextAddress, String> scope, Wording words) {
        String key = "nodes." + result.state().name();
        String name = result.node().isEmpty() ? words.say("nodes.others") : result.node();
        String text = words.say(key);
        String word = result.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
        Tag tag =
                switch (result.state()) {
                    case HERE, LOOKED -> Tag.ok(word, text);
                    case NO_ANSWER, LATER, SILENT -> Tag.warn(word, text);
                    case UNKNOWN -> Tag.plain(word, text);
                };
        String detail =
                switch (result.state()) {
                    case UNKNOWN -> words.say(result.reason());
                    case SILENT ->
                        words.say(
                                key + ".detail",
                                result.silence() == null ? "" : words.duration(result.silence()),
                                result.ended());
                    default -> words.say(key + ".detail", result.ended());
                };
        return new Node(name, several ? scope.apply(result.context()) : "", tag, detail);
    }

    private static Row row(
            JobStatus.Result noted, boolean several, Function<ContextAddress, String> scope, Wording words) {
        InvalidationResult result = noted.result();
        String text = words.say("outcome." + result.outcome().name());
        String name = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
        Tag outcome =
                switch (result.outcome()) {
                    case ENDED, ENDED_HERE -> Tag.ok(name, text);
                    case ENDED_FOR_NOW -> Tag.warn(name, text);
                    case GONE, SPARED -> Tag.plain(name, text);
                    case FAILED -> Tag.bad(name, text);
                };
        return new Row(
                result.handle().hex(),
                result.handle().brief(),
                result.user().orElse(words.say("user.unknown")),
                several ? scope.apply(noted.context()) : "",
                outcome,
                result.details().stream().map(words::say).toList());
    }
}
