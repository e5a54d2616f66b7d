package io.sessionadmin.console.model;

import io.sessionadmin.table.RowSearch;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * In which order sessions are listed. Only the order of the handles has an index: in any other one, some thousand sessions
 * are sorted at a time.
 */
public enum SessionSort {
    HANDLE("handle"),
    IDLE_LONGEST("-idle"),
    IDLE_SHORTEST("idle"),
    OLDEST("-age"),
    YOUNGEST("age"),
    LARGEST("-size"),
    SMALLEST("size");

    private final String word;

    SessionSort(String word) {
        this.word = word;
    }

    /** Its name in requests. */
    public String word() {
        return word;
    }

    static String words() {
        return String.join(", ", Stream.of(values()).map(SessionSort::word).toList());
    }

    static Optional<SessionSort> parse(String word) {
        return Stream.of(values()).filter(sort -> sort.word.equals(word)).findFirst();
    }

    /** The same order in the store. */
    RowSearch.Order stored() {
        return RowSearch.Order.valueOf(name());
    }

    /** What sessions are compared by, the smallest first; the handle decides between equal ones. */
    long key(SessionEntry entry) {
        return key(
                entry.lastAccess().toEpochMilli(),
                entry.created().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE),
                entry.bytes().orElse(0L));
    }

    /** Of one in memory, whose size is not known there. */
    long key(LiveSession session) {
        return key(session.lastAccess().toEpochMilli(), session.created().toEpochMilli(), 0);
    }

    private long key(long lastAccess, long created, long bytes) {
        return switch (this) {
            case HANDLE -> 0;
            case IDLE_LONGEST -> lastAccess;
            case IDLE_SHORTEST -> -lastAccess;
            case OLDEST -> created;
            case YOUNGEST -> created == Long.MAX_VALUE ? created : -created;
            case LARGEST -> -bytes;
            case SMALLEST -> bytes;
        };
    }

    Comparator<SessionEntry> order() {
        return Comparator.<SessionEntry>comparingLong(this::key)
                .thenComparing(entry -> entry.handle().hex());
    }

    Comparator<LiveSession> orderInMemory() {
        return Comparator.<LiveSession>comparingLong(this::key)
                .thenComparing(session -> session.handle().hex());
    }
}
