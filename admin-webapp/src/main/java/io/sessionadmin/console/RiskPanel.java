package io.sessionadmin.console;

import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.Elsewhere;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says in words what the crash of a node loses now. */
final class RiskPanel {

    private static final String TRIANGLE = "\u25B2";
    private static final String TICK = "\u2713";

    /** So many other nodes say why their saves fail; the list of nodes has all. */
    private static final int REASONS_AT_MOST = 3;

    /**
     * The oldest change that is not in a store.
     *
     * @param node empty for this one
     */
    private record Oldest(Duration age, ContextSummary context, String node) {}

    private RiskPanel() {}

    static OverviewPage.Risk of(List<ContextSummary> contexts, Wording words) {
        Figure atRisk = OverviewPage.sum(contexts.stream().map(ContextSummary::atRisk));
        String figure = words.figure(atRisk);
        String unit = words.say("risk.unit", atRisk.value());
        BackupBar bar = BackupBar.of(contexts, words);
        List<Tag> trouble = trouble(contexts, words);
        if (!atRisk.isKnown()) {
            boolean partly = contexts.stream()
                    .anyMatch(context -> context.liveHere().isPositive()
                            && context.atRiskHere().isKnown());
            String sentence = words.say(partly ? "risk.partly" : "risk.unknown");
            return new OverviewPage.Risk("warn", "?", figure, "", sentence, words.say(atRisk.reason()), trouble, bar);
        }
        String doubt = doubt(atRisk, words);
        if (!atRisk.isPositive()) {
            boolean complete = atRisk.certainty() == Figure.Certainty.EXACT;
            boolean live = contexts.stream().anyMatch(context -> context.live().isPositive());
            String all = words.say(live ? "risk.none" : "risk.nothingLive");
            return complete
                    ? new OverviewPage.Risk("ok", TICK, figure, unit, all, doubt, trouble, bar)
                    : new OverviewPage.Risk("warn", "?", figure, unit, words.say("risk.partly"), doubt, trouble, bar);
        }
        String oldest = oldest(contexts).map(found -> sentence(found, words)).orElse("");
        String tone = isLate(contexts) ? "warn" : "plain";
        return new OverviewPage.Risk(tone, TRIANGLE, figure, unit, oldest, doubt, trouble, bar);
    }

    private static boolean isLate(List<ContextSummary> contexts) {
        return contexts.stream()
                .anyMatch(context ->
                        context.backups(SessionBackup.State.NEVER) > 0 || overdue(context) + failing(context) > 0);
    }

    private static long overdue(ContextSummary context) {
        return context.backups(SessionBackup.State.OVERDUE)
                + context.elsewhere().overdue();
    }

    private static long failing(ContextSummary context) {
        return context.backups(SessionBackup.State.FAILING)
                + context.elsewhere().failing();
    }

    private static List<Tag> trouble(List<ContextSummary> contexts, Wording words) {
        List<Tag> trouble = new ArrayList<>();
        long failing = contexts.stream().mapToLong(RiskPanel::failing).sum();
        if (failing > 0) {
            trouble.add(Tag.bad("failing", words.say("risk.failing", failing)).noting(why(contexts, words)));
        }
        long overdue = contexts.stream().mapToLong(RiskPanel::overdue).sum();
        if (overdue > 0) {
            trouble.add(Tag.warn("overdue", words.say("risk.overdue", overdue)).noting(words.say("risk.overdue.why")));
        }
        return trouble;
    }

    /** Why saves fail, on this node and on others. */
    private static String why(List<ContextSummary> contexts, Wording words) {
        Stream<String> here = contexts.stream()
                .flatMap(context -> context.failure().stream())
                .distinct()
                .limit(1)
                .map(reason -> words.say("reason.said", reason));
        Stream<String> there = contexts.stream()
                .flatMap(context -> context.nodes().others().stream())
                .map(ClusterNode::report)
                .filter(report -> report.failing() > 0)
                .map(report ->
                        words.say("risk.failing.on", report.origin().node(), NodeRow.why(report.failure(), words)))
                .distinct()
                .limit(REASONS_AT_MOST);
        return Stream.concat(here, there).collect(Collectors.joining(" "));
    }

    private static String doubt(Figure atRisk, Wording words) {
        return switch (atRisk.certainty()) {
            case ESTIMATE -> words.say("risk.estimated", words.say(atRisk.reason()));
            case AT_LEAST -> words.say("risk.atLeast", words.say(atRisk.reason()));
            case EXACT, UNKNOWN -> "";
        };
    }

    private static Optional<Oldest> oldest(List<ContextSummary> contexts) {
        List<Oldest> all = new ArrayList<>();
        for (ContextSummary context : contexts) {
            Instant here = context.oldestUnsaved();
            if (here != null) {
                all.add(new Oldest(Duration.between(here, context.now()), context, ""));
            }
            Elsewhere elsewhere = context.elsewhere();
            Duration there = elsewhere.oldestUnsaved();
            if (there != null) {
                all.add(new Oldest(there, context, elsewhere.oldestOn()));
            }
        }
        return all.stream().max(Comparator.comparing(Oldest::age));
    }

    /** In seconds, to be held against maxIdleBackup. */
    private static String sentence(Oldest oldest, Wording words) {
        ContextSummary context = oldest.context();
        String title = context.address().title();
        String place = oldest.node().isEmpty()
                ? words.say("risk.place.here", title)
                : words.say("risk.place.node", title, oldest.node());
        String found =
                words.say("risk.oldest", words.number(Math.max(0, oldest.age().toSeconds())), place);
        var keeping = context.keeping();
        return keeping == null
                ? found
                : keeping.window()
                        .map(window -> found + " " + window(window, words))
                        .orElse(found);
    }

    private static String window(BackupWindow window, Wording words) {
        Duration length = window.length();
        if (window.withEachRequest()) {
            return words.say("risk.window.atOnce");
        }
        return length == null
                ? words.say("risk.window.none")
                : words.say(
                        "risk.window",
                        words.number(length.toSeconds()),
                        words.number(window.maxIdleBackup()),
                        words.number(window.pass()));
    }
}
