package io.sessionadmin.console;

import io.sessionadmin.console.model.AuditTrail;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.AuditTable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What administrators did, in words. */
public record ActivityPage(List<String> notes, List<Row> rows, String empty, Form form, String first, String next) {

    /** What is looked for, as it was typed. */
    public record Form(
            String action, String who, String context, String from, String to, String handle, List<Choice> actions) {}

    public record Choice(String value, String text, boolean chosen) {}

    public record Row(
            String id,
            String time,
            String took,
            String who,
            String from,
            String action,
            String context,
            String scope,
            String reason,
            String counts,
            Tag outcome,
            String details,
            List<String> handles,
            String moreHandles) {

        private int bytes() {
            return ROW_BYTES
                    + Room.of(Stream.of(who, from, action, context, scope, reason, counts, outcome.text(), details));
        }
    }

    private static final List<String> ACTIONS = List.of("invalidate", "backup", "remove-attribute");
    private static final int HANDLES_SHOWN = 5;
    private static final int ROWS_BYTES = 180_000;

    /** What a row takes beside its texts. */
    private static final int ROW_BYTES = 1_800;

    /** With fewer actions where their texts are so long that the page would be too large. */
    static ActivityPage of(ConsoleView.Activity view, AuditTrail.Page found, String root, Wording words) {
        List<Row> all = found.entries().stream().map(entry -> row(entry, words)).toList();
        AuditTrail.Page page =
                found.first(Room.first(all, ROWS_BYTES, Row::bytes).size());
        List<Row> rows = all.subList(0, page.entries().size());
        boolean first = view.after() == null;
        return new ActivityPage(
                notes(page, words),
                rows,
                words.say(view.query().isAll() && first ? "activity.empty" : "activity.noneFound"),
                form(view.query(), root, words),
                first ? "" : new ConsoleView.Activity(view.query(), null).href(root),
                page.next() == null ? "" : new ConsoleView.Activity(view.query(), page.next()).href(root));
    }

    private static List<String> notes(AuditTrail.Page page, Wording words) {
        List<String> notes = new ArrayList<>();
        if (!page.kept()) {
            notes.add(words.say("activity.inMemory", AuditTrail.REMEMBERED));
        } else if (page.inMemoryOnly() > 0) {
            notes.add(words.say("activity.unwritten", page.inMemoryOnly()));
        }
        page.problems().forEach(problem -> notes.add(words.say(problem)));
        return notes;
    }

    private static Form form(AuditTable.Query query, String root, Wording words) {
        List<Choice> choices = new ArrayList<>();
        choices.add(
                new Choice("", words.say("activity.anyAction"), query.action().isEmpty()));
        for (String action : ACTIONS) {
            choices.add(new Choice(action, action(action, words), query.action().equals(action)));
        }
        return new Form(
                new ConsoleView.Activity(AuditTable.Query.ALL, null).href(root),
                query.who(),
                query.context(),
                day(query.from(), 0),
                day(query.to(), 1),
                query.handle(),
                choices);
    }

    private static String day(@Nullable Instant moment, int daysBefore) {
        return moment == null
                ? ""
                : moment.atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                        .minusDays(daysBefore)
                        .toString();
    }

    /** In words where the console knows it; another version's as it is. */
    private static String action(String action, Wording words) {
        return ACTIONS.contains(action) ? words.say("activity.action." + action) : action;
    }

    private static Row row(AuditEntry entry, Wording words) {
        Instant ended = entry.endedAt();
        int more = entry.handles().size() - HANDLES_SHOWN;
        return new Row(
                entry.id().toString(),
                words.moment(entry.begunAt()),
                ended == null
                        ? ""
                        : words.say(
                                "activity.took", words.duration(java.time.Duration.between(entry.begunAt(), ended))),
                entry.who(),
                words.say("activity.from", entry.address(), entry.node()),
                action(entry.action(), words),
                entry.context(),
                entry.scope().equals("handles") ? words.say("activity.named") : entry.scope(),
                entry.reason(),
                words.say("activity.counts", entry.asked(), entry.done(), entry.failed()),
                outcome(entry, words),
                entry.details(),
                entry.handles().stream()
                        .limit(HANDLES_SHOWN)
                        .map(handle -> handle.brief())
                        .toList(),
                more <= 0 ? "" : words.say("activity.moreHandles", more));
    }

    private static Tag outcome(AuditEntry entry, Wording words) {
        String outcome = entry.outcome();
        if (outcome == null) {
            return Tag.warn("unfinished", words.say("activity.unfinished"));
        }
        String name = outcome.toLowerCase(Locale.ROOT);
        return switch (outcome) {
            case "done" ->
                entry.failed() == 0
                        ? Tag.ok(name, words.say("activity.done"))
                        : Tag.warn(name, words.say("activity.doneInPart"));
            case "stopped" -> Tag.warn(name, words.say("activity.stopped"));
            default -> Tag.bad("failed", words.say("activity.failed"));
        };
    }
}
