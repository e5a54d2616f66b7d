package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Finding;
import io.sessionadmin.console.model.Health;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.Preview;
import io.sessionadmin.console.model.Replicas;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionCursor;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.SessionsFound;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The lines that answer a command of a script. */
final class TextAnswers {

    private final Console console;
    private final EndedSessions ended;

    TextAnswers(Console console, EndedSessions ended) {
        this.console = console;
        this.ended = ended;
    }

    List<String> answer(TextCommand command, Query query) throws RefusedException {
        return switch (command) {
            case LIST -> list();
            case ATRISK -> atRisk();
            case SESSIONS -> sessions(query);
            case NODES -> nodes();
            case HEALTH -> health();
            case FIND -> find(query);
            case EXPIRE -> expire(query);
            case INVALIDATE -> invalidate(query);
            case JOB -> job(ended.job(needed(query, "job", TextCommand.JOB)));
        };
    }

    // ------------------------------------------------------------------ contexts

    private List<String> list() {
        EngineSessions.Overview overview = console.sessions().overview();
        List<String> lines = new ArrayList<>();
        lines.add("OK - " + overview.contexts().size() + " contexts on node ["
                + console.sessions().node()
                + "], and " + (overview.orphans().size() + overview.moreOrphans())
                + " that only a store knows, as of " + overview.now());
        all(overview).forEach(context -> lines.add(numbers(context).toString()));
        notes(overview, lines);
        console.sessions()
                .replicas(null)
                .forEach(replica -> lines.add("NOTE - " + Sentences.say(Replicas.said(replica))));
        return lines;
    }

    private static Stream<ContextSummary> all(EngineSessions.Overview overview) {
        return Stream.concat(overview.contexts().stream(), overview.orphans().stream());
    }

    private static void notes(EngineSessions.Overview overview, List<String> lines) {
        all(overview).forEach(context -> context.problems()
                .forEach(problem -> lines.add("NOTE - " + context.address().title() + ": " + Sentences.say(problem))));
        overview.problems().forEach(problem -> lines.add("NOTE - " + Sentences.say(problem)));
    }

    private static Line numbers(ContextSummary context) {
        return place(context.address())
                .put("state", context.running() ? "running" : context.keeping() == null ? "notDeployed" : "stopped")
                .put("live", context.live())
                .put("swappedOut", context.swappedOut())
                .put("expired", context.expired())
                .put("invalidated", context.invalidated())
                .put("atRisk", context.atRisk())
                .put("overdue", Numbers.overdue(context))
                .put("failing", Numbers.failing(context))
                .put("oldestUnsaved", Numbers.oldestUnsavedAnywhere(context))
                .put("maxIdleBackup", context.backupWindow().map(BackupWindow::maxIdleBackup))
                .put("backupWindow", context.window().map(Duration::toSeconds));
    }

    private static Line place(ContextAddress address) {
        return address instanceof ContextAddress.Deployed deployed
                ? new Line().put("context", deployed.name()).put("host", deployed.host())
                : new Line().put("app", address.title());
    }

    private List<String> atRisk() {
        EngineSessions.Overview overview = console.sessions().overview();
        Figure sum =
                overview.contexts().stream().map(ContextSummary::atRiskHere).reduce(Figure.ZERO, Figure::plus);
        Optional<Instant> oldest = overview.contexts().stream()
                .flatMap(context -> Optional.ofNullable(context.oldestUnsaved()).stream())
                .min(Instant::compareTo);
        List<String> lines = new ArrayList<>();
        lines.add("OK - At risk now on node [" + console.sessions().node() + "]: " + Line.number(sum) + " sessions"
                + oldest.map(since ->
                                ", the oldest change is unsaved for " + Shapes.seconds(since, overview.now()) + " s")
                        .orElse("")
                + "; on all nodes: "
                + Line.number(
                        overview.contexts().stream().map(ContextSummary::atRisk).reduce(Figure.ZERO, Figure::plus)));
        overview.contexts()
                .forEach(context -> lines.add(place(context.address())
                        .put("atRisk", context.atRiskHere())
                        .put("oldestUnsaved", Numbers.oldestUnsaved(context))
                        .put("backupWindow", context.window().map(Duration::toSeconds))
                        .put("atRiskOnAll", context.atRisk())
                        .put("failingOnAll", Numbers.failing(context))
                        .put("oldestUnsavedOnAll", Numbers.oldestUnsavedAnywhere(context))
                        .toString()));
        notes(overview, lines);
        return lines;
    }

