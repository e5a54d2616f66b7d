package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stored sessions of each context a page at a time, for whether they can be read: at most one page a minute, and
 * the next page the next time, so that each row has its turn and no look costs more than a page. Safe for use by several
 * threads.
 */
final class ReadingRounds {

    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final int CONTEXTS_AT_MOST = 1_000;

    /** @param last where the page ended; null when it was the last one */
    private record Turn(Readability found, @Nullable Handle last) {}

    private final Map<String, Turn> turns = new ConcurrentHashMap<>();

    /** @param name of the context in rows */
    Readability look(String name, StoredSessions stored, EntryReader reader, Instant now) {
        Turn last = turns.get(name);
        if (last != null && Duration.between(last.found().asOf(), now).compareTo(PAUSE) < 0) {
            return last.found();
        }
        Turn next = read(stored, last == null ? null : last.last(), reader, now);
        if (turns.size() >= CONTEXTS_AT_MOST) {
            turns.clear();
        }
        if (!next.found().unknown().isGiven()) {
            turns.put(name, next); // a store that was away is asked again with the next look
        }
        return next.found();
    }

    private static Turn read(StoredSessions stored, @Nullable Handle after, EntryReader reader, Instant now) {
        try {
            List<StoredRow> rows = stored.page(after, SessionPage.SIZE);
            if (rows.isEmpty() && after != null) {
                return read(stored, null, reader, now);
            }
            long unreadable = rows.stream()
                    .filter(row -> reader.read(null, row).state() == SessionState.UNREADABLE)
                    .count();
            boolean end = rows.size() < SessionPage.SIZE;
            boolean all = after == null && end;
            Handle last = end ? null : rows.get(rows.size() - 1).key().handle();
            return new Turn(new Readability(unreadable, rows.size(), all, now, Reason.NONE), last);
        } catch (IOException e) {
            return new Turn(new Readability(0, 0, false, now, Reason.of(e)), null);
        }
    }
}
