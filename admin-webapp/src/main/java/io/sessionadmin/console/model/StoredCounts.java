package io.sessionadmin.console.model;

import io.sessionadmin.table.RowCounts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions a store keeps.
 *
 * @param valid sessions, expired ones among them
 * @param expired past their last access + max inactive interval
 * @param invalidated tombstones
 * @param asOf on the clock of the store; null when there is nothing to count
 */
record StoredCounts(
        Figure valid,
        Figure expired,
        Figure invalidated,
        @Nullable Instant asOf) {

    static final StoredCounts NOTHING = new StoredCounts(Figure.ZERO, Figure.ZERO, Figure.ZERO, null);

    static StoredCounts of(RowCounts rows) {
        return new StoredCounts(of(rows.valid()), of(rows.expired()), of(rows.invalidated()), rows.asOf());
    }

    static StoredCounts unknown(Reason reason) {
        Figure unknown = Figure.unknown(reason);
        return new StoredCounts(unknown, unknown, unknown, null);
    }

    private static Figure of(RowCounts.Count count) {
        return count.exact() ? Figure.exact(count.value()) : Figure.estimate(count.value(), Reason.NONE);
    }
}
