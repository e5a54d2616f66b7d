package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.store.LatencyHistogram.Latencies;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreStatisticsTest {

    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L); // nanoTime may well be negative
    private final StoreStatistics statistics = new StoreStatistics(nanos::get);

    @Test
    void eachThingIsCountedWhereItBelongs() {
        save(1);
        statistics.savedBatch(7, statistics.start());
        statistics.savedBatch(3, statistics.start());
        statistics.touched(20);
        load(1);
        statistics.looked();
        statistics.looked();
        statistics.conflicted();
        statistics.failed();
        statistics.retried();
        statistics.invalidated(2);
        statistics.reaped(100);

        assertThat(statistics.saves()).isEqualTo(11);
        assertThat(statistics.batches()).isEqualTo(2);
        assertThat(statistics.batchedSaves()).isEqualTo(10);
        assertThat(statistics.lastBatch()).isEqualTo(3);
        assertThat(statistics.largestBatch()).isEqualTo(7);
        assertThat(statistics.touches()).isEqualTo(20);
        assertThat(statistics.loads()).isEqualTo(1);
        assertThat(statistics.looks()).isEqualTo(2);
        assertThat(statistics.conflicts()).isEqualTo(1);
        assertThat(statistics.failures()).isEqualTo(1);
        assertThat(statistics.retries()).isEqualTo(1);
        assertThat(statistics.invalidated()).isEqualTo(2);
        assertThat(statistics.reaped()).isEqualTo(100);
        assertThat(statistics.saveTimes().count()).as("transactions").isEqualTo(3);
        assertThat(statistics.loadTimes().count()).isEqualTo(1);
    }

    @Test
    void percentilesAreThoseOfWhatWasRecorded() {
        IntStream.rangeClosed(1, 1000).forEach(micros -> save(micros * 1_000L));

        Latencies latencies = statistics.saveTimes();
        assertThat(latencies.count()).isEqualTo(1000);
        assertThat(latencies.p50()).isBetween(500L, 500L * 17 / 16);
        assertThat(latencies.p99()).isBetween(990L, 1000L);
        assertThat(latencies.max()).isEqualTo(1000);
        assertThat(statistics.loadTimes().count()).isZero();
    }

    @Test
    void oneSlowSaveIsTheMaximumAndNotTheMedian() {
        IntStream.range(0, 99).forEach(i -> save(TimeUnit.MILLISECONDS.toNanos(2)));
        save(TimeUnit.SECONDS.toNanos(8));

        Latencies latencies = statistics.saveTimes();
        assertThat(latencies.p50()).isBetween(2_000L, 2_125L);
        assertThat(latencies.p99()).isBetween(2_000L, 2_125L);
        assertThat(latencies.max()).isEqualTo(8_000_000);
    }

    @Test
    void oldValuesLeaveAfterFiveMinutes() {
        save(TimeUnit.SECONDS.toNanos(9));
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(4));
        save(1_000_000);
        assertThat(statistics.saveTimes().max()).isEqualTo(9_000_000);
        assertThat(statistics.saveTimes().count()).isEqualTo(2);

        nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(statistics.saveTimes().max()).isEqualTo(1_000);
        assertThat(statistics.saveTimes().count()).isEqualTo(1);

        nanos.addAndGet(TimeUnit.MINUTES.toNanos(50));
        assertThat(statistics.saveTimes()).isEqualTo(new Latencies(0, 0, 0, 0));
        save(5_000);
        assertThat(statistics.saveTimes()).isEqualTo(new Latencies(1, 5, 5, 5));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 1_000, 4_095, 4_096, 123_456, 60_000_000, 4_294_967_295L})
    void aBucketHoldsWhatIsAtMostASixteenthBelowItsUpperBound(long micros) {
        int bucket = LatencyHistogram.bucket(micros);

        assertThat(LatencyHistogram.upperBound(bucket)).isBetween(micros, micros + micros / 16);
        if (bucket > 0) {
            assertThat(LatencyHistogram.upperBound(bucket - 1)).isLessThan(micros);
        }
    }

    @Test
    void whatTakesHoursOrWentBackInTimeIsRecordedToo() {
        save(TimeUnit.DAYS.toNanos(3));
        statistics.saved(statistics.start() + 1_000);

        assertThat(statistics.saveTimes().count()).isEqualTo(2);
        assertThat(statistics.saveTimes().max()).isEqualTo(TimeUnit.DAYS.toMicros(3));
        assertThat(statistics.saveTimes().p50()).isZero();
    }

    @Test
    void manyThreadsLoseNothingWhileMinutesPass() throws Exception {
        LatencyHistogram histogram = new LatencyHistogram();
        int threads = 4;
        int each = 20_000;
        long step = TimeUnit.MINUTES.toNanos(LatencyHistogram.MINUTES - 1) / each;
        CountDownLatch start = new CountDownLatch(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            var work = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(t -> pool.submit(() -> {
                        start.countDown();
                        start.await();
                        for (int i = 0; i < each; i++) {
                            histogram.record(i, i * step);
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> one : work) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(histogram.latencies(each * step).count()).isEqualTo((long) threads * each);
    }

    @Test
    void recordingAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(1, 1);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            histogram.record(i * 1_000L, 1);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for 100,000 records")
                .isLessThan(100_000);
    }

    private void save(long nanosTaken) {
        long start = statistics.start();
        nanos.addAndGet(nanosTaken);
        statistics.saved(start);
    }

    private void load(long nanosTaken) {
        long start = statistics.start();
        nanos.addAndGet(nanosTaken);
        statistics.loaded(start);
    }
}
