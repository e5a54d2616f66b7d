package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for sessions of one context: those in memory in one pass, those that are only stored among a bounded number of
 * rows. A session in memory is judged by what is there, whatever its row says.
 */
final class ContextSearch {

    /** So many rows are read at once with their streams. */
    static final int AT_ONCE = 100;

    private final SearchedContext context;
    private final SessionFilter filter;
    private final SessionSort sort;
    private final Instant now;
    private final Map<String, LiveSession> inMemory = new HashMap<>();
    private final StoredMatches stored;

    ContextSearch(SearchedContext context, SessionFilter filter, SessionSort sort, Instant now) {
        this.context = context;
        this.filter = filter;
        this.sort = sort;
        this.now = now;
        context.live().forEach(session -> inMemory.put(session.id(), session));
        this.stored = StoredMatches.of(context, inMemory, filter, sort, now);
    }

    /**
     * A part of what was found.
     *
     * @param entries in order, the first ones behind the cursor
     * @param horizon nothing behind this session was looked at; null when all were
     */
    record Part(List<SessionEntry> entries, @Nullable Handle horizon, Reason problem) {}

    /**
     * @param from null for the beginning
     * @param after of what is sorted from there, only what comes behind; null for all
     */
    Part page(@Nullable Handle from, SessionCursor.@Nullable Sorted after, int limit) {
        List<LiveSession> live = taken(from);
        Handle horizon = null;
        if (needsRows() && live.size() > StoredMatches.LOOKED_UP_AT_MOST) {
            live = smallest(live, from, StoredMatches.LOOKED_UP_AT_MOST);
            horizon = live.get(live.size() - 1).handle();
        }
        try {
            Handle until = horizon;
            List<SessionEntry> entries = new ArrayList<>();
            if (sort == SessionSort.HANDLE) {
                entries.addAll(first(live, from, limit));
                until = entries.size() == limit ? entries.get(limit - 1).handle() : horizon;
            }
            StoredMatches.Part rows = stored.page(from, until, after, limit);
            horizon = rows.horizon() == null ? horizon : rows.horizon();
            if (sort != SessionSort.HANDLE) {
                entries.addAll(sorted(live, horizon, after, limit));
            }
            entries.addAll(rows.entries());
            return new Part(inOrder(entries, horizon, limit), horizon, Reason.NONE);
        } catch (IOException e) {
            List<SessionEntry> entries = new ArrayList<>();
            live.forEach(session -> entries.add(context.withoutStore().read(session, null)));
            entries.removeIf(entry -> !filter.takes(entry, now) || !isBehind(entry, after));
            return new Part(inOrder(entries, horizon, limit), horizon, Reason.of(e));
        }
    }

    private List<SessionEntry> inOrder(List<SessionEntry> entries, @Nullable Handle horizon, int limit) {
        return entries.stream()
                .filter(entry -> isWithin(entry.handle(), horizon))
                .sorted(sort.order())
                .limit(limit)
                .toList();
    }

    private static boolean isWithin(Handle handle, @Nullable Handle horizon) {
        return horizon == null || handle.hex().compareTo(horizon.hex()) <= 0;
    }

    private boolean isBehind(SessionEntry entry, SessionCursor.@Nullable Sorted after) {
        return after == null || after.isBefore(sort.key(entry), entry.handle());
    }

    // ------------------------------------------------------------------ in memory

    /** The sessions in memory that meet what can be said of them without their rows. */
    private List<LiveSession> taken(@Nullable Handle from) {
        return context.live().stream()
                .filter(this::mayBeTaken)
                .filter(session -> from == null || session.handle().hex().compareTo(from.hex()) > 0)
                .toList();
    }

    private boolean mayBeTaken(LiveSession session) {
        SessionState state = session.isExpired() ? SessionState.EXPIRED : SessionState.LIVE;
        return (filter.state() == null || filter.state() == state)
                && mayHaveBackup(session, state)
                && (filter.user() == null
                        || session.user().filter(filter.user()::equals).isPresent())
                && (filter.node() == null || filter.node().equals(context.node()))
                && (filter.handlePrefix() == null || session.handle().hex().startsWith(filter.handlePrefix()))
                && filter.idle().contain(seconds(session.lastAccess()))
                && filter.age().contain(seconds(session.created()))
                && (filter.attribute() == null || session.hasAttribute(filter.attribute()));
    }

