package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks for sessions in one context or in several. What is in memory is looked at once, when the first page asks for it;
 * each page costs the same. Not for several threads.
 */
final class SessionSearch {

    /** So many contexts are looked through for a page. */
    private static final int CONTEXTS_AT_MOST = 20;

    /**
     * A context that may be looked through.
     *
     * @param app its name in rows
     */
    record Place(ContextAddress address, String app, Supplier<SearchedContext> opened, Supplier<Figure> sessions) {}

    private final List<Place> places;
    private final SessionFilter filter;
    private final SessionSort sort;
    private final Instant now;
    private final Map<String, ContextSearch> searches = new HashMap<>();

    SessionSearch(List<Place> places, SessionFilter filter, SessionSort sort, Instant now) {
        this.places = places.stream().sorted(Comparator.comparing(Place::app)).toList();
        this.filter = filter;
        this.sort = sort;
        this.now = now;
    }

    /** A page and how many sessions there are, as far as can be said at the cost of a page. */
    SessionsFound page(@Nullable SessionCursor after, int limit) {
        return page(after, limit, false);
    }

    /** @param counted whether to count them all instead */
    SessionsFound page(@Nullable SessionCursor after, int limit, boolean counted) {
        SessionsFound page = next(after, limit);
        boolean all = after == null && page.next() == null && page.problems().isEmpty();
        return all ? page : page.withTotal(total(counted));
    }

    /** A page without knowing how many sessions there are; the first one knows when it is the only one. */
    SessionsFound next(@Nullable SessionCursor after, int limit) {
        return sort == SessionSort.HANDLE ? inOrder(after, limit) : sorted(after, limit);
    }

    private int start(@Nullable SessionCursor after) {
        int start = 0;
        while (after != null && start < places.size() && places.get(start).app().compareTo(after.app()) < 0) {
            start++;
        }
        return start;
    }

    private static @Nullable SessionCursor at(@Nullable SessionCursor after, Place place) {
        return after != null && after.app().equals(place.app()) ? after : null;
    }

    private SessionsFound inOrder(@Nullable SessionCursor after, int limit) {
        List<SessionsFound.Item> items = new ArrayList<>();
        Set<Reason> problems = new LinkedHashSet<>();
        int start = start(after);
        for (int i = start; i < places.size(); i++) {
            Place place = places.get(i);
            if (i - start == CONTEXTS_AT_MOST) {
                return found(items, new SessionCursor(place.app(), null), items.size() < limit, problems);
            }
            SessionCursor cursor = at(after, place);
            ContextSearch.Part part =
                    search(place).page(cursor == null ? null : cursor.handle(), null, limit + 1 - items.size());
            add(problems, part.problem());
            for (SessionEntry entry : part.entries()) {
                if (items.size() == limit) {
                    return found(items, items.get(limit - 1).cursor(), false, problems);
                }
                items.add(
                        new SessionsFound.Item(place.address(), entry, new SessionCursor(place.app(), entry.handle())));
            }
            if (part.horizon() != null) {
                return found(items, new SessionCursor(place.app(), part.horizon()), true, problems);
            }
        }
        return found(items, null, false, problems);
    }

    private SessionsFound sorted(@Nullable SessionCursor after, int limit) {
        List<SessionsFound.Item> items = new ArrayList<>();
        Set<Reason> problems = new LinkedHashSet<>();
        SessionCursor.Sorted behind = after == null ? null : after.sorted();
        int start = start(after);
        SessionCursor rest = null;
        for (int i = start; i < places.size() && rest == null; i++) {
            Place place = places.get(i);
            if (i - start == CONTEXTS_AT_MOST) {
                rest = new SessionCursor(place.app(), null);
                break;
            }
            SessionCursor cursor = at(after, place);
            Handle from = cursor == null ? null : cursor.handle();
            ContextSearch.Part part = search(place).page(from, behind, limit + 1);
            add(problems, part.problem());
            for (SessionEntry entry : part.entries()) {
                items.add(new SessionsFound.Item(place.address(), entry, cursor(start, after, entry)));
            }
            rest = part.horizon() == null ? null : new SessionCursor(place.app(), part.horizon());
        }
        items.sort(Comparator.comparing(SessionsFound.Item::entry, sort.order()));
        if (items.size() <= limit) {
            return found(items, rest, rest != null, problems);
        }
        return found(items.subList(0, limit), items.get(limit - 1).cursor(), false, problems);
    }

    /** All that is sorted together lies behind the same place. */
    private SessionCursor cursor(int start, @Nullable SessionCursor after, SessionEntry entry) {
        return new SessionCursor(
                after == null ? places.get(start).app() : after.app(),
                after == null ? null : after.handle(),
                new SessionCursor.Sorted(sort.key(entry), entry.handle()));
    }

    private ContextSearch search(Place place) {
        return searches.computeIfAbsent(
                place.app(), app -> new ContextSearch(place.opened().get(), filter, sort, now));
    }

    private static void add(Set<Reason> problems, Reason problem) {
        if (problem.isGiven()) {
            problems.add(problem);
        }
    }

    private SessionsFound found(
            List<SessionsFound.Item> items, @Nullable SessionCursor next, boolean paused, Set<Reason> problems) {
        return new SessionsFound(
                List.copyOf(items), next, paused, Figure.exact(items.size()), List.copyOf(problems), now);
    }

    private Figure total(boolean counted) {
        Figure total = Figure.ZERO;
        for (Place place : places.subList(0, Math.min(places.size(), CONTEXTS_AT_MOST))) {
            total = total.plus(
                    filter.isEmpty() && !counted
                            ? place.sessions().get()
                            : search(place).total(counted));
        }
        return places.size() <= CONTEXTS_AT_MOST
                ? total
                : total.plus(Figure.unknown(Reason.of("reason.contextsNotCounted", CONTEXTS_AT_MOST)));
    }
}
