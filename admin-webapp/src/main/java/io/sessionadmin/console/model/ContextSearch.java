package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SortKey;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
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
    private final StoredMatches stored;
    private @Nullable List<LiveSession> taken;

    ContextSearch(SearchedContext context, SessionFilter filter, SessionSort sort, Instant now) {
        this.context = context;
        this.filter = filter;
        this.sort = sort;
        this.now = now;
        this.stored = StoredMatches.of(context, context.live().byId(), filter, sort, now);
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
        Iterable<LiveSession> live = () -> taken(from).iterator();
        Handle horizon = null;
        if (needsRows()) {
            List<LiveSession> some =
                    taken(from).limit(StoredMatches.LOOKED_UP_AT_MOST + 1).toList();
            if (some.size() > StoredMatches.LOOKED_UP_AT_MOST) {
                some = some.subList(0, StoredMatches.LOOKED_UP_AT_MOST);
                horizon = some.get(some.size() - 1).handle();
            }
            live = some;
        }
        try {
            Handle until = horizon;
            List<SessionEntry> entries = new ArrayList<>();
            if (sort == SessionSort.HANDLE) {
                entries.addAll(entries(live, limit));
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
            for (LiveSession session : live) {
                SessionEntry entry = context.withoutStore().read(session, null);
                if (filter.takes(entry, now) && isBehind(entry, after)) {
                    entries.add(entry);
                }
                if (entries.size() == limit && sort == SessionSort.HANDLE) {
                    break;
                }
            }
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
        return after == null || sort.isBehind(after, sort.key(entry), entry.handle());
    }

    // ------------------------------------------------------------------ in memory

    /** The sessions in memory that meet what can be said of them without their rows. */
    private Stream<LiveSession> taken(@Nullable Handle from) {
        return LiveSnapshot.behind(from, taken()).stream();
    }

    /** All of them, looked for once: the total needs them as well. */
    private List<LiveSession> taken() {
        List<LiveSession> known = taken;
        if (known == null) {
            known = filter.isEmpty()
                    ? context.live().sessions()
                    : candidates().filter(this::mayBeTaken).toList();
            taken = known;
        }
        return known;
    }

    private Stream<LiveSession> candidates() {
        if (filter.state() != null && filter.state() != SessionState.LIVE && filter.state() != SessionState.EXPIRED) {
            return Stream.empty(); // these are not in memory
        }
        List<LiveSession> some = filter.user() == null
                ? context.live().sessions()
                : context.live().of(filter.user());
        String prefix = filter.handlePrefix();
        return prefix == null ? some.stream() : LiveSnapshot.beginningWith(prefix, some).stream();
    }

    private boolean mayBeTaken(LiveSession session) {
        SessionState state = session.isExpired() ? SessionState.EXPIRED : SessionState.LIVE;
        return (filter.state() == null || filter.state() == state)
                && mayHaveBackup(session, state)
                && (filter.node() == null || filter.node().equals(context.node()))
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

    /** The first ones in another order. */
    private List<SessionEntry> sorted(
            Iterable<LiveSession> live, @Nullable Handle horizon, SessionCursor.@Nullable Sorted after, int limit)
            throws IOException {
        List<Keyed> within = new ArrayList<>();
        for (LiveSession session : live) {
            SortKey key = sort.key(session);
            if (isWithin(session.handle(), horizon)
                    && (needsRows() || after == null || sort.isBehind(after, key, session.handle()))) {
                within.add(new Keyed(key, session));
            }
        }
        if (needsRows()) {
            List<SessionEntry> entries =
                    entries(within.stream().map(Keyed::session).toList(), within.size());
            entries.removeIf(entry -> !isBehind(entry, after));
            entries.sort(sort.order());
            return entries.subList(0, Math.min(limit, entries.size()));
        }
        for (int candidates = limit; ; candidates *= 10) {
            List<LiveSession> some = smallest(within, candidates);
            List<SessionEntry> entries = entries(some, limit);
            if (entries.size() == limit || some.size() < candidates) {
                return entries;
            }
        }
    }

    /** A session in memory, and what it was sorted by when it was looked at. */
    private record Keyed(SortKey key, LiveSession session) {}

    /** The first ones in this order, without sorting all. */
    private List<LiveSession> smallest(List<Keyed> sessions, int limit) {
        Comparator<Keyed> order = Comparator.comparing(Keyed::key, sort.keys())
                .thenComparing(keyed -> keyed.session().handle().hex());
        PriorityQueue<Keyed> held = new PriorityQueue<>(order.reversed());
        for (Keyed session : sessions) {
            if (held.size() < limit) {
                held.add(session);
            } else if (order.compare(session, held.element()) < 0) {
                held.poll();
                held.add(session);
            }
        }
        return held.stream().sorted(order).map(Keyed::session).toList();
    }

    /** The first of them that are taken, now that their rows are known. */
    private List<SessionEntry> entries(Iterable<LiveSession> live, int limit) throws IOException {
        List<SessionEntry> entries = new ArrayList<>();
        Iterator<LiveSession> rest = live.iterator();
        while (rest.hasNext() && entries.size() < limit) {
            List<LiveSession> some = new ArrayList<>();
            while (rest.hasNext() && some.size() < AT_ONCE) {
                rest.next().again(now).ifPresent(some::add);
            }
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

    // ------------------------------------------------------------------ all of them, in another order

    /**
     * How far a run was filled.
     *
     * @param horizon nothing behind this session was looked at; null when all were
     */
    record Collected(@Nullable Handle horizon, Reason problem) {}

    /**
     * Collects what sessions are sorted by until a run is full, in the order of handles. Some may turn out not to meet the
     * filter when they are read.
     *
     * @param from null for the beginning
     * @param place of this context in the run
     */
    Collected collect(@Nullable Handle from, int place, SessionRun run) {
        Handle horizon = null;
        Reason problem = Reason.NONE;
        try {
            horizon = stored.collect(from, place, run);
        } catch (IOException e) {
            problem = Reason.of(e);
        }
        List<LiveSession> behind = LiveSnapshot.behind(from, taken());
        Handle last = horizon;
        List<LiveSession> within = behind.stream()
                .takeWhile(session -> isWithin(session.handle(), last))
                .toList();
        for (int at = 0; at < within.size(); at += AT_ONCE) {
            collect(within.subList(at, Math.min(within.size(), at + AT_ONCE)), place, run);
        }
        return new Collected(horizon, problem);
    }

    private void collect(List<LiveSession> live, int place, SessionRun run) {
        if (needsRows()) {
            try {
                entries(live, live.size()).forEach(entry -> run.add(place, sort.key(entry), entry.handle()));
                return;
            } catch (IOException e) {
                // The others have said so, or will: the sessions in memory are there all the same.
            }
        }
        live.forEach(session -> run.add(place, sort.key(session), session.handle()));
    }

    /** Sessions as they are now, by their handles, as far as they are there and meet the filter. */
    record Reread(Map<Handle, SessionEntry> entries, Reason problem) {}

    Reread again(List<Handle> handles) {
        Map<Handle, StoredRow> rows = new HashMap<>();
        Reason problem = Reason.NONE;
        EntryReader reader = context.reader();
        try {
            context.stored().find(handles).forEach(row -> rows.put(row.key().handle(), row));
        } catch (IOException e) {
            problem = Reason.of(e);
            reader = context.withoutStore();
        }
        Map<Handle, SessionEntry> entries = new HashMap<>();
        for (Handle handle : handles) {
            LiveSession live = LiveSnapshot.beginningWith(
                            handle.hex(), context.live().sessions())
                    .stream()
                    .findFirst()
                    .flatMap(session -> session.again(now))
                    .orElse(null);
            StoredRow row = rows.get(handle);
            if (live == null && row == null) {
                continue; // it has ended
            }
            SessionEntry entry = reader.read(live, row);
            try {
                if (filter.takes(entry, now) && hasAttribute(entry)) {
                    entries.put(handle, entry);
                }
            } catch (IOException e) {
                problem = Reason.of(e);
            }
        }
        return new Reread(entries, problem);
    }

    private boolean hasAttribute(SessionEntry entry) throws IOException {
        String name = filter.attribute();
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        return name == null
                || (live != null
                        ? live.hasAttribute(name)
                        : row != null && StoredMatches.hasAttribute(context.stored(), row, name));
    }

    // ------------------------------------------------------------------ how many

    /**
     * All that meet the filter, counted or, where that costs too much, estimated.
     *
     * @param counted whether stored ones are counted whatever it costs
     */
    Figure total(boolean counted) {
        try {
            List<LiveSession> live = taken();
            if (needsRows() && live.size() > StoredMatches.LOOKED_UP_AT_MOST) {
                return Figure.unknown(Reason.of("reason.notAllAsked", StoredMatches.LOOKED_UP_AT_MOST));
            }
            boolean uncertain = filter.size().isGiven() || (filter.backup() != null && needsRows());
            long here = uncertain ? entries(live, live.size()).size() : live.size();
            return (counted ? stored.countAll() : stored.count()).plus(Figure.exact(here));
        } catch (IOException e) {
            return Figure.unknown(Reason.of(e));
        }
    }
}
