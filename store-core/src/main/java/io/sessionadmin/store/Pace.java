package io.sessionadmin.store;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often a housekeeper does something. It goes by time and not by rounds: a round in which another piece of work waits
 * for PostgreSQL is long, and a lease or a sign of life does not wait for it. For one thread.
 */
final class Pace {

    private final LongSupplier nanoTime;
    private final long interval;
    private long last;

    private Pace(Duration interval, LongSupplier nanoTime, long last) {
        this.nanoTime = nanoTime;
        this.interval = interval.toNanos();
        this.last = last;
    }

    /** Something that is due for the first time when the interval has gone by. */
    static Pace after(Duration interval, LongSupplier nanoTime) {
        return new Pace(interval, nanoTime, nanoTime.getAsLong());
    }

    /** Something that is due at once. */
    static Pace atOnceAndAfter(Duration interval, LongSupplier nanoTime) {
        return new Pace(interval, nanoTime, nanoTime.getAsLong() - interval.toNanos());
    }

    /** Whether it is to be done now; not again before the interval has gone by. */
    boolean isDue() {
        long now = nanoTime.getAsLong();
        if (now - last < interval) {
            return false;
        }
        last = now;
        return true;
    }
}
