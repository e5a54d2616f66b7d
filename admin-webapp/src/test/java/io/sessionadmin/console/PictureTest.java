package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PictureTest {

    private static final Instant NOW = Instant.parse("2026-11-26T13:00:00Z");

    @Test
    void whatWasNotLookedAtYetIsNotZero() {
        Picture.Hour hour = hour(5);

        assertThat(hour.unsampled()).as("56 of 60 minutes").isEqualTo("280.0");
        assertThat(hour.unsampledText()).startsWith("No sample before 12:56:00 UTC");
        assertThat(hour.live()).startsWith("280.0,");
        assertThat(hour.from()).as("an hour before").isEqualTo("12:00:00 UTC");
    }

    @Test
    void aWholeHourLacksNothing() {
        assertThat(hour(60).unsampled()).isEmpty();
        assertThat(hour(60).unsampledText()).isEmpty();
    }

    @Test
    void beforeTheFirstSampleThereIsNone() {
        assertThat(hour(0).unsampled()).isEqualTo("300.0");
        assertThat(hour(1).live()).as("one is no line").isEmpty();
        assertThat(hour(1).unsampledText()).startsWith("No sample before 13:00:00 UTC");
    }

    /** So many samples, the last one now. */
    private static Picture.Hour hour(int samples) {
        List<Sample> taken = IntStream.range(0, samples)
                .mapToObj(i -> new Sample(NOW.minusSeconds(60L * (samples - 1 - i)), 7, 2))
                .toList();
        return Picture.hour(taken, new Wording(new Messages(Locale.ENGLISH), NOW));
    }
}
