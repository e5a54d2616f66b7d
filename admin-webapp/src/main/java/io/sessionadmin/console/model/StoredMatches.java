package io.sessionadmin.console.model;

import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.RowFilter;
import io.sessionadmin.table.RowSearch;
import io.sessionadmin.table.StoredRow;
import io.sessionadmin.table.WholeCount;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stored sessions of one context that meet a filter, without those that are in the memory of this node. */
sealed interface StoredMatches {

    /** So many sessions are looked up one by one. */
    int LOOKED_UP_AT_MOST = 1_000;

    /**
     * Some of them.
     *
     * @param horizon nothing behind this session was looked at; null when all were
     */
    record Part(List<SessionEntry> entries, @Nullable Handle horizon) {
        static final Part NOTHING = new Part(List.of(), null);
    }

    Part page(@Nullable Handle from, @Nullable Handle until, SessionCursor.@Nullable Sorted after, int limit)
            throws IOException;

    /**
     * Adds what they are sorted by to a run, in the order of handles, until it is full.
     *
     * @param place of this context in the run
     * @return nothing behind this session was looked at; null when all were
     */
    @Nullable
    Handle collect(@Nullable Handle from, int place, SessionRun run) throws IOException;

    /** As far as can be said at the cost of a page. */
    Figure count() throws IOException;

    /** Each of them, where that can be done; else the same with what was in the way. */
    default Figure countAll() throws IOException {
        return count();
    }

    /** The rows of sessions in memory. */
    List<StoredRow> rows(Collection<LiveSession> live) throws IOException;

    static StoredMatches of(
            SearchedContext context,
            Map<String, LiveSession> inMemory,
            SessionFilter filter,
            SessionSort sort,
            Instant now) {
        return context.stored() instanceof TableSessions table
                ? new InTable(context, table, inMemory, filter, sort, now)
                : new Elsewhere(context, inMemory, filter, sort, now);
    }

    /** Whether a stored session has this attribute, by the structure of its stream. */
    static boolean hasAttribute(StoredSessions stored, StoredRow row, String name) throws IOException {
        if (!row.valid()) {
            return false;
        }
        try {
            return SessionStream.read(stored.data(row).orElse(row.data())).attributes().stream()
                    .anyMatch(held -> held.name().equals(name));
        } catch (UnreadableStreamException e) {
            return false;
        }
    }

    /** Rows of PostgreSQL, which looks through them itself. */
    final class InTable implements StoredMatches {

        private static final int TURNS = 10;

        /** Of so many rows, a sample of this size stands for all. */
        private static final int SAMPLE = 2_000;

        private final SearchedContext context;
        private final TableSessions table;
        private final Map<String, LiveSession> inMemory;
        private final SessionFilter filter;
        private final SessionSort sort;
        private final Instant now;

        InTable(
                SearchedContext context,
                TableSessions table,
                Map<String, LiveSession> inMemory,
                SessionFilter filter,
                SessionSort sort,
                Instant now) {
            this.context = context;
            this.table = table;
            this.inMemory = inMemory;
            this.filter = filter;
            this.sort = sort;
            this.now = now;
        }

        @Override
        public Part page(@Nullable Handle from, @Nullable Handle until, SessionCursor.@Nullable Sorted after, int limit)
                throws IOException {
            if (filter.backup() != null) {
                return Part.NOTHING; // known of live sessions only
            }
            RowSearch search = search(rowsAtMost());
            List<SessionEntry> entries = new ArrayList<>();
            Handle cursor = from;
            RowSearch.Found last = after == null ? null : new RowSearch.Found("", after.handle(), after.key());
            for (int turn = 0; turn < TURNS; turn++) {
                RowSearch.Result result = sort == SessionSort.HANDLE
                        ? search.inOrder(cursor, until, ContextSearch.AT_ONCE + 1)
                        : search.sorted(sort.stored(), from, until, last, ContextSearch.AT_ONCE + 1);
                entries.addAll(taken(result.found()));
                boolean all = result.found().size() <= ContextSearch.AT_ONCE;
                if (all || entries.size() >= limit) {
                    return new Part(entries, all || sort != SessionSort.HANDLE ? result.horizon() : null);
                }
                last = result.found().get(ContextSearch.AT_ONCE);
                cursor = last.handle();
            }
            return new Part(entries, sort == SessionSort.HANDLE ? cursor : null);
        }

        @Override
        public @Nullable Handle collect(@Nullable Handle from, int place, SessionRun run) throws IOException {
            if (filter.backup() != null) {
                return null;
            }
            RowSearch search = search(rowsAtMost());
            Handle cursor = from;
            do {
                RowSearch.Result result = search.keys(sort.stored(), cursor);
                for (RowSearch.Found found : result.found()) {
                    if (isOwn(found.id())) {
                        run.add(place, found.key(), found.handle());
                    }
                }
                cursor = result.horizon();
            } while (cursor != null && !run.isFull());
            return cursor;
        }

