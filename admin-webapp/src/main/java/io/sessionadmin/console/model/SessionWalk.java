package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all sessions that meet a filter, however many they are. In the order of handles they are read page by
 * page. For any other order there is no index: what they are sorted by is collected first, and they are read in the order
 * that it had then. A session that ends meanwhile is left out, one that is used keeps its place, and none comes twice. Not for
 * several threads.
 */
public final class SessionWalk {

    /**
     * What there is to say of a walk.
     *
     * @param problems what was missing on the way
     * @param runs how often the order began anew, as there was no room to put all in order together
     */
    public record Walked(List<Reason> problems, int runs) {}

    private final List<SessionSearch.Place> places;
    private final SessionFilter filter;
    private final SessionSort sort;
    private final Instant now;
    private final Supplier<SessionRun> room;
    private final Set<Reason> problems = new LinkedHashSet<>();

    SessionWalk(
            List<SessionSearch.Place> places,
            SessionFilter filter,
            SessionSort sort,
            Instant now,
            Supplier<SessionRun> room) {
        this.places = places.stream()
                .sorted(Comparator.comparing(SessionSearch.Place::app))
                .toList();
        this.filter = filter;
        this.sort = sort;
        this.now = now;
        this.room = room;
    }

    Walked run(SessionVisitor visitor) {
        int runs = sort == SessionSort.HANDLE ? byHandle(visitor) : sorted(visitor);
        return new Walked(List.copyOf(problems), runs);
    }

    private int byHandle(SessionVisitor visitor) {
        SessionSearch search = new SessionSearch(places, filter, sort, now);
        SessionCursor after = null;
        do {
            SessionsFound page = search.next(after, SessionQuery.LIMIT);
            problems.addAll(page.problems());
            for (SessionsFound.Item item : page.items()) {
                if (!visitor.test(item)) {
                    return 1;
                }
            }
            after = page.next();
        } while (after != null && visitor.hasTime());
        return 1;
    }

    private int sorted(SessionVisitor visitor) {
        List<ContextSearch> searches = places.stream()
                .map(place -> new ContextSearch(place.opened().get(), filter, sort, now))
                .toList();
        Handle from = null;
        int runs = 0;
        for (int place = 0; place < searches.size(); runs++) {
            SessionRun run = room.get();
            while (place < searches.size() && !run.isFull()) {
                ContextSearch.Collected collected = searches.get(place).collect(from, place, run);
                add(collected.problem());
                from = collected.horizon();
                place += from == null ? 1 : 0;
            }
            if (!visit(run.inOrder(sort), searches, visitor)) {
                return runs + 1;
            }
        }
        return Math.max(runs, 1);
    }

    private boolean visit(List<SessionRun.Reference> sessions, List<ContextSearch> searches, SessionVisitor visitor) {
        for (int from = 0; from < sessions.size(); from += ContextSearch.AT_ONCE) {
            if (!visitor.hasTime()) {
                return false;
            }
            List<SessionRun.Reference> some =
                    sessions.subList(from, Math.min(sessions.size(), from + ContextSearch.AT_ONCE));
            for (SessionsFound.Item item : read(some, searches)) {
                if (!visitor.test(item)) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<SessionsFound.Item> read(List<SessionRun.Reference> some, List<ContextSearch> searches) {
        SessionsFound.@Nullable Item[] inOrder = new SessionsFound.Item[some.size()];
        for (int place = 0; place < searches.size(); place++) {
            List<Integer> at = new ArrayList<>();
            List<Handle> handles = new ArrayList<>();
            for (int i = 0; i < some.size(); i++) {
                if (some.get(i).place() == place) {
                    at.add(i);
                    handles.add(some.get(i).handle());
                }
            }
            if (handles.isEmpty()) {
                continue;
            }
            ContextSearch.Reread reread = searches.get(place).again(handles);
            add(reread.problem());
            for (int i = 0; i < handles.size(); i++) {
                SessionEntry entry = reread.entries().get(handles.get(i));
                inOrder[at.get(i)] = entry == null
                        ? null
                        : new SessionsFound.Item(places.get(place).address(), entry);
            }
        }
        List<SessionsFound.Item> items = new ArrayList<>();
        for (SessionsFound.Item item : inOrder) {
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }

    private void add(Reason problem) {
        if (problem.isGiven()) {
            problems.add(problem);
        }
    }
}
