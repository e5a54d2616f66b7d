package io.sessionadmin.console;

import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A state as people see it: a word with a shape; the tone only adds to it.
 *
 * @param name of the state in the words of the design, for tests and scripts
 * @param tone {@code ok}, {@code warn}, {@code bad}, {@code plain} or {@code quiet}: a class of the stylesheet
 * @param note what there is to say about it; may be empty
 */
public record Tag(String name, String tone, String shape, String text, String note) {

    private static final String DOT = "\u25CF";
    private static final String RING = "\u25CB";
    private static final String TICK = "\u2713";
    private static final String TRIANGLE = "\u25B2";
    private static final String SQUARE = "\u25A0";
    private static final String CROSS = "\u2715";
    private static final String DOTS = "\u2026";

    static final Tag NONE = new Tag("", "plain", "", "", "");

    static Tag ok(String name, String text) {
        return new Tag(name, "ok", TICK, text, "");
    }

    static Tag warn(String name, String text) {
        return new Tag(name, "warn", TRIANGLE, text, "");
    }

    static Tag bad(String name, String text) {
        return new Tag(name, "bad", SQUARE, text, "");
    }

    static Tag plain(String name, String text) {
        return new Tag(name, "plain", RING, text, "");
    }

    Tag noting(String more) {
        return new Tag(name, tone, shape, text, more);
    }

    static Tag of(SessionEntry entry, Wording words) {
        SessionState state = entry.state();
        String text = words.say("state." + state.name());
        String name = name(state);
        return switch (state) {
            case LIVE -> {
                String there = entry.live() == null ? entry.liveOn() : null;
                yield new Tag(name, "ok", DOT, there == null ? text : words.say("state.liveOn", there), "");
            }
            case SWAPPED_OUT -> new Tag(name, "plain", RING, text, "");
            case EXPIRED ->
                new Tag(name, "plain", DOTS, text, entry.live() == null ? "" : words.say("state.notReaped"));
            case INVALIDATED ->
                new Tag(name, "plain", CROSS, text, entry.live() == null ? "" : words.say("state.stillHere"));
            case UNREADABLE -> bad(name, text).noting(words.say(entry.reason()));
        };
    }

    /** A state in the words of the design. */
    static String name(SessionState state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How the saved copy stands. */
    static Tag ofBackup(SessionEntry entry, Wording words) {
        SessionEntry.LiveBackup live = entry.backup();
        if (live == null) {
            return ofStored(entry, words);
        }
        SessionBackup.State state = live.state();
        if (state == null) {
            return new Tag("unknown", "plain", "?", words.say("backup.unknown"), words.say("backup.storeSilent"));
        }
        SessionBackup known = live.known();
        String saved = savedNote(known, words);
        return switch (state) {
            case CURRENT -> ok("current", words.say("backup.current")).noting(saved);
            case PENDING -> new Tag("pending", "plain", DOTS, words.say("backup.pending"), saved);
            case OVERDUE ->
                warn("overdue", words.say("backup.overdue", overdue(entry, known, words)))
                        .noting(saved);
            case FAILING -> bad("failing", words.say("backup.failing")).noting(failure(known, words));
            case NEVER -> warn("never", words.say("backup.never"));
        };
    }

    private static Tag ofStored(SessionEntry entry, Wording words) {
        Instant savedAt = entry.row() == null ? null : entry.row().savedAt();
        if (entry.state() == SessionState.INVALIDATED) {
            return NONE;
        }
        return savedAt == null
                ? new Tag("saved", "quiet", "", words.say("backup.saved"), "")
                : new Tag("saved", "quiet", "", words.say("backup.savedAge", words.age(savedAt)), "");
    }

    private static String savedNote(SessionBackup known, Wording words) {
        if (known.savedAt() != 0) {
            return words.say("backup.savedAge", words.age(Instant.ofEpochMilli(known.savedAt())));
        }
        return known.savedAccess() == 0
                ? ""
                : words.say("backup.savedAtMost", words.age(Instant.ofEpochMilli(known.savedAccess())));
    }

    private static String overdue(SessionEntry entry, SessionBackup known, Wording words) {
        Instant since = known.unsavedSince() == 0 ? entry.lastAccess() : Instant.ofEpochMilli(known.unsavedSince());
        return words.duration(Duration.between(since, words.now()));
    }

    private static String failure(SessionBackup known, Wording words) {
        SessionBackup.@Nullable Failure failure = known.failure();
        return failure == null
                ? ""
                : words.say(
                        "backup.failure",
                        failure.reason(),
                        failure.tries(),
                        words.age(Instant.ofEpochMilli(failure.since())));
    }
}
