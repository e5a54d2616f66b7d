package io.sessionadmin.console;

import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.Elsewhere;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.NodeSummary;
import io.sessionadmin.console.model.Readability;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Replicas;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The overview in words. */
public record OverviewPage(
        Risk risk,
        List<String> sources,
        List<Stat> stats,
        List<Row> contexts,
        List<NodeRow> nodes,
        String nodesNote,
        List<Picture> pictures,
        List<Row> orphans,
        List<String> problems,
        String empty) {

    /** So many contexts have pictures; those with most at risk, and then most live, come first. */
    private static final int PICTURES_AT_MOST = 12;

    private static final int SAID_AT_MOST = 10;
    private static final int CONTEXTS_BYTES = 70_000;
    private static final int NODES_BYTES = 30_000;
    private static final int ORPHANS_BYTES = 25_000;

    private static final Comparator<ContextSummary> MOST_AT_RISK = Comparator.comparing(
                    (ContextSummary context) -> context.atRiskHere().value())
            .thenComparing(context -> context.liveHere().value())
            .reversed();

    /**
     * What the crash of a node loses now: the first and largest thing.
     *
     * @param trouble what is overdue and what fails, each with its reason
     */
    public record Risk(
            String tone,
            String shape,
            String figure,
            String unit,
            String sentence,
            String detail,
            List<Tag> trouble,
            BackupBar backups) {}

    /**
     * A number with its name.
     *
     * @param name in the words of the design
     * @param href of the list of what it counts; empty where there is none
     */
    public record Stat(String name, String label, String value, String note, String tone, String href) {}

    /**
     * A number in a table.
     *
     * @param note why it is not exact
     * @param href of the list of what it counts; empty where there is none
     */
    public record Cell(String text, String note, boolean known, String href) {}

    /** A context. */
    public record Row(
            String context,
            String host,
            String name,
            String href,
            Tag state,
            Cell live,
            String where,
            Cell swappedOut,
            Cell expired,
            Cell invalidated,
            Cell unreadable,
            Tag atRisk,
            String atRiskHref,
            BackupBar backups,
            String oldestBackup,
            String maxIdleBackup,
            String window,
            String manager,
            String store,
            String storeNote,
            List<String> problems) {

        /** What a row takes beside its texts. */
        private static final int ROW_BYTES = 2_200;

        private int bytes() {
            return ROW_BYTES
                    + Room.of(Stream.concat(
                            problems.stream(),
                            Stream.of(
                                    context,
                                    name,
                                    href,
                                    host,
                                    state.text(),
                                    live.note(),
                                    swappedOut.note(),
                                    expired.note(),
                                    invalidated.note(),
                                    unreadable.note(),
                                    atRisk.note(),
                                    manager,
                                    store,
                                    storeNote)));
        }
    }

    static OverviewPage of(EngineSessions.Overview overview, EngineSessions sessions, String root, Wording words) {
        List<ContextSummary> contexts = overview.contexts();
        List<ContextSummary> all =
                Stream.concat(contexts.stream(), overview.orphans().stream()).toList();
        List<NodeSummary> nodes = NodeSummary.of(all);
        boolean severalHosts = contexts.stream()
                        .map(ContextSummary::address)
                        .map(address -> address instanceof ContextAddress.Deployed deployed ? deployed.host() : "")
                        .distinct()
                        .count()
                > 1;
        List<Row> rows = rows(contexts, CONTEXTS_BYTES, context -> row(context, severalHosts, root, words));
        List<Row> orphans = rows(overview.orphans(), ORPHANS_BYTES, orphan -> row(orphan, false, root, words));
        List<NodeRow> shownNodes = Room.first(NodeRow.of(nodes, words), NODES_BYTES, NodeRow::bytes);
        List<String> problems = problems(overview, words);
        more("overview.contexts.more", contexts.size() - rows.size(), problems, words);
        more("overview.nodes.more", nodes.size() - shownNodes.size(), problems, words);
        more(
                "overview.orphans.more",
                overview.moreOrphans() + overview.orphans().size() - orphans.size(),
                problems,
                words);
        return new OverviewPage(
                RiskPanel.of(all, words),
                sources(all, sessions.replicas(null), words),
                stats(overview, nodes, root, words),
                rows,
                shownNodes,
                nodes.isEmpty() ? nodesNote(contexts, words) : "",
                pictures(contexts, sessions, root, words),
                orphans,
                problems,
                contexts.stream().allMatch(context -> isEmpty(context))
                                && overview.orphans().isEmpty()
                        ? words.say("overview.empty")
                        : "");
    }

    private static List<String> problems(EngineSessions.Overview overview, Wording words) {
        return new ArrayList<>(sentences(
                overview.problems().subList(0, Math.min(overview.problems().size(), SAID_AT_MOST)), words));
    }

    private static void more(String key, int number, List<String> problems, Wording words) {
        if (number > 0) {
            problems.add(words.say(key, number));
        }
    }

    /** All, or those that matter most where there is no room for all. */
    private static List<Row> rows(List<ContextSummary> contexts, int bytes, Function<ContextSummary, Row> row) {
        List<Row> all = contexts.stream().map(row).toList();
        List<Row> first = Room.first(all, bytes, Row::bytes);
        return first.size() == all.size()
                ? all
                : Room.first(contexts.stream().sorted(MOST_AT_RISK).map(row).toList(), bytes, Row::bytes);
    }

    private static boolean isEmpty(ContextSummary context) {
        return context.sessions().isKnown() && !context.sessions().isPositive();
    }

    static Figure sum(Stream<Figure> figures) {
        return figures.reduce(Figure::plus).orElse(Figure.ZERO);
    }

    /** Why no node is listed. */
    private static String nodesNote(List<ContextSummary> contexts, Wording words) {
        return contexts.stream()
                .filter(context -> context.nodes().unknown().isGiven())
                .filter(context -> !context.elsewhere().live().isKnown())
                .findFirst()
                .map(context -> words.say(context.nodes().unknown()))
                .orElse(words.say("nodes.none"));
    }

    private static List<Picture> pictures(
            List<ContextSummary> contexts, EngineSessions sessions, String root, Wording words) {
        return contexts.stream()
                .filter(context -> sessions.lastHour(context).stream().anyMatch(sample -> sample.live() > 0))
                .sorted(MOST_AT_RISK)
                .limit(PICTURES_AT_MOST)
                .map(context -> Picture.of(context, sessions.lastHour(context), root, words))
                .toList();
    }

    /** Where the numbers come from, and as of when. */
    private static List<String> sources(List<ContextSummary> contexts, List<ReplicaState> replicas, Wording words) {
        List<String> sources = new ArrayList<>();
        sources.add(words.say("source.memory", words.moment(words.now())));
        contexts.stream()
                .flatMap(context -> Stream.ofNullable(context.elsewhere().asOf()))
                .max(Comparator.naturalOrder())
                .ifPresent(age -> sources.add(words.say("source.nodes", words.duration(age))));
        contexts.stream()
                .flatMap(context -> context.nodes().late().stream())
                .collect(Collectors.toMap(
                        node -> node.report().origin().node(),
                        ClusterNode::heartbeatAge,
                        OverviewPage::longer,
                        TreeMap::new))
                .entrySet()
                .stream()
                .limit(SAID_AT_MOST)
                .forEach(late -> sources.add(words.say("source.late", late.getKey(), words.duration(late.getValue()))));
        contexts.stream()
                .flatMap(context -> Stream.ofNullable(context.storeClock()))
                .min(Comparator.naturalOrder())
                .ifPresent(clock -> sources.add(words.say("source.store", words.moment(clock))));
        replicas.forEach(replica -> sources.add(words.say(Replicas.said(replica))));
        List<Readability> read = contexts.stream()
                .map(ContextSummary::readable)
                .filter(readable -> readable.read() > 0)
                .toList();
        read.stream()
                .map(Readability::asOf)
                .min(Comparator.naturalOrder())
                .ifPresent(asOf -> sources.add(words.say(
                        "source.read",
                        read.stream().mapToLong(Readability::read).sum(),
                        words.age(asOf))));
        return sources;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static List<Stat> stats(
            EngineSessions.Overview overview, List<NodeSummary> nodes, String root, Wording words) {
        List<ContextSummary> here = overview.contexts();
        List<ContextSummary> all =
                Stream.concat(here.stream(), overview.orphans().stream()).toList();
        Figure orphaned = sum(overview.orphans().stream()
                .filter(OverviewPage::isOrphan)
                .map(context -> context.swappedOut().plus(context.expired()).plus(context.invalidated())));
        long alive = nodes.stream()
                .filter(node -> node.state() == ClusterNode.State.ALIVE)
                .count();
        String where = alive < 2 ? words.say("stat.live.note") : words.say("stat.live.nodes", alive);
        String stored = words.say("stat.swapped-out.note");
        String late = words.say("stat.expired.note");
        String tombstones = words.say("stat.invalidated.note");
        List<Stat> stats = new ArrayList<>();
        Figure live = sum(all.stream().map(ContextSummary::live));
        Figure swappedOut = sum(all.stream().map(ContextSummary::swappedOut));
        Figure expired = sum(all.stream().map(ContextSummary::expired));
        Figure invalidated = sum(all.stream().map(ContextSummary::invalidated));
        stats.add(stat("live", live, where, list(SessionState.LIVE, live, root), words));
        stats.add(stat("swapped-out", swappedOut, stored, list(SessionState.SWAPPED_OUT, swappedOut, root), words));
        stats.add(stat("expired", expired, late, list(SessionState.EXPIRED, expired, root), words));
        stats.add(
                stat("invalidated", invalidated, tombstones, list(SessionState.INVALIDATED, invalidated, root), words));
        stats.add(stat("orphan", orphaned, words.say("stat.orphan.note"), "", words));
        stats.add(unreadable(all, root, words));
        stats.add(oldestBackup(here, words));
        return stats;
    }

    private static String list(SessionState state, Figure figure, String root) {
        return list(null, SessionFilter.of(state), figure, root);
    }

    /** Address of the list of what a figure counts; empty when it counts nothing. */
    static String list(@Nullable ContextAddress context, SessionFilter filter, Figure figure, String root) {
        return figure.isPositive() ? ConsoleView.Sessions.of(context, filter).href(root) : "";
    }

    private static Stat unreadable(List<ContextSummary> contexts, String root, Wording words) {
        Figure unreadable =
                sum(contexts.stream().map(context -> context.readable().figure()));
        long read = contexts.stream()
                .mapToLong(context -> context.readable().read())
                .sum();
        return new Stat(
                "unreadable",
                words.say("stat.unreadable"),
                words.figure(unreadable),
                unreadable.isKnown() ? words.say("stat.unreadable.note", read) : words.say("stat.partly"),
                unreadable.isPositive() ? "warn" : "plain",
                list(SessionState.UNREADABLE, unreadable, root));
    }

    /** Whether no node that is alive runs it; of one of which nobody knows, nobody says so. */
    private static boolean isOrphan(ContextSummary context) {
        return context.keeping() == null
                && context.nodes().isKnown()
                && context.nodes().others().isEmpty();
    }

    private static Stat stat(String name, Figure figure, String note, String href, Wording words) {
        boolean exact = figure.certainty() == Figure.Certainty.EXACT;
        return new Stat(
                name,
                words.say("stat." + name),
                words.figure(figure),
                exact || !figure.reason().isGiven() ? note : words.say("stat.partly"),
                "plain",
                href);
    }

    private static Stat oldestBackup(List<ContextSummary> contexts, Wording words) {
        Optional<ContextSummary> oldest = contexts.stream()
                .filter(context -> context.oldestBackup() != null)
                .min(Comparator.comparing(OverviewPage::savedSince));
        return new Stat(
                "oldest-backup",
                words.say("stat.oldest-backup"),
                oldest.map(context -> age(context, words)).orElse(words.say("figure.unknown")),
                oldest.map(context -> words.say(
                                "stat.oldest-backup.note", context.address().title()))
                        .orElse(words.say("stat.oldest-backup.none")),
                "plain",
                "");
    }

    private static Instant savedSince(ContextSummary context) {
        ContextSummary.Age age = context.oldestBackup();
        return age == null ? Instant.MAX : age.since();
    }

    static String age(ContextSummary context, Wording words) {
        ContextSummary.Age age = context.oldestBackup();
        if (age == null) {
            return words.say("figure.unknown");
        }
        String text = words.age(age.since());
        return age.atMost() ? words.say("figure.atMost", text) : text;
    }

    private static Row row(ContextSummary context, boolean withHost, String root, Wording words) {
        var keeping = context.keeping();
        String host = context.address() instanceof ContextAddress.Deployed deployed ? deployed.host() : "";
        return new Row(
                context.address().title(),
                withHost ? host : "",
                context.address().title(),
                new ConsoleView.Sessions(context.address(), null).href(root),
                state(context, words),
                cell(context.live(), SessionState.LIVE, context, root, words),
                where(context, words),
                cell(context.swappedOut(), SessionState.SWAPPED_OUT, context, root, words),
                cell(context.expired(), SessionState.EXPIRED, context, root, words),
                cell(context.invalidated(), SessionState.INVALIDATED, context, root, words),
                cell(context.readable().figure(), SessionState.UNREADABLE, context, root, words),
                atRisk(context, words),
                atRiskHere(context, root),
                BackupBar.of(List.of(context), words),
                age(context, words),
                keeping == null ? "" : maxIdleBackup(keeping.window(), words),
                context.window()
                        .map(window -> words.say("context.window", words.duration(window)))
                        .orElse(""),
                keeping == null ? "" : simpleName(keeping.manager()),
                store(context, words),
                storeNote(context, words),
                context.problems().stream().map(words::say).toList());
    }

    private static Tag state(ContextSummary context, Wording words) {
        if (context.keeping() != null) {
            return context.running() ? Tag.NONE : Tag.bad("stopped", words.say("context.stopped"));
        }
        if (!context.nodes().isKnown()) {
            return new Tag("unknown", "plain", "?", words.say("context.unknownWhere"), "");
        }
        if (isOrphan(context)) {
            return Tag.warn("orphan", words.say("context.orphan"));
        }
        String nodes = context.nodes().others().stream()
                .map(node -> node.report().origin().node())
                .distinct()
                .limit(3)
                .collect(Collectors.joining(", "));
        return Tag.ok("elsewhere", words.say("context.runsOn", nodes));
    }

    /** On which nodes the live sessions are; empty when there is only this one. */
    static String where(ContextSummary context, Wording words) {
        Elsewhere elsewhere = context.elsewhere();
        return elsewhere.isThere() && context.keeping() != null
                ? words.say("context.where", words.figure(context.liveHere()), words.figure(elsewhere.live()))
                : "";
    }

    /** The store in one word, or why there is none; empty for a context that is not deployed here. */
    static String store(ContextSummary context, Wording words) {
        var keeping = context.keeping();
        if (keeping == null) {
            return "";
        }
        return keeping.store().isEmpty()
                ? words.say(keeping.inMemoryOnly() ? "context.noStore" : "context.unknownStore")
                : simpleName(keeping.store());
    }

    private static String storeNote(ContextSummary context, Wording words) {
        var keeping = context.keeping();
        if (keeping == null || !keeping.inMemoryOnly()) {
            return "";
        }
        return words.say(keeping.file().isEmpty() ? "context.lostAtStop" : "context.savedAtStop");
    }

    private static String maxIdleBackup(Optional<BackupWindow> window, Wording words) {
        if (window.isEmpty()) {
            return words.say("figure.unknown");
        }
        if (window.get().withEachRequest()) {
            return words.say("context.withEachRequest");
        }
        int seconds = window.get().maxIdleBackup();
        return seconds < 0 ? words.say("context.neverWhileLive") : words.say("time.seconds", seconds);
    }

    static Tag atRisk(ContextSummary context, Wording words) {
        Figure figure = context.atRisk();
        String text = words.figure(figure);
        if (!figure.isKnown()) {
            return new Tag("unknown", "warn", "?", text, words.say(figure.reason()));
        }
        if (!figure.isPositive()) {
            return context.live().isPositive() ? Tag.ok("none", text) : new Tag("none", "plain", "", text, "");
        }
        Elsewhere elsewhere = context.elsewhere();
        if (context.backups(SessionBackup.State.FAILING) + elsewhere.failing() > 0) {
            return Tag.bad("failing", text);
        }
        long later = context.backups(SessionBackup.State.PENDING)
                + elsewhere.atRisk().value()
                - elsewhere.overdue();
        return later == figure.value() ? new Tag("pending", "plain", "\u2026", text, "") : Tag.warn("overdue", text);
    }

    /** The reason is not repeated when it stands at the head of the row. */
    private static Cell cell(Figure figure, SessionState state, ContextSummary context, String root, Wording words) {
        boolean said = context.problems().contains(figure.reason());
        String reason = said ? "" : words.say(figure.reason());
        String list = list(context.address(), SessionFilter.of(state), figure, root);
        return new Cell(words.figure(figure), reason, figure.isKnown(), list);
    }

    /** Address of the list of those at risk, which is of this node's. */
    static String atRiskHere(ContextSummary context, String root) {
        var filter = SessionFilter.of(SessionFilter.Backup.AT_RISK);
        return list(context.address(), filter, context.atRiskHere(), root);
    }

    /** The class without its package; the whole name is on the detail pages. */
    static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    static List<String> sentences(List<Reason> reasons, Wording words) {
        return reasons.stream().map(words::say).toList();
    }
}
