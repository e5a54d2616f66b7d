package io.sessionadmin.console.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request for sessions asks: whose, which ones, in which order, from where on, and how many.
 *
 * @param after where the page before ended, as {@link SessionsFound#next} had it; null for the first page
 * @param counted whether the total is to be counted, whatever it costs, and not estimated; no link to another page says so
 */
public record SessionQuery(
        SessionScope scope,
        SessionFilter filter,
        SessionSort sort,
        @Nullable SessionCursor after,
        int limit,
        boolean counted) {

    /** How many sessions a page has at most. */
    public static final int LIMIT = SessionPage.SIZE;

    private static final String EXACT = "exact";

    private static final Set<String> NAMES = names();

    private static Set<String> names() {
        Set<String> names = new HashSet<>(SessionFilter.NAMES);
        names.addAll(Set.of("host", "context", "app", "sort", "after", "limit", "count"));
        return Set.copyOf(names);
    }

    public static SessionQuery of(@Nullable ContextAddress context) {
        return new SessionQuery(SessionScope.of(context), SessionFilter.NONE, SessionSort.HANDLE, null, LIMIT, false);
    }

    /** The first page of the same. */
    public SessionQuery first() {
        return behind(null);
    }

    public SessionQuery behind(@Nullable SessionCursor cursor) {
        return new SessionQuery(scope, filter, sort, cursor, limit, false);
    }

    /** The same with a page of so many sessions. */
    public SessionQuery atMost(int sessions) {
        return new SessionQuery(scope, filter, sort, after, sessions, counted);
    }

    public SessionQuery with(SessionFilter other) {
        return new SessionQuery(scope, other, sort, after, limit, false);
    }

    public SessionQuery in(SessionSort order) {
        return new SessionQuery(scope, filter, order, after, limit, false);
    }

    /** The same page, with a total that is counted. */
    public SessionQuery exactly() {
        return new SessionQuery(scope, filter, sort, after, limit, true);
    }

    /** As parameters that {@link #parse} reads back, but for the scope. */
    public List<SessionFilter.Parameter> parameters() {
        List<SessionFilter.Parameter> all = new ArrayList<>(filter.parameters());
        if (sort != SessionSort.HANDLE) {
            all.add(new SessionFilter.Parameter("sort", sort.word()));
        }
        if (limit != LIMIT) {
            all.add(new SessionFilter.Parameter("limit", Integer.toString(limit)));
        }
        if (after != null) {
            all.add(new SessionFilter.Parameter("after", after.text()));
        }
        if (counted) {
            all.add(new SessionFilter.Parameter("count", EXACT));
        }
        return all;
    }

    /** @param others parameters that somebody else reads; any other one that is not known here is refused */
    public static SessionQuery parse(Map<String, String[]> parameters, Set<String> others)
            throws BadParameterException {
        Parameters given = new Parameters(parameters, NAMES, others);
        return new SessionQuery(
                scope(given),
                SessionFilter.parse(given),
                sort(given),
                SessionCursor.parse(given),
                limit(given),
                counted(given));
    }

    /** Either a host and a context of it, or the name that rows carry, or nothing of them for all contexts. */
    private static SessionScope scope(Parameters given) throws BadParameterException {
        Optional<String> app = given.text("app");
        Optional<String> host = given.text("host");
        Optional<String> context = given.text("context");
        if (app.isPresent() && host.isEmpty() && context.isEmpty()) {
            return new SessionScope.OneContext(new ContextAddress.Orphan(app.get()));
        }
        if (app.isEmpty() && host.isEmpty() && context.isEmpty()) {
            return new SessionScope.AllContexts();
        }
        if (app.isPresent()
                || host.isEmpty()
                || context.filter(name -> name.startsWith("/")).isEmpty()) {
            throw new BadParameterException("context", Reason.of("refused.context"));
        }
        return new SessionScope.OneContext(new ContextAddress.Deployed(host.get(), context.get()));
    }

    private static SessionSort sort(Parameters given) throws BadParameterException {
        Optional<String> word = given.text("sort");
        return word.isEmpty()
                ? SessionSort.HANDLE
                : SessionSort.parse(word.get())
                        .orElseThrow(() -> new BadParameterException(
                                "sort", Reason.of("refused.choice", "sort", SessionSort.words())));
    }

    private static boolean counted(Parameters given) throws BadParameterException {
        Optional<String> count = given.text("count");
        if (count.isPresent() && !count.get().equals(EXACT)) {
            throw new BadParameterException("count", Reason.of("refused.choice", "count", EXACT));
        }
        return count.isPresent();
    }

    private static int limit(Parameters given) throws BadParameterException {
        Optional<String> limit = given.text("limit");
        if (limit.isEmpty()) {
            return LIMIT;
        }
        if (!limit.get().matches("[1-9]\\d{0,2}") || Integer.parseInt(limit.get()) > LIMIT) {
            throw new BadParameterException("limit", Reason.of("refused.limit", LIMIT));
        }
        return Integer.parseInt(limit.get());
    }
}
