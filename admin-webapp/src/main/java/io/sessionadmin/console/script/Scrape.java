package io.sessionadmin.console.script;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last measurement, for all who ask within some seconds: however many scrape, and however often, the database is asked
 * as if one did. Safe for use by several threads; who asks while it is measured waits for that.
 */
final class Scrape {

    static final Duration GOOD_FOR = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private @Nullable MetricSnapshots last;
    private long measuredAt;

    Scrape(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized MetricSnapshots or(Supplier<MetricSnapshots> measure) {
        MetricSnapshots known = last;
        if (known == null || nanoTime.getAsLong() - measuredAt >= GOOD_FOR.toNanos()) {
            known = measure.get();
            last = known;
            measuredAt = nanoTime.getAsLong();
        }
        return known;
    }
}
