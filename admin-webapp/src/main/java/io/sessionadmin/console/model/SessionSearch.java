package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for sessions in one or in all contexts. */
final class SessionSearch {

    /** So many sessions are looked through for a page. */
    private static final int LOOKED_AT_MOST = 1_000;

    private final List<Place> places;
    private final SessionFilter filter;
    private final SessionSort sort;
    private final Instant now;

    SessionSearch(List<Place> places, SessionFilter filter, SessionSort sort, Instant now) {
        this.places = places;
        this.filter = filter;
        this.sort = sort;
        this.now = now;
    }

    /** A context whose sessions are looked through. */
    interface Place {
        ContextAddress address();

        String app();

        SessionPage page(@Nullable Handle after);
    }

    SessionsFound page(@Nullable SessionCursor after, int limit) {
        List<SessionsFound.Item> found = new ArrayList<>();
        List<Reason> problems = new ArrayList<>();
        SessionCursor next = null;
        int looked = 0;
        boolean paused = false;
        for (int i = 0; i < places.size() && next == null; i++) {
            Place place = places.get(i);
            Handle cursor = null;
            if (after != null && places.size() > 1 && place.app().compareTo(after.app()) < 0) {
                continue;
            }
            if (after != null && (places.size() == 1 || place.app().equals(after.app()))) {
                cursor = after.handle();
            }
            String name = places.size() == 1 ? "" : place.app();
            while (true) {
                SessionPage page = place.page(cursor);
                if (page.problem().isGiven() && !problems.contains(page.problem())) {
                    problems.add(page.problem());
                }
                for (SessionEntry entry : page.entries()) {
                    if (found.size() == limit) {
                        next = new SessionCursor(name, cursor);
                        break;
                    }
                    cursor = entry.handle();
                    if (filter.takes(entry, now)) {
                        found.add(new SessionsFound.Item(place.address(), entry));
                    }
                }
                looked += page.entries().size();
                if (next != null || page.next() == null) {
                    break;
                }
                if (looked >= LOOKED_AT_MOST) {
                    next = new SessionCursor(name, cursor);
                    paused = true;
                    break;
                }
            }
        }
        if (sort != SessionSort.HANDLE) {
            found.sort((a, b) -> sort.order().compare(a.entry(), b.entry()));
        }
        Figure total = after == null && next == null ? Figure.exact(found.size()) : Figure.unknown(Reason.NONE);
        return new SessionsFound(found, next, paused, total, problems, now);
    }
}
