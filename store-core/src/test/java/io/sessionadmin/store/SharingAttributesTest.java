package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.store.SharingSettings.Coherence;
import io.sessionadmin.store.SharingSettings.OnStoreUnavailable;
import io.sessionadmin.store.SharingSettings.SessionLocking;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SharingAttributesTest {

    private final SharingAttributes attributes = new SharingAttributes();

    @Test
    void withoutAttributesAnyNodeMayServeAnyRequestAndNobodyWaits() {
        assertThat(attributes.freeze())
                .isEqualTo(new SharingSettings(
                        Coherence.STRICT,
                        Duration.ofSeconds(60),
                        SessionLocking.NONE,
                        Duration.ofSeconds(30),
                        OnStoreUnavailable.ERROR,
                        Duration.ofSeconds(30)));
        assertThat(attributes.node()).isEmpty();
    }

    @Test
    void eachAttributeIsTakenAsItIsWritten() {
        attributes.set("coherence", " sticky ");
        attributes.set("touchInterval", "1");
        attributes.set("sessionLocking", "cluster");
        attributes.set("sessionLockTimeout", "3600");
        attributes.set("onStoreUnavailable", "newSession");
        attributes.set("stopTimeout", "7");
        attributes.set("node", " tc-1 ");

        assertThat(attributes.freeze())
                .isEqualTo(new SharingSettings(
                        Coherence.STICKY,
                        Duration.ofSeconds(1),
                        SessionLocking.CLUSTER,
                        Duration.ofSeconds(3600),
                        OnStoreUnavailable.NEW_SESSION,
                        Duration.ofSeconds(7)));
        assertThat(attributes.node()).contains("tc-1");
    }

    @ParameterizedTest
    @CsvSource({
        "coherence,          loose,       use strict or sticky",
        "coherence,          STRICT,      use strict or sticky",
        "coherence,          '',          use strict or sticky",
        "sessionLocking,     yes,         use none or node or cluster",
        "onStoreUnavailable, new_session, use error or newSession",
        "touchInterval,      0,           use a number of seconds from 1 to 3600",
        "touchInterval,      3601,        use a number of seconds from 1 to 3600",
        "touchInterval,      -5,          use a number of seconds from 1 to 3600",
        "touchInterval,      1m,          use a number of seconds from 1 to 3600",
        "touchInterval,      '',          use a number of seconds from 1 to 3600",
        "sessionLockTimeout, 0,           use a number of seconds from 1 to 3600",
        "sessionLockTimeout, 99999999999, use a number of seconds from 1 to 3600",
        "stopTimeout,        never,       use a number of seconds from 1 to 3600",
    })
    void aWrongValueIsRefusedWithWhatToDo(String name, String value, String whatToDo) {
        attributes.set(name, value);
        assertThatThrownBy(attributes::freeze)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("<Manager " + name + "=\"" + value + "\">: " + whatToDo);
    }

    @ParameterizedTest
    @ValueSource(strings = {"coherense", "Coherence", "maxIdleBackupp", "className2"})
    void anUnknownAttributeIsRefusedWithThoseThatThereAre(String name) {
        attributes.set(name, "sticky");
        assertThatThrownBy(attributes::freeze)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("<Manager " + name + "=\"sticky\">: there is no such attribute")
                .hasMessageContainingAll(
                        "Tomcat's PersistentManager",
                        "coherence",
                        "touchInterval",
                        "sessionLocking",
                        "sessionLockTimeout",
                        "node",
                        "onStoreUnavailable",
                        "stopTimeout");
    }

    @Test
    void aNodeIsNamedByAtMost255CharactersOnOneLine() {
        attributes.set("node", "x".repeat(255));
        assertThat(attributes.freeze()).isNotNull();
        for (String name : new String[] {"x".repeat(256), "a\nb", "a\u0000b"}) {
            attributes.set("node", name);
            assertThatThrownBy(attributes::freeze)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("<Manager node=\"...\">: use at most 255 characters, and no control characters");
        }
    }

    @Test
    void anEmptyNameOfANodeIsNone() {
        attributes.set("node", "  ");
        assertThat(attributes.node()).isEmpty();
        assertThat(attributes.freeze()).isNotNull();
    }

    @Test
    void accessesAreWrittenSoOftenThatNoRowIsOlderThanTheGrace() {
        SharingSettings minute = attributes.freeze();
        assertThat(minute.intervalMillis(1800)).isEqualTo(58_000);
        assertThat(minute.intervalMillis(100)).as("a tenth of it").isEqualTo(8_000);
        assertThat(minute.intervalMillis(5)).isZero();
        assertThat(minute.intervalMillis(-1)).as("never expires").isEqualTo(58_000);
    }
}
