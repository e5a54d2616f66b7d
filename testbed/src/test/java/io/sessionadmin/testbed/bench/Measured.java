package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.ServerMeter.Work;

/**
 * Some operations of one contender in one round.
 *
 * @param latencies of each, or of what was timed as one
 * @param operations how many there were
 * @param seconds from the begin of the first to the end of the last
 * @param roundTrips of all
 * @param work of the server for all
 */
record Measured(Latencies latencies, long operations, double seconds, long roundTrips, Work work) {

    /** Some that were timed as one. */
    static Measured whole(long operations, double seconds, long roundTrips, Work work) {
        return new Measured(new Latencies((long) (seconds * 1e9)), operations, seconds, roundTrips, work);
    }

    double perSecond() {
        return operations / seconds;
    }

    double micros() {
        return seconds * 1e6 / operations;
    }

    double medianMicros() {
        return latencies.percentileMicros(0.5);
    }

    double per(long whole) {
        return (double) whole / operations;
    }
}