        private List<SessionEntry> taken(List<RowSearch.Found> found) throws IOException {
            List<String> ids = new ArrayList<>();
            for (RowSearch.Found each : found) {
                if (isOwn(each.id())) {
                    ids.add(each.id());
                }
            }
            Map<String, StoredRow> rows = new HashMap<>();
            for (StoredRow row : table.catalog().rows(table.app(), ids)) {
                rows.put(row.key().id(), row);
            }
            List<SessionEntry> entries = new ArrayList<>();
            for (String id : ids) {
                StoredRow row = rows.get(id);
                if (row == null) {
                    continue; // it ended a moment ago
                }
                SessionEntry entry = context.reader().read(inMemory.get(id), row);
                if (filter.takes(entry, now)
                        && (filter.attribute() == null || hasAttribute(table, row, filter.attribute()))) {
                    entries.add(entry);
                }
            }
            return entries;
        }

        /** A live session is somebody else's to judge, unless all that is known is its tombstone. */
        private boolean isOwn(String id) {
            return filter.state() == SessionState.INVALIDATED || !inMemory.containsKey(id);
        }

        @Override
        public Figure count() throws IOException {
            if (filter.backup() != null) {
                return Figure.ZERO;
            }
            if (filter.state() == SessionState.UNREADABLE) {
                return Figure.unknown(Reason.of("reason.streamsNotRead"));
            }
            return estimate();
        }

        @Override
        public Figure countAll() throws IOException {
            if (filter.backup() != null || filter.state() == SessionState.UNREADABLE) {
                return count();
            }
            Set<String> others = filter.state() == SessionState.INVALIDATED ? Set.of() : inMemory.keySet();
            WholeCount.Outcome outcome = search(rowsAtMost()).countAll(others);
            if (outcome instanceof WholeCount.Counted counted) {
                return Figure.exact(counted.rows()).doubted(byStrings());
            }
            Reason inTheWay = outcome instanceof WholeCount.TookTooLong late
                    ? Reason.of("reason.countTooLong", late.limit().toSeconds())
                    : Reason.of("reason.countBusy");
            Figure estimate = count();
            return new Figure(estimate.value(), estimate.certainty(), inTheWay);
        }

        private Reason byStrings() {
            return filter.attribute() == null ? Reason.NONE : Reason.of("reason.byStrings", filter.attribute());
        }

        private Figure estimate() throws IOException {
            RowSearch search = search(rowsAtMost());
            StoredCounts all = search.isSample() ? allCounted() : StoredCounts.NOTHING;
            if (all.valid().certainty() != Figure.Certainty.EXACT) {
                search = search(Math.min(rowsAtMost(), SAMPLE));
            }
            RowSearch.Counted counted = inMemory.isEmpty() ? search.count() : withoutMemory(search);
            if (counted.all()) {
                return Figure.exact(counted.matches()).doubted(byStrings());
            }
            if (!search.isSample()) {
                return new Figure(
                        counted.matches(),
                        Figure.Certainty.AT_LEAST,
                        Reason.of("reason.countedSoFar", counted.looked()));
            }
            double rows =
                    search.share() * (all.valid().value() + all.invalidated().value());
            double matching = (double) counted.matches() / counted.looked();
            return Figure.estimate(Math.round(matching * rows), Reason.of("reason.estimated", counted.looked()));
        }

        /** What the store keeps: the head of the page has counted it, if there is one. */
        private StoredCounts allCounted() throws IOException {
            StoredCounts counted = context.counted();
            return counted != null && counted.valid().isKnown() ? counted : table.counts();
        }

        private RowSearch.Counted withoutMemory(RowSearch search) throws IOException {
            RowSearch.Result all = search.inOrder(null, null, search.rows() + 1);
            long matches =
                    all.found().stream().filter(found -> isOwn(found.id())).count();
            return new RowSearch.Counted(matches, search.rows(), all.horizon() == null);
        }

        @Override
        public List<StoredRow> rows(Collection<LiveSession> live) throws IOException {
            return table.catalog()
                    .rows(table.app(), live.stream().map(LiveSession::id).toList());
        }

        private RowSearch search(int rows) throws IOException {
            return table.catalog().search(table.app(), rowFilter(), rows);
        }

        private int rowsAtMost() throws IOException {
            return filter.state() == SessionState.UNREADABLE || !strings().isEmpty()
                    ? RowSearch.STREAMS
                    : RowSearch.ROWS;
        }

