package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.ServerMeter.Work;

/**
 * One operation of one contender in one round.
 *
 * @param seconds from the begin of the first to the end of the last
 * @param roundTrips of all
 * @param work of the server for all
 */
record Measured(Latencies latencies, double seconds, long roundTrips, Work work) {

    double perSecond() {
        return latencies.count() / seconds;
    }

    double medianMicros() {
        return latencies.percentileMicros(0.5);
    }

    double per(long whole) {
        return (double) whole / latencies.count();
    }
}
