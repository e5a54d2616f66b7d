package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResultPageTest {

    private final Wording words = new Wording(new Messages(Locale.ENGLISH), Instant.EPOCH);

    @Test
    void aSessionThatCanComeBackIsNoSuccess() {
        ResultPage page = page(Outcome.ENDED, Outcome.ENDED_FOR_NOW);

        assertThat(page.tone()).isEqualTo("warn");
        assertThat(page.rows().get(1).outcome().tone()).isEqualTo("warn");
        assertThat(page.rows().get(1).outcome().name()).isEqualTo("ended-for-now");
    }

    @Test
    void aFailureOutweighsEverything() {
        assertThat(page(Outcome.ENDED_FOR_NOW, Outcome.FAILED, Outcome.ENDED).tone())
                .isEqualTo("bad");
        assertThat(page(Outcome.ENDED_HERE, Outcome.GONE).tone()).isEqualTo("ok");
    }

    private ResultPage page(Outcome... outcomes) {
        List<InvalidationResult> results = List.of(outcomes).stream()
                .map(outcome -> new InvalidationResult(Handle.of(outcome.name()), Optional.empty(), outcome, List.of()))
                .toList();
        return ResultPage.of(new ContextAddress.Deployed("localhost", "/shop"), "/shop", results, "", words);
    }
}
