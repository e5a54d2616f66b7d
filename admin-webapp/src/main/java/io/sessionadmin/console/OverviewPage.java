package io.sessionadmin.console;

import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.store.SessionBackup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The overview in words. */
public record OverviewPage(
        Risk risk, List<Stat> stats, List<Row> contexts, List<Row> orphans, List<String> problems, String empty) {

    /** What a crash of this node loses now: the first and largest thing. */
    public record Risk(
            String tone, String shape, String figure, String unit, String sentence, String detail, BackupBar backups) {}

    /** @param name in the words of the design */
    public record Stat(String name, String label, String value, String note, String tone) {}

    /** A number in a table; {@code note} says why it is not exact. */
    public record Cell(String text, String note, boolean known) {}

    /** A context. */
    public record Row(
            String context,
            String host,
            String name,
            String href,
            Tag state,
            Cell live,
            Cell swappedOut,
            Cell expired,
            Cell invalidated,
            Tag atRisk,
            BackupBar backups,
            String oldestBackup,
            String maxIdleBackup,
            String window,
            String manager,
            String store,
            String storeNote,
            List<String> problems) {}

    static OverviewPage of(EngineSessions.Overview overview, String root, Wording words) {
        List<ContextSummary> contexts = overview.contexts();
        boolean severalHosts = contexts.stream()
                        .map(ContextSummary::address)
                        .map(address -> address instanceof ContextAddress.Deployed deployed ? deployed.host() : "")
                        .distinct()
                        .count()
                > 1;
        return new OverviewPage(
                risk(contexts, words),
                stats(overview, words),
                contexts.stream()
                        .map(context -> row(context, severalHosts, root, words))
                        .toList(),
                overview.orphans().stream()
                        .map(orphan -> row(orphan, false, root, words))
                        .toList(),
                problems(overview, words),
                contexts.stream().allMatch(context -> isEmpty(context))
                                && overview.orphans().isEmpty()
                        ? words.say("overview.empty")
                        : "");
    }

    private static List<String> problems(EngineSessions.Overview overview, Wording words) {
        List<String> problems = new ArrayList<>(sentences(overview.problems(), words));
        if (overview.moreOrphans() > 0) {
            problems.add(words.say("overview.orphans.more", overview.moreOrphans()));
        }
        return problems;
    }

    private static boolean isEmpty(ContextSummary context) {
        return context.sessions().isKnown() && !context.sessions().isPositive();
    }

    private static Figure sum(Stream<Figure> figures) {
        return figures.reduce(Figure::plus).orElse(Figure.ZERO);
    }

    private static Risk risk(List<ContextSummary> contexts, Wording words) {
        Figure atRisk = sum(contexts.stream().map(ContextSummary::atRisk));
        Figure live = sum(contexts.stream().map(ContextSummary::live));
        String figure = words.figure(atRisk);
        BackupBar bar = BackupBar.of(contexts, words);
        String unit = words.say("risk.unit", atRisk.value());
        if (!atRisk.isKnown()) {
            boolean partly = contexts.stream()
                    .anyMatch(context ->
                            context.live().isPositive() && context.atRisk().isKnown());
            String sentence = partly ? "risk.partly" : "risk.unknown";
            return new Risk("warn", "?", figure, "", words.say(sentence), words.say(atRisk.reason()), bar);
        }
        if (!atRisk.isPositive()) {
            boolean complete = atRisk.certainty() == Figure.Certainty.EXACT;
            String sentence = complete
                    ? words.say(live.isPositive() ? "risk.none" : "risk.nothingLive")
                    : words.say("risk.partly");
            String tone = complete ? "ok" : "warn";
            return new Risk(tone, complete ? "\u2713" : "?", figure, unit, sentence, doubt(atRisk, words), bar);
        }
        boolean worse = contexts.stream()
                .anyMatch(context -> context.backups(SessionBackup.State.OVERDUE)
                                + context.backups(SessionBackup.State.FAILING)
                                + context.backups(SessionBackup.State.NEVER)
                        > 0);
        return new Risk(
                worse ? "warn" : "plain",
                "\u25B2",
                figure,
                unit,
                oldestUnsaved(contexts, words),
                doubt(atRisk, words),
                bar);
    }

    private static String doubt(Figure atRisk, Wording words) {
        return switch (atRisk.certainty()) {
            case ESTIMATE -> words.say("risk.estimated", words.say(atRisk.reason()));
            case AT_LEAST -> words.say("risk.atLeast", words.say(atRisk.reason()));
            case EXACT, UNKNOWN -> "";
        };
    }

    private static String oldestUnsaved(List<ContextSummary> contexts, Wording words) {
        Optional<ContextSummary> worst = contexts.stream()
                .filter(context -> context.oldestUnsaved() != null)
                .min(Comparator.comparing(OverviewPage::unsavedSince));
        return worst.map(context -> words.say(
                        "risk.oldest",
                        words.age(unsavedSince(context)),
                        context.address().title()))
                .orElse("");
    }

    private static Instant unsavedSince(ContextSummary context) {
        Instant since = context.oldestUnsaved();
        return since == null ? Instant.MAX : since;
    }

    private static List<Stat> stats(EngineSessions.Overview overview, Wording words) {
        List<ContextSummary> here = overview.contexts();
        List<ContextSummary> all =
                Stream.concat(here.stream(), overview.orphans().stream()).toList();
        Figure orphaned = sum(overview.orphans().stream().map(ContextSummary::swappedOut));
        List<Stat> stats = new ArrayList<>();
        stats.add(stat("live", sum(here.stream().map(ContextSummary::live)), words.say("stat.live.note"), words));
        String orphans = orphaned.isPositive() ? words.say("stat.orphans.note", words.figure(orphaned)) : "";
        stats.add(stat("swapped-out", sum(all.stream().map(ContextSummary::swappedOut)), orphans, words));
        stats.add(
                stat("expired", sum(all.stream().map(ContextSummary::expired)), words.say("stat.expired.note"), words));
        String tombstones = words.say("stat.invalidated.note");
        stats.add(stat("invalidated", sum(all.stream().map(ContextSummary::invalidated)), tombstones, words));
        stats.add(oldestBackup(here, words));
        return stats;
    }

    private static Stat stat(String name, Figure figure, String note, Wording words) {
        boolean exact = figure.certainty() == Figure.Certainty.EXACT;
        return new Stat(
                name,
                words.say("stat." + name),
                words.figure(figure),
                exact || !figure.reason().isGiven() ? note : words.say("stat.partly"),
                "plain");
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
                "plain");
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
                keeping == null || context.running() ? Tag.NONE : Tag.bad("stopped", words.say("context.stopped")),
                cell(context.live(), context, words),
                cell(context.swappedOut(), context, words),
                cell(context.expired(), context, words),
                cell(context.invalidated(), context, words),
                atRisk(context, words),
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
        long later = context.backups(SessionBackup.State.PENDING);
        if (context.backups(SessionBackup.State.FAILING) > 0) {
            return Tag.bad("failing", text);
        }
        return later == figure.value() ? new Tag("pending", "plain", "\u2026", text, "") : Tag.warn("overdue", text);
    }

    /** The reason is not repeated when it stands at the head of the row. */
    private static Cell cell(Figure figure, ContextSummary context, Wording words) {
        boolean said = context.problems().contains(figure.reason());
        return new Cell(words.figure(figure), said ? "" : words.say(figure.reason()), figure.isKnown());
    }

    /** The class without its package; the whole name is on the detail pages. */
    static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    static List<String> sentences(List<Reason> reasons, Wording words) {
        return reasons.stream().map(words::say).toList();
    }
}
