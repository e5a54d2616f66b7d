package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WordingTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:03:07Z");

    private final Wording words = new Wording(new Messages(Locale.ENGLISH), NOW);

    @Test
    void aFigureSaysHowFarItCanBeTrusted() {
        assertThat(words.figure(Figure.exact(4_812))).isEqualTo("4,812");
        assertThat(words.figure(Figure.estimate(1_000_000, Reason.NONE))).isEqualTo("about 1,000,000");
        assertThat(words.figure(Figure.exact(7).plus(Figure.unknown(Reason.said("no connection")))))
                .isEqualTo("at least 7");
    }

    @Test
    void whatIsNotKnownIsADashAndNeverZero() {
        Figure unknown = Figure.unknown(Reason.said("no connection"));

        assertThat(words.figure(unknown)).isEqualTo("\u2013");
        assertThat(words.figure(unknown.plus(Figure.ZERO))).isEqualTo("\u2013");
        assertThat(words.figure(Figure.ZERO.plus(unknown))).isEqualTo("\u2013");
        assertThat(words.figure(unknown.minus(3))).isEqualTo("\u2013");
        assertThat(words.say(Figure.ZERO.plus(unknown).reason())).isEqualTo("no connection");
    }

    @Test
    void aSumIsAsUncertainAsItsWorstPart() {
        Figure estimate = Figure.estimate(5, Reason.said("many rows"));

        assertThat(estimate.plus(Figure.exact(1))).isEqualTo(Figure.estimate(6, Reason.said("many rows")));
        assertThat(Figure.exact(2).plus(Figure.exact(3))).isEqualTo(Figure.exact(5));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "59, 59 s",
        "60, 1 min",
        "61, 1 min 1 s",
        "1170, 19 min",
        "3600, 1 h",
        "7500, 2 h 5 min",
        "86400, 1 d",
        "100000, 1 d 3 h",
        "-5, 0 s",
    })
    void durationsAreSaidInTheirLargestUnits(long seconds, String said) {
        assertThat(words.duration(Duration.ofSeconds(seconds))).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "999, 999 B", "1000, 1 kB", "8140, 8.1 kB", "69000, 69 kB", "999999, 1 MB", "16777216, 17 MB"
    })
    void sizesAreInUnitsOfAThousand(long bytes, String said) {
        assertThat(words.size(bytes)).isEqualTo(said);
    }

    @Test
    void aMomentOfAnotherDaySaysWhichOne() {
        assertThat(words.moment(NOW)).isEqualTo("12:03:07 UTC");
        assertThat(words.moment(NOW.minus(Duration.ofDays(1)))).isEqualTo("2026-11-20 12:03:07 UTC");
    }

    @Test
    void wordsOfOthersAreSaidAsTheyAre() {
        assertThat(words.say(Reason.said("it''s {0} 'quoted' {"))).isEqualTo("it''s {0} 'quoted' {");
        assertThat(words.say(Reason.NONE)).isEmpty();
    }

    @Test
    void oneSessionIsNotSeveral() {
        assertThat(words.say("scope.ofUser", 1, "alice", "/shop")).isEqualTo("Invalidate 1 session of alice in /shop");
        assertThat(words.say("scope.ofUser", 37, "alice", "/shop"))
                .isEqualTo("Invalidate 37 sessions of alice in /shop");
    }
}
