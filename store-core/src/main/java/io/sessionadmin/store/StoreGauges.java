package io.sessionadmin.store;

import java.util.Optional;

/** What a store is like at this moment, for its MXBean to ask. No answer holds a session id. */
interface StoreGauges {

    /**
     * The sessions in this node's memory.
     *
     * @param live how many there are
     * @param atRisk of them, those whose latest change is not in the store
     * @param overdue of them, those that should have been saved by now
     * @param failing of them, those whose last save failed
     * @param oldestUnsavedSeconds how long ago the oldest change happened that is not in the store; 0 when all are
     * @param failure why the latest of those that fail began to; empty when none does
     */
    record Backlog(long live, long atRisk, long overdue, long failing, long oldestUnsavedSeconds, String failure) {}

    /** The connections of the pool: in use, at rest, and threads that wait for one. */
    record Pool(int active, int idle, int waiting) {}

    /** Looks at all sessions in memory; the bean asks once a second at most. */
    Backlog backlog();

    /** {@code listening}, {@code off}, or {@code deaf since} and an ISO 8601 time. */
    String listenState();

    /** Why the store can't be used at present; empty when it can. */
    Optional<StoreFailure> failure();

    /** The failure of now, or else the last one that is over; empty when there was none since the start. */
    Optional<StoreFailure> lastFailure();

    /** The store's own pool; empty for a DataSource of the operator's. */
    Optional<Pool> pool();
}
