package io.sessionadmin.table;

import java.time.Instant;

/**
 * How many rows of a context are in the table.
 *
 * @param valid sessions, expired ones among them
 * @param expired past their last access + max inactive interval, not yet reaped
 * @param invalidated tombstones
 * @param asOf when they were counted, on the database's clock
 */
public record RowCounts(Count valid, Count expired, Count invalidated, Instant asOf) {

    /**
     * A number of rows.
     *
     * @param exact false for an estimate of PostgreSQL's planner, which stands in where counting would cost too much
     */
    public record Count(long value, boolean exact) {}
}
