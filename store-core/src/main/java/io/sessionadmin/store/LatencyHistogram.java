package io.sessionadmin.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How long something took, over the last minutes. It keeps counts, not values: a percentile is at most 1/16 too high.
 *
 * <p>Buckets of microseconds, 16 for each doubling:
 *
 * <pre>
 *   0 .. 15    one bucket each
 *   16 .. 31   one bucket each
 *   32 .. 63   two in a bucket, and so on; the last bucket takes all from an hour on
 * </pre>
 *
 * <p>There is a set of buckets for each minute, and the oldest gives way to a new one. Recording takes no lock and
 * allocates nothing but that one set each minute. Safe for use by several threads.
 */
final class LatencyHistogram {

    /** The minutes that are looked back at, the one that has just begun included. */
    static final int MINUTES = 5;

    private static final int STEPS_BITS = 4;
    private static final int STEPS = 1 << STEPS_BITS;
    private static final int DOUBLINGS = 29; // 2^(29 + 4 - 1) microseconds are 71 minutes
    private static final long LONGEST = (1L << (DOUBLINGS + STEPS_BITS - 1)) - 1;
    private static final long NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** What was recorded within one minute. */
    private static final class Minute {
        final long number;
        final AtomicIntegerArray buckets = new AtomicIntegerArray(STEPS * DOUBLINGS);
        final AtomicLong longest = new AtomicLong();

        Minute(long number) {
            this.number = number;
        }
    }

    /**
     * What the last minutes say.
     *
     * @param count how many were recorded; when it is 0 the others say nothing
     * @param p50 half of them took this long or less, microseconds
     * @param p99 99 of 100 took this long or less, microseconds
     * @param max the longest, microseconds
     */
    record Latencies(long count, long p50, long p99, long max) {}

    private final AtomicReferenceArray<Minute> minutes = new AtomicReferenceArray<>(MINUTES);

    /**
     * Records one.
     *
     * @param nanos how long it took
     * @param now {@link System#nanoTime()}
     */
    void record(long nanos, long now) {
        long micros = Math.max(0, nanos) / 1_000;
        Minute minute = minute(Math.floorDiv(now, NANOS_PER_MINUTE));
        minute.buckets.incrementAndGet(bucket(micros));
        for (long known = minute.longest.get(); micros > known; known = minute.longest.get()) {
            if (minute.longest.compareAndSet(known, micros)) {
                return;
            }
        }
    }

    private Minute minute(long number) {
        int slot = (int) Math.floorMod(number, (long) MINUTES);
        while (true) {
            Minute there = minutes.get(slot);
            // A thread that was held up may find a later one: what it has to say goes there.
            if (there != null && there.number >= number) {
                return there;
            }
            Minute fresh = new Minute(number);
            if (minutes.compareAndSet(slot, there, fresh)) {
                return fresh;
            }
        }
    }

    /** @param now {@link System#nanoTime()} */
    Latencies latencies(long now) {
        long oldest = Math.floorDiv(now, NANOS_PER_MINUTE) - MINUTES + 1;
        long[] sums = new long[STEPS * DOUBLINGS];
        long count = 0;
        long max = 0;
        for (int slot = 0; slot < MINUTES; slot++) {
            Minute minute = minutes.get(slot);
            if (minute != null && minute.number >= oldest) {
                max = Math.max(max, minute.longest.get());
                for (int i = 0; i < sums.length; i++) {
                    int here = minute.buckets.get(i);
                    sums[i] += here;
                    count += here;
                }
            }
        }
        return new Latencies(
                count, Math.min(max, percentile(sums, count, 50)), Math.min(max, percentile(sums, count, 99)), max);
    }

    private static long percentile(long[] sums, long count, int percent) {
        long rank = (count * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < sums.length; i++) {
            seen += sums[i];
            if (seen >= rank && seen > 0) {
                return upperBound(i);
            }
        }
        return 0;
    }

    static int bucket(long micros) {
        long value = Math.min(micros, LONGEST);
        if (value < STEPS) {
            return (int) value;
        }
        int shift = 63 - Long.numberOfLeadingZeros(value) - STEPS_BITS;
        return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
    }

    /** The greatest value of a bucket. */
    static long upperBound(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (bucket % STEPS + STEPS + 1) << shift) - 1;
    }
}