    private boolean mayHaveBackup(LiveSession session, SessionState state) {
        SessionFilter.Backup backup = filter.backup();
        if (backup == null) {
            return true;
        }
        SessionBackup note = session.note();
        return state == SessionState.LIVE
                && (!context.reader().hasNotes()
                        || backup.takes(note.state(
                                context.stored().latestAccess(session),
                                now.toEpochMilli(),
                                context.reader().window())));
    }

    private long seconds(Instant since) {
        return Duration.between(since, now).toSeconds();
    }

    /** Whether memory alone does not say if a session is taken, or where it stands in the order. */
    private boolean needsRows() {
        return filter.size().isGiven()
                || sort == SessionSort.LARGEST
                || sort == SessionSort.SMALLEST
                || (filter.backup() != null && !context.reader().hasNotes());
    }

    private static List<LiveSession> smallest(List<LiveSession> sessions, @Nullable Handle from, int limit) {
        SmallestHandles<LiveSession> smallest = new SmallestHandles<>(from, limit);
        sessions.forEach(session -> smallest.offer(session.handle(), session));
        return smallest.inOrder();
    }

    /** The first ones in the order of handles. */
    private List<SessionEntry> first(List<LiveSession> live, @Nullable Handle from, int limit) throws IOException {
        for (int candidates = limit; ; candidates *= 10) {
            List<LiveSession> some = smallest(live, from, candidates);
            List<SessionEntry> entries = entries(some, limit);
            if (entries.size() == limit || some.size() < candidates) {
                return entries;
            }
        }
    }

    /** The first ones in another order. */
    private List<SessionEntry> sorted(
            List<LiveSession> live, @Nullable Handle horizon, SessionCursor.@Nullable Sorted after, int limit)
            throws IOException {
        List<LiveSession> within = live.stream()
                .filter(session -> isWithin(session.handle(), horizon))
                .toList();
        if (needsRows()) {
            List<SessionEntry> entries = entries(within, within.size());
            entries.removeIf(entry -> !isBehind(entry, after));
            entries.sort(sort.order());
            return entries.subList(0, Math.min(limit, entries.size()));
        }
        List<LiveSession> ordered = within.stream()
                .filter(session -> after == null || after.isBefore(sort.key(session), session.handle()))
                .sorted(sort.orderInMemory())
                .toList();
        return entries(ordered, limit);
    }

    /** The first of them that are taken, now that their rows are known. */
    private List<SessionEntry> entries(List<LiveSession> live, int limit) throws IOException {
        List<SessionEntry> entries = new ArrayList<>();
        for (int from = 0; from < live.size() && entries.size() < limit; from += AT_ONCE) {
            List<LiveSession> some = live.subList(from, Math.min(live.size(), from + AT_ONCE));
            Map<String, StoredRow> rows = new HashMap<>();
            for (StoredRow row : stored.rows(some)) {
                rows.put(row.key().id(), row);
            }
            for (LiveSession session : some) {
                SessionEntry entry = context.reader().read(session, rows.get(session.id()));
                if (entries.size() < limit && filter.takes(entry, now)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    // ------------------------------------------------------------------ how many

    /** All that meet the filter, counted or, where that costs too much, estimated. */
    Figure total() {
        try {
            List<LiveSession> live = taken(null);
            if (needsRows() && live.size() > StoredMatches.LOOKED_UP_AT_MOST) {
                return Figure.unknown(Reason.of("reason.notAllAsked", StoredMatches.LOOKED_UP_AT_MOST));
            }
            boolean uncertain = filter.size().isGiven() || (filter.backup() != null && needsRows());
            long here = uncertain ? entries(live, live.size()).size() : live.size();
            return stored.count().plus(Figure.exact(here));
        } catch (IOException e) {
            return Figure.unknown(Reason.of(e));
        }
    }
}
