package io.sessionadmin.store;

import org.jspecify.annotations.Nullable;

/**
 * The store of one context on this node, in numbers to graph: {@code <domain>:type=Store,host=<host>,context=<path>},
 * beside Tomcat's own bean of the manager.
 *
 * <p>Counts are since the start of the store and never go back. Percentiles are over the last four to five minutes, in
 * milliseconds, up to 1/16 too high, and -1 when nothing happened in that time. No value holds a session id.
 */
public interface JdbcStoreMXBean {

    // ------------------------------------------------------------------ counts since the start

    /** Sessions written to the store, alone or in a batch; those that conflicted or failed are not among them. */
    long getSaves();

    /** Accesses written without the session's data. */
    long getTouches();

    /** Rows whose data was read. */
    long getLoads();

    /** Look-ups that asked the store whether the copy in memory is the row's version. {@code Loads} says how many were not. */
    long getLooks();

    /** Saves that found a newer row, and were merged with it. */
    long getConflicts();

    /** Saves and reads that failed, whatever the reason. */
    long getFailures();

    /** Failed saves that were tried again. */
    long getRetries();

    /** Sessions that this node ended for all nodes: logouts, and what was ended by hand. */
    long getInvalidated();

    /** Rows of expired sessions that this node removed. */
    long getReaped();

    /** Transactions that wrote a batch of sessions. */
    long getBatches();

    /** Sessions written by batches; {@code Saves} counts them too. */
    long getBatchedSaves();

    /** Sessions in the last batch; 0 before the first. */
    int getLastBatchSize();

    /** Sessions in the largest batch; 0 before the first. */
    long getLargestBatchSize();

    // ------------------------------------------------------------------ times, milliseconds

    /** Half of the transactions that wrote sessions took this many milliseconds or less; -1: there were none. */
    double getSaveMillisP50();

    /** 99 of 100 transactions that wrote sessions took this many milliseconds or less; -1: there were none. */
    double getSaveMillisP99();

    /** The longest transaction that wrote sessions, milliseconds; -1: there were none. */
    double getSaveMillisMax();

    /** Half of the readings of a row's data took this many milliseconds or less; -1: there were none. */
    double getLoadMillisP50();

    /** 99 of 100 readings of a row's data took this many milliseconds or less; -1: there were none. */
    double getLoadMillisP99();

    /** The longest reading of a row's data, milliseconds; -1: there were none. */
    double getLoadMillisMax();

    // ------------------------------------------------------------------ at this moment

    /** Sessions in this node's memory. */
    long getLive();

    /** Sessions in memory whose latest change is not in the store: what a crash of this node loses now. */
    long getAtRisk();

    /** Sessions in memory that should have been saved by now. */
    long getOverdue();

    /** Sessions in memory whose last save failed. */
    long getFailing();

    /** Seconds since the oldest change that is not in the store; 0 when all are. */
    long getOldestUnsavedSeconds();

    /**
     * Whether this node hears at once of sessions that end elsewhere: {@code listening}, {@code deaf since} and an ISO
     * 8601 time, or {@code off} when it has no connection for that.
     */
    String getListenState();

    /** Whether the store could be used the last time it was. */
    boolean isStoreAvailable();

    /** Why the store could not be used, and since when, the last time that it could not; null when it always could. */
    @Nullable
    String getLastFailure();

    /** Connections of the store's pool that are in use; -1 when the store uses a DataSource of the operator's. */
    int getPoolActive();

    /** Connections of the store's pool that are at rest; -1 when the store uses a DataSource of the operator's. */
    int getPoolIdle();

    /** Threads that wait for a connection of the store's pool; -1 when the store uses a DataSource of the operator's. */
    int getPoolWaiting();
}
