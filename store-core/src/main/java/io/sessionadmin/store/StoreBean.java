package io.sessionadmin.store;

import io.sessionadmin.store.LatencyHistogram.Latencies;
import io.sessionadmin.store.StoreGauges.Backlog;
import io.sessionadmin.store.StoreGauges.Pool;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The numbers of a store as JMX sees them. Safe for use by several threads. */
final class StoreBean implements JdbcStoreMXBean {

    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What was counted, and when. */
    private record Counted(Backlog backlog, long nanos) {}

    private final StoreStatistics statistics;
    private final StoreGauges gauges;
    private final LongSupplier nanoTime;
    private volatile @Nullable Counted counted;

    StoreBean(StoreStatistics statistics, StoreGauges gauges) {
        this(statistics, gauges, System::nanoTime);
    }

    StoreBean(StoreStatistics statistics, StoreGauges gauges, LongSupplier nanoTime) {
        this.statistics = statistics;
        this.gauges = gauges;
        this.nanoTime = nanoTime;
    }

    @Override
    public long getSaves() {
        return statistics.saves();
    }

    @Override
    public long getTouches() {
        return statistics.touches();
    }

    @Override
    public long getLoads() {
        return statistics.loads();
    }

    @Override
    public long getLooks() {
        return statistics.looks();
    }

    @Override
    public long getConflicts() {
        return statistics.conflicts();
    }

    @Override
    public long getFailures() {
        return statistics.failures();
    }

    @Override
    public long getRetries() {
        return statistics.retries();
    }

    @Override
    public long getInvalidated() {
        return statistics.invalidated();
    }

    @Override
    public long getReaped() {
        return statistics.reaped();
    }

    @Override
    public long getBatches() {
        return statistics.batches();
    }

    @Override
    public long getBatchedSaves() {
        return statistics.batchedSaves();
    }

    @Override
    public int getLastBatchSize() {
        return statistics.lastBatch();
    }

    @Override
    public long getLargestBatchSize() {
        return statistics.largestBatch();
    }

    @Override
    public double getSaveMillisP50() {
        return millis(statistics.saveTimes(), Latencies::p50);
    }

    @Override
    public double getSaveMillisP99() {
        return millis(statistics.saveTimes(), Latencies::p99);
    }

    @Override
    public double getSaveMillisMax() {
        return millis(statistics.saveTimes(), Latencies::max);
    }

    @Override
    public double getLoadMillisP50() {
        return millis(statistics.loadTimes(), Latencies::p50);
    }

    @Override
    public double getLoadMillisP99() {
        return millis(statistics.loadTimes(), Latencies::p99);
    }

    @Override
    public double getLoadMillisMax() {
        return millis(statistics.loadTimes(), Latencies::max);
    }

    private static double millis(Latencies latencies, ToLongFunction<Latencies> micros) {
        return latencies.count() == 0 ? -1 : micros.applyAsLong(latencies) / 1_000.0;
    }

    @Override
    public long getLive() {
        return backlog().live();
    }

    @Override
    public long getAtRisk() {
        return backlog().atRisk();
    }

    @Override
    public long getOverdue() {
        return backlog().overdue();
    }

    @Override
    public long getFailing() {
        return backlog().failing();
    }

    @Override
    public long getOldestUnsavedSeconds() {
        return backlog().oldestUnsavedSeconds();
    }

    /** A monitor reads one attribute after the other: they are counted together, and fit each other. */
    private Backlog backlog() {
        Counted last = counted;
        long now = nanoTime.getAsLong();
        if (last == null || now - last.nanos() > REMEMBERED_NANOS) {
            last = new Counted(gauges.backlog(), now);
            counted = last;
        }
        return last.backlog();
    }

    @Override
    public String getListenState() {
        return gauges.listenState();
    }

    @Override
    public boolean isStoreAvailable() {
        return gauges.failure().isEmpty();
    }

    @Override
    public @Nullable String getLastFailure() {
        return gauges.lastFailure()
                .map(failure -> failure.reason() + " (" + failure.count() + " times, first at " + failure.since() + ")")
                .orElse(null);
    }

    @Override
    public int getPoolActive() {
        return pool(Pool::active);
    }

    @Override
    public int getPoolIdle() {
        return pool(Pool::idle);
    }

    @Override
    public int getPoolWaiting() {
        return pool(Pool::waiting);
    }

    private int pool(ToIntFunction<Pool> figure) {
        return gauges.pool().map(figure::applyAsInt).orElse(-1);
    }
}
