package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.LiveSession;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.table.StoredRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One session in words. */
public record DetailPage(
        String title,
        boolean userKnown,
        String handle,
        String contextName,
        String contextHref,
        Tag state,
        Tag backup,
        List<String> problems,
        List<Moment> moments,
        String lifeLine,
        List<Fact> facts,
        String attributesTitle,
        String attributesSource,
        List<Row> attributes,
        String noAttributes,
        List<String> leftOut,
        boolean canInvalidate,
        String cannotInvalidate,
        String invalidate,
        SessionsPage.Target target) {

    /**
     * A point of the session's life.
     *
     * @param x where it is on the line, in hundredths
     */
    public record Moment(String name, String label, String time, String relative, String x) {}

    /** @param name for tests and scripts */
    public record Fact(String name, String label, String value) {}

    /** @param share of all attributes, in hundredths; empty when the size is not known */
    public record Row(String name, String className, String classNote, String size, String share, String note) {}

    static DetailPage of(
            ConsoleView.Session view,
            SessionDetail detail,
            String cannotInvalidate,
            String csrf,
            String root,
            Wording words) {
        SessionEntry entry = detail.entry();
        List<Moment> moments = moments(entry, words);
        boolean endable = cannotInvalidate.isEmpty() && entry.canBeInvalidated();
        List<SessionsPage.Hidden> fields = new ArrayList<>(SessionsPage.fields(view.context(), csrf));
        fields.add(new SessionsPage.Hidden("handle", entry.handle().hex()));
        return new DetailPage(
                entry.user().orElse(words.say("session.untitled", entry.handle().brief())),
                entry.user().isPresent(),
                spaced(entry.handle().hex()),
                view.context().title(),
                new ConsoleView.Sessions(view.context(), null).href(root),
                Tag.of(entry, words),
                Tag.ofBackup(entry, words),
                problems(detail, words),
                moments,
                lifeLine(moments, words),
                facts(view.context(), detail, words),
                words.say("session.attributes", detail.attributes().size()),
                words.say(entry.row() == null || !detail.compared() ? "session.fromMemory" : "session.fromStream"),
                attributes(detail, words),
                noAttributes(detail, words),
                entry.backup() == null ? List.of() : entry.backup().known().leftOut(),
                endable,
                !endable && cannotInvalidate.isEmpty() ? words.say("session.alreadyInvalidated") : cannotInvalidate,
                ConfirmPage.question(List.of(entry), view.context().title(), words),
                new SessionsPage.Target(ConsoleView.Confirm.href(root), ConsoleView.Lookup.href(root), fields));
    }

    /** In groups of four, so that two people can compare it. */
    private static String spaced(String hex) {
        return hex.replaceAll("(.{4})(?=.)", "$1 ");
    }

    private static List<String> problems(SessionDetail detail, Wording words) {
        List<String> problems = new ArrayList<>();
        if (detail.storeProblem().isGiven()) {
            problems.add(words.say("session.storeSilent", words.say(detail.storeProblem())));
        }
        if (detail.unreadable().isGiven()) {
            problems.add(words.say("session.unreadable", words.say(detail.unreadable())));
        }
        return problems;
    }

    // ------------------------------------------------------------------ life line

    private record Point(String name, Instant time) {}

    private static List<Moment> moments(SessionEntry entry, Wording words) {
        List<Point> points = new ArrayList<>();
        entry.created().ifPresent(time -> points.add(new Point("created", time)));
        if (entry.state() != SessionState.INVALIDATED) {
            points.add(new Point("last-access", entry.lastAccess()));
        }
        Instant saved = savedAt(entry);
        if (saved != null) {
            points.add(new Point("last-save", saved));
        }
        points.add(new Point("now", words.now()));
        entry.expires()
                .filter(end -> entry.state() != SessionState.INVALIDATED)
                .ifPresent(time -> points.add(new Point("expires", time)));
        points.sort(Comparator.comparing(Point::time));
        long from = points.get(0).time().toEpochMilli();
        long length = Math.max(1, points.get(points.size() - 1).time().toEpochMilli() - from);
        return points.stream()
                .map(point -> moment(point, 100.0 * (point.time().toEpochMilli() - from) / length, words))
                .toList();
    }

    private static Moment moment(Point point, double x, Wording words) {
        String relative =
                switch (point.name()) {
                    case "now" -> "";
                    case "expires" ->
                        point.time().isBefore(words.now())
                                ? words.ago(point.time())
                                : words.say("time.in", words.duration(Duration.between(words.now(), point.time())));
                    default -> words.ago(point.time());
                };
        // a dot at either end stays inside of the picture
        return new Moment(
                point.name(),
                words.say("moment." + point.name()),
                words.moment(point.time()),
                relative,
                BackupBar.hundredths(1 + x * 0.98));
    }

    private static @Nullable Instant savedAt(SessionEntry entry) {
        SessionEntry.LiveBackup backup = entry.backup();
        if (backup != null && backup.known().savedAt() != 0) {
            return Instant.ofEpochMilli(backup.known().savedAt());
        }
        return entry.row() == null ? null : entry.row().savedAt();
    }

    private static String lifeLine(List<Moment> moments, Wording words) {
        List<String> parts = new ArrayList<>();
        moments.forEach(moment -> parts.add(moment.label() + " " + moment.time()));
        return words.say("session.lifeLine", String.join(", ", parts));
    }

    // ------------------------------------------------------------------ facts

    private static List<Fact> facts(ContextAddress context, SessionDetail detail, Wording words) {
        List<Fact> facts = new ArrayList<>();
        SessionEntry entry = detail.entry();
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        add(facts, "memory", words.say(live == null ? "fact.memory.no" : "fact.memory.yes"), words);
        add(facts, "store", detail.storeProblem().isGiven() ? words.say("figure.unknown") : store(row, words), words);
        if (entry.bytes().isPresent()) {
            add(facts, "size", words.size(entry.bytes().get()), words);
        }
        if (row != null && row.node() != null) {
            add(facts, "saved-by", row.node(), words);
        }
        if (entry.state() != SessionState.INVALIDATED) {
            add(facts, "idle", words.age(entry.lastAccess()), words);
            add(facts, "max-inactive", maxInactive(entry, words), words);
            add(facts, "time-to-live", SessionsPage.timeToLive(entry, words), words);
            add(facts, "user", user(entry, words), words);
        }
        SessionEntry.LiveBackup backup = entry.backup();
        if (backup != null && backup.known().failure() != null) {
            SessionBackup.Failure failure = backup.known().failure();
            add(facts, "last-failure", words.say("fact.failure", failure.reason(), failure.tries()), words);
        }
        if (context instanceof ContextAddress.Deployed deployed) {
            add(facts, "host", deployed.host(), words);
        }
        return facts;
    }

    private static void add(List<Fact> facts, String name, String value, Wording words) {
        facts.add(new Fact(name, words.say("fact." + name), value));
    }

    private static String store(@Nullable StoredRow row, Wording words) {
        if (row == null) {
            return words.say("fact.store.no");
        }
        if (!row.valid()) {
            return words.say("fact.store.tombstone", words.moment(row.lastAccess()));
        }
        return row.savedAt() == null
                ? words.say("fact.store.yes")
                : words.say("fact.store.savedAt", words.ago(row.savedAt()));
    }

    private static String maxInactive(SessionEntry entry, Wording words) {
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        int seconds = live != null ? live.maxInactive() : row == null ? 0 : row.maxInactive();
        return seconds <= 0 ? words.say("time.never") : words.duration(Duration.ofSeconds(seconds));
    }

    private static String user(SessionEntry entry, Wording words) {
        LiveSession live = entry.live();
        SessionHead head = entry.head();
        String authType = live != null ? live.authType().orElse(null) : head == null ? null : head.authType();
        String user = entry.user().orElse(words.say("user.unknown"));
        return authType == null ? user : words.say("fact.login", user, authType);
    }

    // ------------------------------------------------------------------ attributes

    private static List<Row> attributes(SessionDetail detail, Wording words) {
        long total = detail.attributes().stream()
                .mapToLong(held -> Math.max(0, held.bytes()))
                .sum();
        return detail.attributes().stream()
                .map(held -> attribute(held, detail, total, words))
                .toList();
    }

    private static Row attribute(SessionDetail.Attribute held, SessionDetail detail, long total, Wording words) {
        String memory = held.memoryClass();
        String stored = held.storedClass();
        String shown = memory != null ? memory : stored == null ? "" : stored;
        String savedAs =
                stored == null || memory == null || memory.equals(stored) || memory.startsWith("[") ? "" : stored;
        boolean onlySaved = detail.entry().live() != null && memory == null;
        String note = onlySaved ? words.say("attribute.onlySaved") : "";
        return new Row(
                held.name(),
                shown,
                savedAs.isEmpty() ? "" : words.say("attribute.savedAs", savedAs),
                held.bytes() < 0 ? words.say("figure.unknown") : words.size(held.bytes()),
                held.bytes() < 0 || total == 0 ? "" : BackupBar.hundredths(Math.max(1, 100.0 * held.bytes() / total)),
                held.bytes() < 0 && detail.compared() ? words.say("attribute.notSaved") : note);
    }

    private static String noAttributes(SessionDetail detail, Wording words) {
        if (!detail.attributes().isEmpty()) {
            return "";
        }
        if (detail.entry().state() == SessionState.INVALIDATED) {
            return words.say("session.tombstone");
        }
        return words.say(detail.unreadable().isGiven() ? "session.attributesUnreadable" : "session.noAttributes");
    }
}
