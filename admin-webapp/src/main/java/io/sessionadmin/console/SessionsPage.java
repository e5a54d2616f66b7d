package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionPage;
import io.sessionadmin.console.model.SessionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The list of one context's sessions in words. */
public record SessionsPage(
        String title,
        String host,
        String subtitle,
        List<OverviewPage.Stat> stats,
        List<String> problems,
        List<Row> rows,
        String empty,
        String range,
        String first,
        String next,
        boolean canInvalidate,
        String cannotInvalidate,
        Target target) {

    /** Where the forms of this page go, and what they carry along. */
    public record Target(String confirm, String lookup, List<Hidden> fields) {}

    public record Hidden(String name, String value) {}

    public record Row(
            String handle,
            String brief,
            String href,
            String user,
            boolean userKnown,
            Tag state,
            Tag backup,
            String lastAccess,
            String idle,
            String timeToLive,
            String size,
            boolean selectable,
            String select) {}

    static SessionsPage of(
            ConsoleView.Sessions view,
            EngineSessions.Listing listing,
            String cannotInvalidate,
            String csrf,
            String root,
            Wording words) {
        ContextSummary context = listing.context();
        SessionPage page = listing.page();
        List<Row> rows = page.entries().stream()
                .map(entry -> row(view.context(), entry, root, words))
                .toList();
        boolean first = view.after() == null;
        return new SessionsPage(
                view.context().title(),
                view.context() instanceof ContextAddress.Deployed deployed ? deployed.host() : "",
                subtitle(context, words),
                stats(context, words),
                problems(context, page, words),
                rows,
                words.say(
                        !first
                                ? "sessions.noMore"
                                : page.problem().isGiven() ? "sessions.emptyHere" : "sessions.empty"),
                rows.isEmpty() ? "" : words.say("sessions.range", rows.size(), words.figure(total(context))),
                first ? "" : new ConsoleView.Sessions(view.context(), null).href(root),
                page.next() == null ? "" : new ConsoleView.Sessions(view.context(), page.next()).href(root),
                cannotInvalidate.isEmpty() && !rows.isEmpty(),
                cannotInvalidate,
                new Target(
                        ConsoleView.Confirm.href(root), ConsoleView.Lookup.href(root), fields(view.context(), csrf)));
    }

    static List<Hidden> fields(ContextAddress context, String csrf) {
        List<Hidden> fields = new ArrayList<>();
        fields.add(new Hidden("csrf", csrf));
        if (context instanceof ContextAddress.Deployed deployed) {
            fields.add(new Hidden("host", deployed.host()));
            fields.add(new Hidden("context", deployed.name()));
        } else {
            fields.add(new Hidden("app", ((ContextAddress.Orphan) context).app()));
        }
        return fields;
    }

    private static Figure total(ContextSummary context) {
        return context.sessions().plus(context.invalidated());
    }

    private static String subtitle(ContextSummary context, Wording words) {
        var keeping = context.keeping();
        if (keeping == null) {
            return words.say("sessions.orphan");
        }
        String kept = words.say(
                "sessions.kept", OverviewPage.simpleName(keeping.manager()), OverviewPage.store(context, words));
        return context.window()
                .map(window -> kept + " " + words.say("sessions.window", words.duration(window)))
                .orElse(kept);
    }

    private static List<OverviewPage.Stat> stats(ContextSummary context, Wording words) {
        List<OverviewPage.Stat> stats = new ArrayList<>();
        String breakdown = BackupBar.of(List.of(context), words).text();
        stats.add(stat("at-risk", context.atRisk(), breakdown, words));
        stats.add(stat("live", context.live(), words.say("stat.live.note"), words));
        stats.add(stat("swapped-out", context.swappedOut(), "", words));
        stats.add(stat("expired", context.expired(), "", words));
        stats.add(stat("invalidated", context.invalidated(), "", words));
        return stats;
    }

    private static OverviewPage.Stat stat(String name, Figure figure, String note, Wording words) {
        String tone = name.equals("at-risk") && figure.isPositive() ? "warn" : "plain";
        String shown = figure.reason().isGiven() ? words.say(figure.reason()) : note;
        return new OverviewPage.Stat(name, words.say("stat." + name), words.figure(figure), shown, tone);
    }

    private static List<String> problems(ContextSummary context, SessionPage page, Wording words) {
        List<String> problems = new ArrayList<>(OverviewPage.sentences(context.problems(), words));
        if (page.problem().isGiven() && !problems.contains(words.say(page.problem()))) {
            problems.add(words.say(page.problem()));
        }
        return problems;
    }

    static Row row(ContextAddress context, SessionEntry entry, String root, Wording words) {
        Optional<String> user = entry.user();
        boolean tombstone = entry.state() == SessionState.INVALIDATED;
        String name = user.orElse(words.say(tombstone ? "figure.unknown" : "user.unknown"));
        return new Row(
                entry.handle().hex(),
                entry.handle().brief(),
                new ConsoleView.Session(context, entry.handle()).href(root),
                name,
                user.isPresent(),
                Tag.of(entry, words),
                Tag.ofBackup(entry, words),
                tombstone ? words.say("figure.unknown") : words.moment(entry.lastAccess()),
                tombstone ? words.say("figure.unknown") : words.age(entry.lastAccess()),
                timeToLive(entry, words),
                entry.bytes().map(words::size).orElse(words.say("figure.unknown")),
                entry.canBeInvalidated(),
                words.say("sessions.select", entry.handle().brief(), user.orElse(words.say("user.unknown"))));
    }

    static String timeToLive(SessionEntry entry, Wording words) {
        if (entry.state() == SessionState.INVALIDATED) {
            return words.say("figure.unknown");
        }
        Optional<Instant> expires = entry.expires();
        if (expires.isEmpty()) {
            return words.say(neverExpires(entry) ? "time.never" : "figure.unknown");
        }
        return expires.get().isBefore(words.now())
                ? words.say("time.over", words.age(expires.get()))
                : words.duration(Duration.between(words.now(), expires.get()));
    }

    /** What could not be read says nothing about when it expires. */
    private static boolean neverExpires(SessionEntry entry) {
        return entry.live() != null || entry.head() != null || entry.state() != SessionState.UNREADABLE;
    }
}
