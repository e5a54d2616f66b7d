package io.sessionadmin.testbed.bench;

import java.util.Arrays;
import java.util.Collection;

/** How long each of many operations took. */
final class Latencies {

    private final long[] nanos;

    /** @param nanos of each, in any order */
    Latencies(long... nanos) {
        this.nanos = nanos.clone();
        Arrays.sort(this.nanos);
    }

    static Latencies all(Collection<Latencies> some) {
        return new Latencies(
                some.stream().flatMapToLong(each -> Arrays.stream(each.nanos)).toArray());
    }

    int count() {
        return nanos.length;
    }

    /** @param share from 0 to 1 */
    double percentileMicros(double share) {
        return nanos[(int) Math.min(nanos.length - 1L, Math.round(nanos.length * share))] / 1_000.0;
    }
}
