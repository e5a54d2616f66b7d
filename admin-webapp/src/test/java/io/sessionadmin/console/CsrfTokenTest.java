package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class CsrfTokenTest {

    private final SettableClock clock = new SettableClock();
    private final CsrfToken csrf = new CsrfToken(clock);

    @Test
    void aTokenIsAcceptedFromItsUserOnly() {
        String token = csrf.issue("alice");

        assertThat(csrf.accepts("alice", token)).isTrue();
        assertThat(csrf.accepts("bob", token)).isFalse();
    }

    @Test
    void aTokenIsGoodForElevenHoursAndNoLongerThanTwelve() {
        String token = csrf.issue("alice");

        clock.now = clock.now.plus(Duration.ofHours(11));
        assertThat(csrf.accepts("alice", token)).isTrue();
        clock.now = clock.now.plus(Duration.ofHours(1));
        assertThat(csrf.accepts("alice", token)).isFalse();
    }

    @Test
    void aTokenOfTheFutureOrOfAnotherDeploymentIsRefused() {
        String foreign = new CsrfToken(clock).issue("alice");
        String token = csrf.issue("alice");

        assertThat(csrf.accepts("alice", foreign)).isFalse();
        clock.now = clock.now.minus(Duration.ofHours(1));
        assertThat(csrf.accepts("alice", token)).isFalse();
    }

    @Test
    void nonsenseIsRefused() {
        assertThat(csrf.accepts("alice", "")).isFalse();
        assertThat(csrf.accepts("alice", "\ud800 not even text")).isFalse();
        assertThat(csrf.accepts("", csrf.issue("alice"))).isFalse();
    }

    private static final class SettableClock extends Clock {
        private Instant now = Instant.parse("2026-11-21T12:30:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