    // ------------------------------------------------------------------ the cluster

    private List<String> nodes() {
        EngineSessions.Overview overview = console.sessions().overview();
        List<String> lines = new ArrayList<>();
        for (ContextSummary context : overview.contexts()) {
            context.nodes()
                    .nodes()
                    .forEach(node -> lines.add(node(context, node).toString()));
        }
        lines.add(0, "OK - " + lines.size() + " nodes have announced themselves, as of " + overview.now());
        for (ContextSummary context : overview.contexts()) {
            if (context.nodes().unknown().isGiven()) {
                lines.add("NOTE - " + context.address().title() + ": "
                        + Sentences.say(context.nodes().unknown()));
            }
        }
        return lines;
    }

    private static Line node(ContextSummary context, ClusterNode node) {
        NodeReport report = node.report();
        boolean told = node.state() != ClusterNode.State.SILENT;
        Duration oldest = report.oldestUnsaved();
        return place(context.address())
                .put("node", report.origin().node())
                .put("state", ClusterShapes.word(node.state()))
                .put("heartbeatAge", node.heartbeatAge().toSeconds())
                .put("live", told ? report.live() : null)
                .put("atRisk", told ? report.atRisk() : null)
                .put("overdue", told ? report.overdue() : null)
                .put("failing", told ? report.failing() : null)
                .put("listening", report.listening())
                .put("tomcat", report.origin().tomcat())
                .put("store", report.origin().store())
                .put("oldestUnsaved", told ? oldest == null ? 0L : oldest.toSeconds() : null)
                .put("failure", told ? report.failure() : null);
    }

    private List<String> health() {
        Health health = console.sessions().health(console.version());
        List<String> lines = new ArrayList<>();
        lines.add("OK - " + health.findings().size() + " findings on node [" + health.node() + "], as of "
                + health.asOf());
        for (Finding finding : health.findings()) {
            lines.add(ClusterShapes.word(finding.severity()).toUpperCase(Locale.ROOT) + " - " + finding.id() + " "
                    + finding.context().title() + ": " + ClusterShapes.title(finding) + " "
                    + ClusterShapes.advice(finding)
                    + (finding.change().isEmpty() ? "" : " " + finding.change()));
        }
        ClusterShapes.problems(health).forEach(problem -> lines.add("NOTE - " + problem));
        return lines;
    }

    // ------------------------------------------------------------------ sessions

    private List<String> sessions(Query asked) throws RefusedException {
        ContextAddress.Deployed place = asked.place();
        SessionQuery query = asked.sessionsOfPlace();
        EngineSessions.Listing listing = console.sessions().list(query).orElseThrow(TextAnswers::noSuchContext);
        SessionsFound found = listing.found();
        List<String> lines = new ArrayList<>();
        lines.add("OK - Context [" + place.name() + "] on host [" + place.host() + "] has " + Line.number(found.total())
                + " such sessions, of which " + found.items().size() + " follow, as of " + listing.asOf());
        found.items()
                .forEach(item ->
                        lines.add(session(new Line(), item.entry(), found.now()).toString()));
        SessionCursor next = found.next();
        if (next != null) {
            lines.add("NEXT - " + new Line().put("after", next.text()));
        }
        found.problems().forEach(problem -> lines.add("NOTE - " + Sentences.say(problem)));
        return lines;
    }

    static RefusedException noSuchContext() {
        return new RefusedException(
                Problem.NO_SUCH_CONTEXT, "GET /session-admin/text/list names those that there are.");
    }

    private List<String> find(Query query) throws RefusedException {
        Lookup found = Lookup.of(console.sessions(), needed(query, "id", TextCommand.FIND));
        List<String> lines = new ArrayList<>();
        lines.add("OK - Session [" + found.handle().hex() + "] is in "
                + found.places().size() + " contexts");
        found.places()
                .forEach(place -> lines.add(session(
                                place(place.context()),
                                place.detail().entry(),
                                place.detail().now())
                        .toString()));
        found.problems().forEach(problem -> lines.add("NOTE - " + problem));
        return lines;
    }

