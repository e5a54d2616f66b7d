package io.sessionadmin.console;

import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The life of a session as a picture, and the same in words.
 *
 * @param text all of it in one sentence, for those who can't see the picture
 */
public record LifeLine(List<Moment> moments, List<Span> spans, String text) {

    /**
     * A point of the session's life.
     *
     * @param x where it is on the line, in hundredths
     */
    public record Moment(String name, String label, String time, String relative, String x) {}

    /** A part of the line: {@code saved}, {@code unsaved} or {@code left}. */
    public record Span(String name, String from, String to) {}

    private record Point(String name, Instant time) {}

    static LifeLine of(SessionEntry entry, Wording words) {
        List<Point> points = points(entry, words.now());
        long from = points.get(0).time().toEpochMilli();
        long length = Math.max(1, points.get(points.size() - 1).time().toEpochMilli() - from);
        Scale scale = time -> BackupBar.hundredths(1 + 98.0 * (time.toEpochMilli() - from) / length);
        List<Moment> moments = points.stream()
                .map(point -> moment(point, scale.x(point.time()), words))
                .toList();
        List<String> parts = new ArrayList<>();
        moments.forEach(moment -> parts.add(moment.label() + " " + moment.time()));
        List<Span> spans = spans(entry, points, scale, words.now());
        String unsaved = spans.stream().anyMatch(span -> span.name().equals("unsaved"))
                ? words.say("session.lifeLine.unsaved")
                : "";
        return new LifeLine(moments, spans, words.say("session.lifeLine", String.join(", ", parts), unsaved));
    }

    /** A dot at either end stays inside of the picture. */
    @FunctionalInterface
    private interface Scale {
        String x(Instant time);
    }

    private static List<Point> points(SessionEntry entry, Instant now) {
        List<Point> points = new ArrayList<>();
        entry.created().ifPresent(time -> points.add(new Point("created", time)));
        boolean ended = entry.state() == SessionState.INVALIDATED;
        if (!ended) {
            points.add(new Point("last-access", entry.lastAccess()));
        }
        Instant saved = savedAt(entry);
        if (saved != null) {
            points.add(new Point(ended ? "ended" : "last-save", saved));
        }
        points.add(new Point("now", now));
        entry.expires().filter(end -> !ended).ifPresent(time -> points.add(new Point("expires", time)));
        points.sort(Comparator.comparing(Point::time));
        return points;
    }

    private static Moment moment(Point point, String x, Wording words) {
        String relative =
                switch (point.name()) {
                    case "now" -> "";
                    case "expires" ->
                        point.time().isBefore(words.now())
                                ? words.ago(point.time())
                                : words.say("time.in", words.duration(Duration.between(words.now(), point.time())));
                    default -> words.ago(point.time());
                };
        return new Moment(point.name(), words.say("moment." + point.name()), words.moment(point.time()), relative, x);
    }

    static @Nullable Instant savedAt(SessionEntry entry) {
        SessionEntry.LiveBackup backup = entry.backup();
        if (backup != null && backup.known().savedAt() != 0) {
            return Instant.ofEpochMilli(backup.known().savedAt());
        }
        return entry.row() == null ? null : entry.row().savedAt();
    }

    /** What is in the store, what is not, and what time is left. */
    private static List<Span> spans(SessionEntry entry, List<Point> points, Scale scale, Instant now) {
        Instant first = points.get(0).time();
        Instant last = points.get(points.size() - 1).time();
        Instant saved = savedAt(entry);
        Instant savedUntil = saved == null || saved.isBefore(first) ? first : saved;
        List<Span> spans = new ArrayList<>();
        if (savedUntil.isAfter(first)) {
            spans.add(new Span("saved", scale.x(first), scale.x(savedUntil)));
        }
        SessionEntry.LiveBackup backup = entry.backup();
        boolean atRisk = backup != null && backup.state() != null && backup.state() != SessionBackup.State.CURRENT;
        Instant from = backup != null && backup.state() == SessionBackup.State.NEVER ? first : savedUntil;
        if (atRisk && now.isAfter(from)) {
            spans.add(new Span("unsaved", scale.x(from), scale.x(now)));
        }
        if (last.isAfter(now)) {
            spans.add(new Span("left", scale.x(now), scale.x(last)));
        }
        return spans;
    }
}
