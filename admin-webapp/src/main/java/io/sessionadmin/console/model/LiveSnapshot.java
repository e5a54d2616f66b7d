package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one context in the memory of this node at one moment, in the order of their handles. Safe for use by
 * several threads.
 */
final class LiveSnapshot {

    /** From so many sessions on, pages share what one pass over them has found. */
    static final int LARGE = 10_000;

    /** For no longer than this. */
    static final Duration SHARED = Duration.ofSeconds(5);

    static final LiveSnapshot NOTHING = new LiveSnapshot(List.of(), Instant.EPOCH);

    private final List<LiveSession> sessions;
    private final Instant at;
    private volatile @Nullable Map<String, LiveSession> byId;
    private volatile @Nullable Map<String, List<LiveSession>> byUser;
    private volatile @Nullable ContextSummary summary;

    LiveSnapshot(List<LiveSession> live, Instant at) {
        this.sessions = live.stream()
                .sorted(Comparator.comparing(session -> session.handle().hex()))
                .toList();
        this.at = at;
    }

    Instant at() {
        return at;
    }

    /** Whether a page may still show it: a small one is taken again with each. */
    boolean isGoodFor(Instant now) {
        Duration age = Duration.between(at, now);
        return sessions.size() >= LARGE && !age.isNegative() && age.compareTo(SHARED) < 0;
    }

    List<LiveSession> sessions() {
        return sessions;
    }

    /** Of some in the order of handles, those behind this one; all without one. */
    static List<LiveSession> behind(@Nullable Handle from, List<LiveSession> sorted) {
        return from == null ? sorted : sorted.subList(place(from.hex() + '.', sorted), sorted.size());
    }

    static List<LiveSession> beginningWith(String prefix, List<LiveSession> sorted) {
        return sorted.subList(place(prefix, sorted), place(prefix + 'g', sorted));
    }

    /** How many have a handle that comes before. */
    private static int place(String hex, List<LiveSession> sorted) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).handle().hex().compareTo(hex) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The sessions of a user. */
    List<LiveSession> of(String user) {
        Map<String, List<LiveSession>> known = byUser;
        if (known == null) {
            Map<String, List<LiveSession>> made = new HashMap<>();
            sessions.forEach(
                    session -> session.user().ifPresent(name -> made.computeIfAbsent(name, key -> new ArrayList<>())
                            .add(session)));
            byUser = made;
            known = made;
        }
        return known.getOrDefault(user, List.of());
    }

    Map<String, LiveSession> byId() {
        Map<String, LiveSession> known = byId;
        if (known == null) {
            Map<String, LiveSession> made = new HashMap<>(sessions.size() * 2);
            sessions.forEach(session -> made.put(session.id(), session));
            byId = made;
            known = made;
        }
        return known;
    }

    /** The context in numbers, counted once for this snapshot. */
    ContextSummary summary(Supplier<ContextSummary> census) {
        ContextSummary known = summary;
        if (known == null) {
            known = census.get();
            summary = known;
        }
        return known;
    }
}
