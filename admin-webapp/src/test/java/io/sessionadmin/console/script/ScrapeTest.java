package io.sessionadmin.console.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often scrapers cost the database something. */
final class ScrapeTest {

    private final AtomicLong nanos = new AtomicLong(42);
    private final AtomicInteger measured = new AtomicInteger();
    private final Scrape scrape = new Scrape(nanos::get);

    @Test
    void scrapersWithinSomeSecondsShareOneMeasurement() {
        MetricSnapshots first = ask();
        nanos.addAndGet(Scrape.GOOD_FOR.toNanos() - 1);

        assertThat(ask()).isSameAs(first);
        assertThat(measured).hasValue(1);
    }

    @Test
    void anOldMeasurementIsNotShown() {
        ask();
        nanos.addAndGet(Scrape.GOOD_FOR.toNanos());
        ask();

        assertThat(measured).hasValue(2);
    }

    private MetricSnapshots ask() {
        return scrape.or(() -> {
            measured.incrementAndGet();
            return MetricSnapshots.builder().build();
        });
    }
}
