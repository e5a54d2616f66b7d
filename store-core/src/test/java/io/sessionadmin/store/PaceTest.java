package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often a housekeeper does something. */
final class PaceTest {

    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(3).toNanos());

    private boolean isDueAfter(Pace pace, Duration time) {
        nanos.addAndGet(time.toNanos());
        return pace.isDue();
    }

    @Test
    void itIsDueWhenItsTimeHasGoneByHoweverFewRoundsThatWere() {
        Pace pace = Pace.after(Duration.ofSeconds(4), nanos::get);
        assertThat(pace.isDue()).isFalse();
        for (int second = 1; second <= 3; second++) {
            assertThat(isDueAfter(pace, Duration.ofSeconds(1))).isFalse();
        }
        assertThat(isDueAfter(pace, Duration.ofSeconds(1))).isTrue();
        assertThat(isDueAfter(pace, Duration.ofSeconds(9)))
                .as("one round that took long")
                .isTrue();
        assertThat(pace.isDue()).as("once, though two were missed").isFalse();
    }

    @Test
    void whatIsDueAtOnceIsNotDueAgainBeforeItsTime() {
        Pace pace = Pace.atOnceAndAfter(Duration.ofSeconds(10), nanos::get);
        assertThat(pace.isDue()).isTrue();
        assertThat(isDueAfter(pace, Duration.ofSeconds(9))).isFalse();
        assertThat(isDueAfter(pace, Duration.ofSeconds(1))).isTrue();
    }
}
