package io.sessionadmin.console.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of the sessions that somebody looks for.
 *
 * @param next where the next page begins; null on the last one
 * @param paused whether the page ended because enough was looked through, and not because it is full: there may be more
 *     behind {@code next}, or nothing
 * @param total how many there are on all pages; when it is not exact it says why
 * @param problems what is missing, and why
 * @param now on the clock of this node
 */
public record SessionsFound(
        List<Item> items,
        @Nullable SessionCursor next,
        boolean paused,
        Figure total,
        List<Reason> problems,
        Instant now) {

    /** An estimate never says less than is there to see. */
    SessionsFound withTotal(Figure counted) {
        Figure total = counted.certainty() == Figure.Certainty.ESTIMATE && counted.value() < items.size()
                ? new Figure(items.size(), Figure.Certainty.AT_LEAST, counted.reason())
                : counted;
        return new SessionsFound(items, next, paused, total, problems, now);
    }

    /** A page with the first ones only, as there is no room for more; the next page begins behind them. One at least. */
    public SessionsFound first(int some) {
        int kept = Math.max(1, some);
        return kept >= items.size()
                ? this
                : new SessionsFound(items.subList(0, kept), items.get(kept - 1).cursor(), false, total, problems, now);
    }

    /**
     * A session, and the context that it is one of.
     *
     * @param cursor where a page goes on that ends with it; null when it is not on a page
     */
    public record Item(
            ContextAddress context,
            SessionEntry entry,
            @Nullable SessionCursor cursor) {

        Item(ContextAddress context, SessionEntry entry) {
            this(context, entry, null);
        }
    }
}