        private RowFilter rowFilter() throws IOException {
            return new RowFilter(
                    state(),
                    context.alive(),
                    table.catalog().layout().ownColumns() ? filter.user() : null,
                    filter.node(),
                    filter.handlePrefix(),
                    range(filter.idle()),
                    range(filter.age()),
                    range(filter.size()),
                    strings());
        }

        private RowFilter.@Nullable State state() {
            SessionState state = filter.state();
            if (state == null) {
                return null;
            }
            return switch (state) {
                case LIVE -> RowFilter.State.LIVE;
                case SWAPPED_OUT, UNREADABLE -> RowFilter.State.SWAPPED_OUT;
                case EXPIRED -> RowFilter.State.EXPIRED;
                case INVALIDATED -> RowFilter.State.INVALIDATED;
            };
        }

        private static RowFilter.Range range(Bounds bounds) {
            return new RowFilter.Range(bounds.over(), bounds.under());
        }

        /** What stands in the streams of those that are looked for: the user's name, where the table has no column for it. */
        private List<String> strings() throws IOException {
            List<String> strings = new ArrayList<>();
            if (filter.attribute() != null) {
                strings.add(filter.attribute());
            }
            if (filter.user() != null && !table.catalog().layout().ownColumns()) {
                strings.add(filter.user());
            }
            return strings;
        }
    }

    /** Files, or nothing: read one by one. */
    final class Elsewhere implements StoredMatches {

        private final SearchedContext context;
        private final Map<String, LiveSession> inMemory;
        private final SessionFilter filter;
        private final SessionSort sort;
        private final Instant now;

        Elsewhere(
                SearchedContext context,
                Map<String, LiveSession> inMemory,
                SessionFilter filter,
                SessionSort sort,
                Instant now) {
            this.context = context;
            this.inMemory = inMemory;
            this.filter = filter;
            this.sort = sort;
            this.now = now;
        }

        @Override
        public Part page(@Nullable Handle from, @Nullable Handle until, SessionCursor.@Nullable Sorted after, int limit)
                throws IOException {
            List<SessionEntry> entries = new ArrayList<>();
            Handle cursor = from;
            for (int looked = 0; looked < LOOKED_UP_AT_MOST; looked += ContextSearch.AT_ONCE) {
                List<StoredRow> rows = context.stored().page(cursor, ContextSearch.AT_ONCE);
                for (StoredRow row : rows) {
                    cursor = row.key().handle();
                    if (until != null && cursor.hex().compareTo(until.hex()) > 0) {
                        return new Part(entries, null);
                    }
                    if (!inMemory.containsKey(row.key().id())) {
                        add(entries, row, after);
                    }
                }
                if (rows.size() < ContextSearch.AT_ONCE || (sort == SessionSort.HANDLE && entries.size() >= limit)) {
                    return new Part(entries, null);
                }
            }
            return new Part(entries, cursor);
        }

        @Override
        public @Nullable Handle collect(@Nullable Handle from, int place, SessionRun run) throws IOException {
            Handle cursor = from;
            List<StoredRow> rows;
            do {
                rows = context.stored().page(cursor, ContextSearch.AT_ONCE);
                for (StoredRow row : rows) {
                    cursor = row.key().handle();
                    if (!inMemory.containsKey(row.key().id())) {
                        SessionEntry entry = context.reader().read(null, row);
                        run.add(place, sort.key(entry), entry.handle());
                    }
                }
            } while (rows.size() == ContextSearch.AT_ONCE && !run.isFull());
            return rows.size() == ContextSearch.AT_ONCE ? cursor : null;
        }

        private void add(List<SessionEntry> entries, StoredRow row, SessionCursor.@Nullable Sorted after)
                throws IOException {
            SessionEntry entry = context.reader().read(null, row);
            if (filter.takes(entry, now)
                    && (after == null || sort.isBehind(after, sort.key(entry), entry.handle()))
                    && (filter.attribute() == null || hasAttribute(context.stored(), row, filter.attribute()))) {
                entries.add(entry);
            }
        }

        @Override
        public Figure count() throws IOException {
            Part part = page(null, null, null, LOOKED_UP_AT_MOST);
            Figure counted = Figure.exact(part.entries().size());
            return part.horizon() == null
                    ? counted
                    : new Figure(
                            counted.value(),
                            Figure.Certainty.AT_LEAST,
                            Reason.of("reason.filesNotRead", LOOKED_UP_AT_MOST));
        }

        @Override
        public List<StoredRow> rows(Collection<LiveSession> live) throws IOException {
            return context.stored().find(live.stream().map(LiveSession::handle).toList());
        }
    }
}
