package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each expired session is reaped by exactly one node, and none that is in use anywhere. */
final class ExpiryTest {
    private static final int VISITORS = 20;

    /** The strict one and the sticky one that sweep each second. */
    private static final List<String> CONTEXTS = List.of("/shop", "/backup");

    @OnBothTomcats
    void eachExpiredSessionIsReapedOnceAndItsListenersAreToldOnce(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        List<List<Integer>> before = CONTEXTS.stream().map(nodes::destroyed).toList();
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            var visitor = new Visitor();
            for (String context : CONTEXTS) {
                visitor.on(nodes.node(i % 3), context).maxInactive(4);
            }
            visitors.add(visitor);
        }
        for (int i = 0; i < VISITORS; i += 2) {
            for (String context : CONTEXTS) {
                Visitor visitor = visitors.get(i);
                Await.until("a row", () -> nodes.rows(visitor, context) == 1);
                visitor.on(nodes.node((i + 1) % 3), context).touch();
            }
        }
        for (String context : CONTEXTS) {
            int told = Cluster.sum(before.get(CONTEXTS.indexOf(context)));
            Await.until(
                    "all are reaped",
                    () -> visitors.stream().allMatch(visitor -> nodes.rows(visitor, context) == 0)
                            && Cluster.sum(nodes.destroyed(context)) - told >= VISITORS);
        }
        awaitPasses();
        for (String context : CONTEXTS) {
            assertThat(Cluster.sum(nodes.destroyed(context)) - Cluster.sum(before.get(CONTEXTS.indexOf(context))))
                    .isEqualTo(VISITORS);
            for (Visitor visitor : visitors) {
                assertThat(visitor.copy().on(nodes.node(0), context).touch()).isFalse();
                nodes.assertNoLogHas(visitor, context);
            }
        }
    }

    /** What another node would do wrong it does in its next passes, and there is one each second. */
    private static void awaitPasses() {
        long start = System.nanoTime();
        Await.until(
                "each node has swept",
                () -> System.nanoTime() - start > Duration.ofMillis(2_500).toNanos());
    }

    @OnBothTomcats
    void anIdleCopyDoesNotEndASessionThatIsUsedElsewhere(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        List<List<Integer>> before = CONTEXTS.stream().map(nodes::destroyed).toList();
        var alice = new Visitor();
        for (String context : CONTEXTS) {
            alice.on(nodes.node(0), context).put("color", "green");
            alice.on(nodes.node(0), context).maxInactive(3);
            Await.until(
                    "a row that says so",
                    () -> nodes.database()
                                    .count(
                                            "tomcat_sessions where max_inactive = 3 and session_id = ?",
                                            alice.sessionCookie(context).orElseThrow())
                            == 1);
        }
        long start = System.nanoTime();
        Await.until("the copy has been idle for twice as long as it may", () -> {
            for (String context : CONTEXTS) {
                assertThat(alice.on(nodes.node(1), context).get("color")).isEqualTo("green");
            }
            return System.nanoTime() - start > Duration.ofMillis(6_500).toNanos();
        });
        for (String context : CONTEXTS) {
            assertThat(alice.on(nodes.node(2), context).get("color")).isEqualTo("green");
            assertThat(alice.on(nodes.node(0), context).get("color")).isEqualTo("green");
            assertThat(nodes.destroyed(context)).isEqualTo(before.get(CONTEXTS.indexOf(context)));
            alice.on(nodes.node(1), context).logout();
        }
    }

    @Test
    void onTomcatsOwnStoreItDoes() {
        try (var db = TestPostgres.shared().database();
                var nodes = Cluster.of(
                        2,
                        TomcatLine.TOMCAT_11,
                        db,
                        node -> node.shop(
                                StoreXml.dataSourceStore(db, "maxIdleBackup=\"0\" processExpiresFrequency=\"1\"")))) {
            var alice = new Visitor();
            alice.on(nodes.node(0)).put("color", "green");
            alice.on(nodes.node(0)).maxInactive(3);
            Await.until("a row", () -> db.count("tomcat_sessions where max_inactive = 3") == 1);
            Await.until("the row is gone, though the session is in use", () -> {
                assertThat(alice.on(nodes.node(1)).get("color")).isEqualTo("green");
                return db.count("tomcat_sessions") == 0;
            });
        }
    }

    @OnBothTomcats
    void aRowThatTheSweepCannotReadStopsNothing(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        List<Integer> before = nodes.destroyed("/shop");
        List<Visitor> expired = new ArrayList<>();
        for (String kind : List.of("read_error", "read_runtime", "none")) {
            var visitor = new Visitor();
            visitor.on(nodes.node(0)).putPoison("bad", kind);
            expired.add(nodes.likeInTable(visitor, "/shop", 100_000));
        }
        Await.until(
                "all three are reaped", () -> expired.stream().allMatch(stored -> nodes.rows(stored, "/shop") == 0));
        Await.until(
                "listeners are told of the one that can be read",
                () -> Cluster.sum(nodes.destroyed("/shop")) - Cluster.sum(before) == 1);
        var bob = new Visitor();
        bob.on(nodes.node(0)).maxInactive(1);
        Await.until("the sweep goes on", () -> nodes.rows(bob, "/shop") == 0);
    }

    /** Both clocks matter not: what counts is what the table says, by the clock of the table. */
    @OnBothTomcats
    void whatNeverExpiresStaysAndWhatTheTableCallsExpiredGoes(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        String aged =
                "update tomcat_sessions set last_access = 1, reap_after = 0, version = version + 1 where session_id = ?";
        var forever = new Visitor();
        forever.on(nodes.node(0)).put("kind", "forever");
        forever.on(nodes.node(0)).maxInactive(-1);
        nodes.database().update(aged, forever.sessionCookie().orElseThrow());
        var old = new Visitor();
        old.on(nodes.node(0)).put("kind", "old");
        Visitor stored = nodes.likeInTable(old, "/shop", 2_000);
        assertThat(stored.on(nodes.node(1)).touch())
                .as("it has expired, reaped or not")
                .isFalse();
        Await.until("it is reaped", () -> nodes.rows(stored, "/shop") == 0);
        for (TomcatNode node : nodes.nodes()) {
            assertThat(forever.on(node).get("kind")).isEqualTo("forever");
            assertThat(old.on(node).get("kind")).isEqualTo("old");
        }
    }
}
