package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions.Reach;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.JobStatus.State;
import io.sessionadmin.console.model.NodeResult;
import io.sessionadmin.console.model.Preview;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.table.Handle;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class JobPageTest {

    private static final ContextAddress SHOP = new ContextAddress.Deployed("localhost", "/shop");

    private final Wording words = new Wording(new Messages(Locale.ENGLISH), Instant.EPOCH);

    @Test
    void aSessionThatCanComeBackIsNoSuccess() {
        JobPage page = page(State.DONE, 2, List.of(), Outcome.ENDED, Outcome.ENDED_FOR_NOW);

        assertThat(page.tone()).isEqualTo("warn");
        assertThat(page.rows().get(1).outcome().tone()).isEqualTo("warn");
        assertThat(page.rows().get(1).outcome().name()).isEqualTo("ended-for-now");
    }

    @Test
    void aFailureOutweighsEverything() {
        assertThat(page(State.DONE, 3, List.of(), Outcome.ENDED_FOR_NOW, Outcome.FAILED, Outcome.ENDED)
                        .tone())
                .isEqualTo("bad");
        assertThat(page(State.DONE, 2, List.of(), Outcome.ENDED_HERE, Outcome.GONE)
                        .tone())
                .isEqualTo("ok");
    }

    @Test
    void whatWasStoppedSaysHowManyWereLeftAlone() {
        JobPage page = page(State.STOPPED, 900, List.of(), Outcome.ENDED, Outcome.ENDED);

        assertThat(page.summary()).contains("2 ended").contains("898");
        assertThat(page.progress()).isEqualTo("2 of 900");
        assertThat(page.stop()).isEmpty();
    }

    @Test
    void whatRunsCanBeStoppedByWhoMay() {
        assertThat(page(State.RUNNING, 900, List.of(), Outcome.ENDED).stop()).endsWith("/stop");
        assertThat(of(status(State.RUNNING, 900, List.of(), Outcome.ENDED), false)
                        .stop())
                .isEmpty();
    }

    @Test
    void eachNodeSaysWhatItDidAndADeadOneIsNoSuccess() {
        JobPage page = page(
                State.DONE,
                1,
                List.of(
                        node("tc-1", NodeResult.State.HERE, 1),
                        node("tc-2", NodeResult.State.LOOKED, 0),
                        node("tc-3", NodeResult.State.SILENT, 0)),
                Outcome.ENDED);

        assertThat(page.nodes()).extracting(JobPage.Node::name).containsExactly("tc-1", "tc-2", "tc-3");
        assertThat(page.nodes())
                .extracting(JobPage.Node::detail)
                .satisfiesExactly(
                        here -> assertThat(here).isEqualTo("1 copy in memory has expired."),
                        looked -> assertThat(looked).isEqualTo("It held no copy."),
                        silent -> assertThat(silent).contains("40 s"));
        assertThat(page.tone()).isEqualTo("warn");
        assertThat(page.again()).as("nothing more will be said").isEmpty();
    }

    @Test
    void whoHasNotAnsweredIsAskedAgain() {
        assertThat(page(State.DONE, 1, List.of(node("tc-2", NodeResult.State.LATER, 0)), Outcome.ENDED)
                        .again())
                .endsWith("/jobs/7");
    }

    private static NodeResult node(String name, NodeResult.State state, int ended) {
        return new NodeResult(SHOP, name, state, ended, Duration.ofSeconds(40), Reason.NONE);
    }

    private JobPage page(State state, int total, List<NodeResult> nodes, Outcome... outcomes) {
        return of(status(state, total, nodes, outcomes), true);
    }

    private JobPage of(JobStatus status, boolean mayStop) {
        return JobPage.of(status, mayStop, ContextAddress::title, "token", "", words);
    }

    private static JobStatus status(State state, int total, List<NodeResult> nodes, Outcome... outcomes) {
        List<JobStatus.Result> results = Stream.of(outcomes)
                .map(outcome -> new JobStatus.Result(
                        SHOP, new InvalidationResult(Handle.of(outcome.name()), Optional.empty(), outcome, List.of())))
                .toList();
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        Stream.of(outcomes).forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return new JobStatus(
                "7",
                state,
                new Selection.Named(SHOP, List.of()),
                List.of(new Preview.Part(SHOP, total, Reach.ALL_NODES)),
                Optional.empty(),
                "admin",
                "",
                Instant.EPOCH,
                null,
                total,
                counts,
                results,
                List.of(),
                nodes);
    }
}
