package io.sessionadmin.console.model;

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

    boolean isDescending() {
        return word.startsWith("-");
    }

    /** What the sessions are compared by; the handle decides between equal ones. */
    long key(SessionEntry entry) {
        return switch (this) {
            case HANDLE -> 0;
            case IDLE_LONGEST, IDLE_SHORTEST -> -entry.lastAccess().toEpochMilli();
            case OLDEST, YOUNGEST ->
                -entry.created().map(created -> created.toEpochMilli()).orElse(Long.MAX_VALUE);
            case LARGEST, SMALLEST -> entry.bytes().orElse(0L);
        };
    }

    Comparator<SessionEntry> order() {
        Comparator<SessionEntry> byKey = Comparator.comparingLong(this::key);
        return (isDescending() ? byKey.reversed() : byKey)
                .thenComparing(entry -> entry.handle().hex());
    }
}
