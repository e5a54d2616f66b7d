package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.store.ClusterAnswers.State;
import io.sessionadmin.table.Handle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions that are ended from outside, many at once, and what each node says about its copies. */
final class OutsideEndingTest {

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    @Test
    void aNodeThatHearsNothingIsNotSaidToHaveEndedItsCopyBeforeItHas() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String both = one.newSession("who", "ann").getIdInternal();
        String here = one.newSession("who", "bob").getIdInternal();
        assertThat(two.find(both)).isNotNull();
        awaitAnnounced(2);

        assertThat(one.store.invalidate(List.of(both, here)))
                .containsEntry(both, new Invalidation(true, true, true))
                .containsEntry(here, new Invalidation(true, true, true));
        ClusterAnswers answers = one.store.answers().orElseThrow();
        List<Handle> ended = List.of(Handle.of(both), Handle.of(here));
        Instant asked = answers.ask();
        assertThat(answers.answers(ended, asked)).singleElement().satisfies(answer -> {
            assertThat(answer.node()).isEqualTo("tc-2");
            assertThat(answer.state()).isEqualTo(State.DEAF);
            assertThat(answer.ended()).isEmpty();
        });
        assertThat(two.holds(both)).isTrue();

        two.pass();
        await(() -> answers.answers(ended, asked).get(0).state() == State.LOOKED);
        assertThat(answers.answers(ended, asked).get(0).ended()).containsExactly(Handle.of(both));
        assertThat(two.holds(both)).isFalse();
        assertThat(Stream.concat(one.told.stream(), two.told.stream())).containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void aCopyThatEndedAtALookUpIsTheNodesAnswerToo() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        assertThat(two.find(id)).isNotNull();
        awaitAnnounced(2);
        one.store.invalidate(List.of(id));
        Instant asked = one.store.answers().orElseThrow().ask();
        assertThat(two.find(id)).isNull();
        two.pass();

        ClusterAnswers answers = one.store.answers().orElseThrow();
        await(() -> answers.answers(List.of(Handle.of(id)), asked).get(0).state() == State.LOOKED);
        assertThat(answers.answers(List.of(Handle.of(id)), asked).get(0).ended())
                .containsExactly(Handle.of(id));
    }

    @Test
    void aNodeThatIsNotHeardOfIsSaidToBeSilentAndAStoppedOneIsLeftOut() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        awaitAnnounced(1);
        nodes.execute("""
                insert into tomcat_sessions_nodes (app_name, node, instance, tomcat, store, coherence, max_idle_backup,
                    started_at, heartbeat, node_time, live, at_risk, overdue, failing, listening, stopped)
                select app_name, name, name, tomcat, store, coherence, max_idle_backup, started_at,
                       heartbeat - interval '40 seconds', node_time, 0, 0, 0, 0, true, name = 'stopped'
                  from tomcat_sessions_nodes, (values ('dead'), ('stopped')) as others (name)""");
        String id = one.newSession("who", "ann").getIdInternal();
        one.store.invalidate(List.of(id));
        ClusterAnswers answers = one.store.answers().orElseThrow();

        assertThat(answers.answers(List.of(Handle.of(id)), answers.ask()))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.node()).isEqualTo("dead");
                    assertThat(answer.state()).isEqualTo(State.SILENT);
                    assertThat(answer.heartbeatAge()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(70));
                });
    }

    @Test
    void aHundredSessionsEndInOneTransactionAndTheirListenersAreToldOnce() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        List<String> ids =
                IntStream.range(0, 100).mapToObj(i -> newSession(one, "s" + i)).toList();
        for (String id : ids.subList(0, 50)) {
            assertThat(two.find(id)).isNotNull();
        }
        String before = nodes.value("select count(distinct xmin::text) from tomcat_sessions");
        assertThat(before).isNotEqualTo("1");
        assertThat(two.store.invalidate(ids)).hasSize(100).allSatisfy((id, done) -> assertThat(done.rowFound())
                .isTrue());
        one.pass();

        assertThat(nodes.value("select count(*) from tomcat_sessions where valid_session = '0'"))
                .isEqualTo("100");
        assertThat(Stream.concat(one.told.stream(), two.told.stream()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> "s" + i).toList());
        for (String id : ids) {
            assertThat(one.find(id)).isNull();
        }
    }

    private static String newSession(SharedTomcat node, String who) {
        try {
            return node.newSession("who", who).getIdInternal();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitAnnounced(int count) throws Exception {
        await(() -> nodes.value("select count(*) from tomcat_sessions_nodes").equals(Integer.toString(count)));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
