package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import io.sessionadmin.table.RowOrder;
import io.sessionadmin.table.SortKey;
import io.sessionadmin.table.StoredRow;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * In which order sessions are listed. Only the order of the handles has an index that fits: in any other one, some
 * thousand sessions are sorted at a time. What has nothing to be sorted by is the last in both directions.
 */
public enum SessionSort {
    HANDLE("handle"),
    IDLE_LONGEST("-idle"),
    IDLE_SHORTEST("idle"),
    OLDEST("-age"),
    YOUNGEST("age"),
    EXPIRES_SOONEST("expires"),
    EXPIRES_LATEST("-expires"),
    USER("user"),
    USER_BACKWARDS("-user"),
    LARGEST("-size"),
    SMALLEST("size");

    /** Longer names are the same: that of a session in memory may have any length. */
    private static final int USER_AT_MOST = 255;

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
    RowOrder stored() {
        return RowOrder.valueOf(name());
    }

    // ------------------------------------------------------------------ what sessions are compared by

    SortKey key(SessionEntry entry) {
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        return switch (this) {
            case HANDLE -> SortKey.of(0);
            case IDLE_LONGEST, IDLE_SHORTEST -> key(entry.lastAccess().toEpochMilli());
            case OLDEST, YOUNGEST ->
                key(entry.created().map(Instant::toEpochMilli).orElse(SortKey.LAST));
            case EXPIRES_SOONEST, EXPIRES_LATEST -> key(live != null ? live.expiry() : expiry(row));
            case LARGEST, SMALLEST -> key(entry.bytes().orElse(0L));
            case USER, USER_BACKWARDS ->
                user(live != null ? live.user().orElse(null) : row == null ? null : row.user());
        };
    }

    /** Of one in memory, whose size is not known there. */
    SortKey key(LiveSession session) {
        return switch (this) {
            case HANDLE, LARGEST, SMALLEST -> SortKey.of(0);
            case IDLE_LONGEST, IDLE_SHORTEST -> key(session.lastAccess().toEpochMilli());
            case OLDEST, YOUNGEST -> key(session.created().toEpochMilli());
            case EXPIRES_SOONEST, EXPIRES_LATEST -> key(session.expiry());
            case USER, USER_BACKWARDS -> user(session.user().orElse(null));
        };
    }

    private SortKey key(long number) {
        boolean largestFirst = this == IDLE_SHORTEST || this == YOUNGEST || this == EXPIRES_LATEST || this == LARGEST;
        return SortKey.of(largestFirst && number != SortKey.LAST ? -number : number);
    }

    private static long expiry(@Nullable StoredRow row) {
        Instant expires = row == null || !row.valid() ? null : row.expiresAt();
        return expires == null ? SortKey.LAST : expires.toEpochMilli();
    }

    private static SortKey user(@Nullable String name) {
        if (name == null) {
            return SortKey.of(SortKey.LAST);
        }
        boolean longer = name.codePointCount(0, name.length()) > USER_AT_MOST;
        return new SortKey(0, longer ? name.substring(0, name.offsetByCodePoints(0, USER_AT_MOST)) : name);
    }

    Comparator<SortKey> keys() {
        Comparator<SortKey> texts = (one, other) -> codePoints(one.text(), other.text());
        return Comparator.comparingLong(SortKey::number)
                .thenComparing(this == USER_BACKWARDS ? texts.reversed() : texts);
    }

    /** As their bytes in UTF-8 compare; {@code compareTo} has surrogates in front of some other letters. */
    private static int codePoints(String one, String other) {
        int most = Math.min(one.length(), other.length());
        for (int i = 0; i < most; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean bothOrNone = Character.isSurrogate(a) == Character.isSurrogate(b);
                return bothOrNone ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return Integer.compare(one.length(), other.length());
    }

    Comparator<SessionEntry> order() {
        return Comparator.<SessionEntry, SortKey>comparing(this::key, keys())
                .thenComparing(entry -> entry.handle().hex());
    }

    /** Whether a session comes behind another one. */
    boolean isBehind(SessionCursor.Sorted last, SortKey key, Handle handle) {
        int keys = keys().compare(last.key(), key);
        return keys < 0 || (keys == 0 && last.handle().hex().compareTo(handle.hex()) < 0);
    }
}