    private static String needed(Query query, String name, TextCommand command) throws RefusedException {
        return query.one(name)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new RefusedException(Problem.BAD_PARAMETER, command.usage()));
    }

    // ------------------------------------------------------------------ ending

    /** As Tomcat's Manager: idle for longer than so many minutes; 0 for all. */
    private List<String> expire(Query query) throws RefusedException {
        String minutes = needed(query, "idle", TextCommand.EXPIRE);
        if (!minutes.matches("\\d{1,6}")) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER, "idle has to be a number of minutes; 0 takes all sessions.");
        }
        Map<String, String> idle = minutes.matches("0+") ? Map.of() : Map.of("idleOver", minutes + "m");
        return end(EndedSessions.matching(query.place(), idle), query);
    }

    private List<String> invalidate(Query query) throws RefusedException {
        String[] handles = query.values().get("handle");
        boolean named = handles != null;
        if (named == query.one("user").isPresent()) {
            throw new RefusedException(Problem.BAD_PARAMETER, TextCommand.INVALIDATE.usage());
        }
        return end(
                named
                        ? EndedSessions.named(query.place(), List.of(handles))
                        : EndedSessions.matching(
                                query.place(), Map.of("user", needed(query, "user", TextCommand.INVALIDATE))),
                query);
    }

    /** A script says which; how many these are now is how many it expects. */
    private List<String> end(Selection selection, Query query) throws RefusedException {
        ContextAddress.Deployed place = query.place();
        if (!console.sessions().knows(place)) {
            throw noSuchContext();
        }
        Preview now = ended.preview(selection);
        if (now.count() == 0 && selection instanceof Selection.Matching) {
            List<String> lines = new ArrayList<>(List.of("OK - Invalidated 0 of 0 sessions: there is none"));
            now.unseen().forEach(unseen -> lines.add("NOTE - " + Sentences.say(unseen)));
            return lines;
        }
        return job(ended.end(
                selection, OptionalInt.of(now.count()), query.one("reason").orElse("")));
    }

    private static List<String> job(JobStatus job) {
        List<String> lines = new ArrayList<>();
        Line counts = new Line();
        job.counts().forEach((outcome, count) -> counts.put(JobShapes.word(outcome), count));
        int failed = job.count(InvalidationResult.Outcome.FAILED);
        boolean bad = job.isOver() && failed > 0;
        lines.add((bad ? "FAIL - " : "OK - ") + (job.isOver() ? "Invalidated " : "Is invalidating: ")
                + (job.dealtWith() - failed) + " of " + job.total() + " sessions; " + counts);
        if (!job.isOver()) {
            lines.add("NEXT - " + new Line().put("job", job.id()));
        }
        job.nodes()
                .forEach(node -> lines.add(place(node.context())
                        .put("node", node.node().isEmpty() ? null : node.node())
                        .put("state", JobShapes.word(node.state()))
                        .put("ended", node.ended())
                        .toString()));
        job.unseen().forEach(unseen -> lines.add("NOTE - " + Sentences.say(unseen)));
        job.results().stream()
                .filter(result -> result.result().outcome() == InvalidationResult.Outcome.FAILED)
                .forEach(
                        result -> lines.add("NOTE - " + result.result().handle().hex() + ": "
                                + String.join(" ", Sentences.of(result.result().details()))));
        return lines;
    }

    private static Line session(Line line, SessionEntry entry, Instant now) {
        SessionEntry.LiveBackup backup = entry.backup();
        SessionBackup.State state = backup == null ? null : backup.state();
        return line.put("handle", entry.handle().hex())
                .put("state", entry.state().word())
                .put("backup", entry.live() == null ? "none" : state == null ? null : Shapes.word(state))
                .put("user", entry.user())
                .put("idle", Shapes.seconds(entry.lastAccess(), now))
                .put("expires", entry.expires())
                .put("bytes", entry.bytes());
    }
}
