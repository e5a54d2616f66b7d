package io.sessionadmin.store;

import io.sessionadmin.store.LatencyHistogram.Latencies;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What a store has done since it was started, in numbers to graph. Recording takes no lock. Safe for use by several
 * threads.
 */
final class StoreStatistics {

    private final LongAdder saves = new LongAdder();
    private final LongAdder touches = new LongAdder();
    private final LongAdder loads = new LongAdder();
    private final LongAdder looks = new LongAdder();
    private final LongAdder conflicts = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder invalidated = new LongAdder();
    private final LongAdder reaped = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder batchedSaves = new LongAdder();
    private final LongAccumulator largestBatch = new LongAccumulator(Math::max, 0);
    private volatile int lastBatch;
    private final LatencyHistogram saveTimes = new LatencyHistogram();
    private final LatencyHistogram loadTimes = new LatencyHistogram();
    private final LongSupplier nanoTime;

    StoreStatistics() {
        this(System::nanoTime);
    }

    StoreStatistics(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** When something begins, for {@link #saved}, {@link #savedBatch} and {@link #loaded}. */
    long start() {
        return nanoTime.getAsLong();
    }

    /** A session was written by a statement of its own. */
    void saved(long start) {
        saves.increment();
        record(saveTimes, start);
    }

    /**
     * Sessions were written in one transaction. Its time counts once.
     *
     * @param rows how many were written
     */
    void savedBatch(int rows, long start) {
        saves.add(rows);
        batches.increment();
        batchedSaves.add(rows);
        largestBatch.accumulate(rows);
        lastBatch = rows;
        record(saveTimes, start);
    }

    /** Accesses that changed nothing were written. */
    void touched(int rows) {
        touches.add(rows);
    }

    /** A row's data was read. */
    void loaded(long start) {
        loads.increment();
        record(loadTimes, start);
    }

    /** A row's version was asked for, whatever came back. */
    void looked() {
        looks.increment();
    }

    /** A row was newer than the copy that was to be saved. */
    void conflicted() {
        conflicts.increment();
    }

    /** A save or a read failed. */
    void failed() {
        failures.increment();
    }

    /** A failed save was tried again. */
    void retried() {
        retries.increment();
    }

    /** Sessions were ended for all nodes: a logout, or by an operator of the console. */
    void invalidated(int sessions) {
        invalidated.add(sessions);
    }

    /** Rows of expired sessions were removed. */
    void reaped(int rows) {
        reaped.add(rows);
    }

    long saves() {
        return saves.sum();
    }

    long touches() {
        return touches.sum();
    }

    long loads() {
        return loads.sum();
    }

    long looks() {
        return looks.sum();
    }

    long conflicts() {
        return conflicts.sum();
    }

    long failures() {
        return failures.sum();
    }

    long retries() {
        return retries.sum();
    }

    long invalidated() {
        return invalidated.sum();
    }

    long reaped() {
        return reaped.sum();
    }

    long batches() {
        return batches.sum();
    }

    long batchedSaves() {
        return batchedSaves.sum();
    }

    int lastBatch() {
        return lastBatch;
    }

    long largestBatch() {
        return largestBatch.get();
    }

    /** Of each transaction that wrote sessions, within the last minutes. */
    Latencies saveTimes() {
        return saveTimes.latencies(nanoTime.getAsLong());
    }

    /** Of each reading of a row's data, within the last minutes. */
    Latencies loadTimes() {
        return loadTimes.latencies(nanoTime.getAsLong());
    }

    private void record(LatencyHistogram histogram, long start) {
        long now = nanoTime.getAsLong();
        histogram.record(now - start, now);
    }
}
