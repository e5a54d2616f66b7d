package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.SessionSort;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.console.model.SessionsFound;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The list of sessions in words, of one context or of all.
 *
 * @param countExactly link to the same page with a total that is counted; empty where that is no use
 * @param paused says that enough was looked through for one page; empty when the page is full, or the last one
 * @param ofAll whether each row has to name its context
 * @param matching what a form carries that means all that the filter takes; empty where that can't be ended
 */
public record SessionsPage(
        String title,
        String host,
        String subtitle,
        List<OverviewPage.Stat> stats,
        List<String> problems,
        FilterForm filter,
        List<Row> rows,
        String empty,
        String total,
        String totalNote,
        String countExactly,
        String range,
        String paused,
        String first,
        String next,
        String csv,
        String json,
        boolean ofAll,
        boolean canInvalidate,
        String cannotInvalidate,
        Target target,
        List<Hidden> matching) {

    /** Where the forms of this page go, and what they carry along. */
    public record Target(String confirm, String lookup, List<Hidden> fields) {}

    public record Hidden(String name, String value) {}

    public record Row(
            String handle,
            String brief,
            String href,
            String context,
            String user,
            boolean userKnown,
            Tag state,
            Tag backup,
            String lastAccess,
            String idle,
            String timeToLive,
            String node,
            String size,
            boolean selectable,
            String select) {

        private int bytes() {
            return ROW_BYTES
                    + Room.of(Stream.of(
                            href,
                            context,
                            user,
                            state.text(),
                            state.note(),
                            backup.text(),
                            backup.note(),
                            node,
                            select));
        }
    }

    private static final int ROWS_BYTES = 170_000;

    /** What a row takes beside its texts. */
    private static final int ROW_BYTES = 1_200;

    /** @param cannotInvalidate why no session can be ended from here; empty when nothing is in the way */
    static SessionsPage of(
            ConsoleView.Sessions view,
            EngineSessions.Listing listing,
            String cannotInvalidate,
            String csrf,
            String root,
            Wording words) {
        SessionQuery query = view.query();
        ContextAddress address = query.scope().address();
        ContextSummary context = listing.context();
        List<Row> rows = Room.first(
                listing.found().items().stream()
                        .map(item -> row(item.context(), item.entry(), root, words))
                        .toList(),
                ROWS_BYTES,
                Row::bytes);
        SessionsFound found = listing.found().first(rows.size());
        boolean pausable = found.paused() && found.next() != null;
        return new SessionsPage(
                title(address, words),
                address instanceof ContextAddress.Deployed deployed ? deployed.host() : "",
                (context == null ? words.say("sessions.ofAll") : subtitle(context, words)) + source(listing, words),
                context == null ? List.of() : stats(context, root, words),
                problems(context, found, words),
                FilterForm.of(query, root, words),
                rows,
                empty(query, found, words),
                total(query, found.total(), words),
                found.total().reason().isGiven() ? words.say(found.total().reason()) : "",
                query.counted() || !canBeCounted(query, found.total())
                        ? ""
                        : new ConsoleView.Sessions(query.exactly()).href(root),
                rows.isEmpty() ? "" : words.say("sessions.range", rows.size(), order(query.sort(), words)),
                pausable ? words.say("sessions.paused") : "",
                query.after() == null ? "" : new ConsoleView.Sessions(query.first()).href(root),
                found.next() == null ? "" : new ConsoleView.Sessions(query.behind(found.next())).href(root),
                new ConsoleView.Export(query.first(), ConsoleView.Format.CSV).href(root),
                new ConsoleView.Export(query.first(), ConsoleView.Format.JSON).href(root),
                address == null,
                address != null && cannotInvalidate.isEmpty() && !rows.isEmpty(),
                cannotInvalidate,
                new Target(ConsoleView.Confirm.href(root), ConsoleView.Lookup.href(root), fields(address, csrf)),
                query.filter().isEmpty() || rows.isEmpty() || !cannotInvalidate.isEmpty()
                        ? List.of()
                        : EndingRequest.fields(new Selection.Matching(query.scope(), query.filter()), csrf));
    }

    /** Only what was estimated, or not counted to its end. */
    private static boolean canBeCounted(SessionQuery query, Figure total) {
        return total.certainty() != Figure.Certainty.EXACT
                && query.filter().backup() == null
                && query.filter().attribute() == null
                && query.filter().state() != SessionState.UNREADABLE;
    }

    static String title(@Nullable ContextAddress address, Wording words) {
        return address == null ? words.say("sessions.all") : address.title();
    }

    static List<Hidden> fields(@Nullable ContextAddress context, String csrf) {
        List<Hidden> fields = new ArrayList<>();
        fields.add(new Hidden("csrf", csrf));
        fields.addAll(FilterForm.context(context));
        return fields;
    }

    private static String empty(SessionQuery query, SessionsFound found, Wording words) {
        if (found.paused()) {
            return words.say("sessions.noneYet");
        }
        if (query.after() != null) {
            return words.say("sessions.noMore");
        }
        if (!found.problems().isEmpty()) {
            return words.say("sessions.emptyHere");
        }
        return query.filter().isEmpty()
                ? words.say("sessions.empty")
                : words.say(
                        "sessions.noneMatches",
                        FilterWords.of(query.filter(), words).sentence());
    }

    /** As in: 37 sessions: of alice, idle for more than 2 h. */
    private static String total(SessionQuery query, Figure total, Wording words) {
        String number = total.isKnown() ? words.figure(total) : words.say("sessions.unknownTotal");
        return query.filter().isEmpty()
                ? words.say("sessions.total", number)
                : words.say(
                        "sessions.totalOf",
                        number,
                        FilterWords.of(query.filter(), words).sentence());
    }

    private static String order(SessionSort sort, Wording words) {
        String order = words.say("sort." + sort.name());
        return sort == SessionSort.HANDLE ? order : order + ". " + words.say("sort.bounded");
    }

    private static String source(EngineSessions.Listing listing, Wording words) {
        String replica = listing.source().isGiven() ? " " + words.say(listing.source()) : "";
        return listing.asOf().equals(listing.found().now())
                ? replica
                : replica + " " + words.say("source.memory", words.moment(listing.asOf()));
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

    private static List<OverviewPage.Stat> stats(ContextSummary context, String root, Wording words) {
        String breakdown = BackupBar.of(List.of(context), words).text();
        String spread = OverviewPage.where(context, words);
        String where = spread.isEmpty() && context.keeping() != null ? words.say("stat.live.note") : spread;
        return List.of(
                stat("at-risk", context.atRisk(), breakdown, OverviewPage.atRiskHere(context, root), words),
                stat(SessionState.LIVE, context, context.live(), where, root, words),
                stat(SessionState.SWAPPED_OUT, context, context.swappedOut(), "", root, words),
                stat(SessionState.EXPIRED, context, context.expired(), "", root, words),
                stat(SessionState.INVALIDATED, context, context.invalidated(), "", root, words));
    }

    private static OverviewPage.Stat stat(
            SessionState state, ContextSummary context, Figure figure, String note, String root, Wording words) {
        String list = OverviewPage.list(context.address(), SessionFilter.of(state), figure, root);
        return stat(Tag.name(state), figure, note, list, words);
    }

    private static OverviewPage.Stat stat(String name, Figure figure, String note, String href, Wording words) {
        String tone = name.equals("at-risk") && figure.isPositive() ? "warn" : "plain";
        String shown = figure.reason().isGiven() ? words.say(figure.reason()) : note;
        return new OverviewPage.Stat(name, words.say("stat." + name), words.figure(figure), shown, tone, href);
    }

    private static List<String> problems(@Nullable ContextSummary context, SessionsFound found, Wording words) {
        List<String> problems =
                new ArrayList<>(context == null ? List.of() : OverviewPage.sentences(context.problems(), words));
        for (String problem : OverviewPage.sentences(found.problems(), words)) {
            if (!problems.contains(problem)) {
                problems.add(problem);
            }
        }
        return problems;
    }

    static Row row(ContextAddress context, SessionEntry entry, String root, Wording words) {
        Optional<String> user = entry.user();
        boolean tombstone = entry.state() == SessionState.INVALIDATED;
        String name = user.map(Room::brief).orElse(words.say(tombstone ? "figure.unknown" : "user.unknown"));
        return new Row(
                entry.handle().hex(),
                entry.handle().brief(),
                new ConsoleView.Session(context, entry.handle()).href(root),
                context.title(),
                name,
                user.isPresent(),
                Tag.of(entry, words),
                Tag.ofBackup(entry, words),
                tombstone ? words.say("figure.unknown") : words.moment(entry.lastAccess()),
                tombstone ? words.say("figure.unknown") : words.age(entry.lastAccess()),
                timeToLive(entry, words),
                node(entry, words),
                entry.bytes().map(words::size).orElse(words.say("figure.unknown")),
                entry.canBeInvalidated(),
                words.say("sessions.select", entry.handle().brief(), name));
    }

    private static String node(SessionEntry entry, Wording words) {
        String node = entry.node().orElse("");
        if (node.isEmpty()) {
            return words.say(entry.live() == null ? "figure.unknown" : "node.here");
        }
        return entry.state() == SessionState.LIVE ? Room.brief(node) : words.say("node.savedIt", node);
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
