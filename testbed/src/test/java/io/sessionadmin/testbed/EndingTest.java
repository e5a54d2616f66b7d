package io.sessionadmin.testbed;

import static io.sessionadmin.testbed.TwoNodes.meanwhile;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session that has ended is gone on every node, its listeners are told once, and it never comes back. */
final class EndingTest {

    // ------------------------------------------------------------------ logout

    /** /sticky looks at no row of what it has in memory: a node can only have heard of it. */
    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, /shop",
        "TOMCAT_10, /sticky",
        "TOMCAT_11, /shop",
        "TOMCAT_11, /sticky",
    })
    void aLogoutIsHeardOfOnAllNodes(TomcatLine line, String context) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, context);
        Visitor thief = alice.copy();
        List<Integer> before = nodes.destroyed(context);
        alice.on(nodes.node(1), context).logout();
        nodes.awaitGone(thief, context);
        assertThat(difference(before, nodes.destroyed(context))).containsExactly(0, 1, 0);
    }

    @OnBothTomcats
    void aLogoutThatNobodyHearsIsSeenAtTheNextLookUp(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/deaf");
        Visitor thief = alice.copy();
        List<Integer> before = nodes.destroyed("/deaf");
        alice.on(nodes.node(1), "/deaf").logout();
        for (TomcatNode node : nodes.nodes()) {
            assertThat(thief.on(node, "/deaf").get("color"))
                    .as("at the first look-up on " + node)
                    .isNull();
        }
        assertThat(difference(before, nodes.destroyed("/deaf"))).containsExactly(0, 1, 0);
    }

    @OnBothTomcats
    void aLogoutThatNobodyHearsIsSeenByTheNextBackgroundPass(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/backup");
        Visitor thief = alice.copy();
        List<Integer> before = nodes.destroyed("/backup");
        alice.on(nodes.node(1), "/backup").logout();
        nodes.awaitGone(thief, "/backup");
        assertThat(difference(before, nodes.destroyed("/backup"))).containsExactly(0, 1, 0);
    }

    /** The operator may keep PostgreSQL from taking new connections: what is open works, and listens no more. */
    @OnBothTomcats
    void aNodeWhoseListenerIsCutOffLooksAndHearsAgainLater(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        TestDatabase db = nodes.database();
        TestDatabase administration = db.server().postgres();
        Visitor strict = everywhere(nodes, "/shop");
        Visitor sticky = everywhere(nodes, "/sticky");
        Visitor thief = sticky.copy();
        administration.update("alter database " + db.name() + " allow_connections false");
        try {
            administration.rows(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where datname = ? and application_name = 'session-store listener'",
                    db.name());
            nodes.nodes().forEach(node -> node.awaitLog("/shop that end elsewhere are not heard of at once"));
            Visitor strictThief = strict.copy();
            strict.on(nodes.node(0)).logout();
            for (TomcatNode node : nodes.nodes()) {
                assertThat(strictThief.on(node).get("color")).isNull();
            }
            sticky.on(nodes.node(0), "/sticky").logout();
        } finally {
            administration.update("alter database " + db.name() + " allow_connections true");
        }
        nodes.nodes().forEach(node -> node.awaitLog("/sticky that end elsewhere are heard of at once again"));
        nodes.awaitGone(thief, "/sticky");
    }

    @Test
    void onTomcatsOwnStoreALogoutIsNotSeenElsewhere() {
        try (var db = TestPostgres.shared().database();
                var nodes = Cluster.of(2, TomcatLine.TOMCAT_11, db, node -> node.shop(StoreXml.dataSourceStore(db)))) {
            var alice = new Visitor();
            alice.on(nodes.node(0)).put("color", "green");
            Await.until("a backup", () -> db.count("tomcat_sessions") == 1);
            assertThat(alice.on(nodes.node(1)).get("color")).isEqualTo("green");
            var thief = alice.copy();
            alice.on(nodes.node(0)).logout();
            assertThat(thief.on(nodes.node(1)).get("color")).isEqualTo("green");
            nodes.node(1).stop();
            assertThat(thief.on(nodes.node(0)).get("color"))
                    .as("its stop writes it back")
                    .isEqualTo("green");
        }
    }

    // ------------------------------------------------------------------ never written back

    @OnBothTomcats
    void aBackupDoesNotWriteItBack(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/backup");
        Visitor thief = alice.copy();
        thief.on(nodes.node(0), "/backup").put("color", "blue");
        alice.on(nodes.node(1), "/backup").logout();
        nodes.awaitGone(thief, "/backup");
        assertThat(nodes.rows(thief, "/backup")).isZero();
    }

    /** The request may end with an error, as on a single Tomcat, or not; it must not bring the session back. */
    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, /shop", "TOMCAT_10, /deaf", "TOMCAT_10, /sticky", "TOMCAT_10, /backup",
        "TOMCAT_11, /shop", "TOMCAT_11, /deaf", "TOMCAT_11, /sticky", "TOMCAT_11, /backup",
    })
    void aSlowRequestThatSpansTheLogoutDoesNotWriteItBack(TomcatLine line, String context) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, context);
        Visitor thief = alice.copy();
        List<Integer> before = nodes.destroyed(context);
        var slow = meanwhile(() -> thief.on(nodes.node(0), context)
                .pausing(TwoNodes.LONG)
                .post("/api/put", "name", "color", "value", "blue"));
        var door = new Visitor().on(nodes.node(0), context);
        Await.until("a request that pauses", () -> door.paused() == 1);
        alice.on(nodes.node(1), context).logout();
        door.resume();
        slow.join();
        nodes.awaitGone(alice, context);
        assertThat(nodes.rows(alice, context)).isZero();
        assertThat(Cluster.sum(difference(before, nodes.destroyed(context)))).isEqualTo(1);
    }

    @OnBothTomcats
    void theStopOfANodeWithAChangedCopyDoesNotWriteItBack(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/quiet");
        Visitor thief = alice.copy();
        thief.on(nodes.node(2), "/quiet").put("color", "blue");
        alice.on(nodes.node(1), "/quiet").logout();
        nodes.node(2).stop();
        assertThat(nodes.rows(thief, "/quiet")).isZero();
        nodes.node(2).start();
        assertThat(thief.on(nodes.node(2), "/quiet").get("color")).isNull();
    }

    @OnBothTomcats
    void aNodeThatWasCutOffMeanwhileDoesNotWriteItBack(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        for (String context : List.of("/sticky", "/backup")) {
            Visitor alice = everywhere(nodes, context);
            Visitor thief = alice.copy();
            List<Integer> before = nodes.destroyed(context);
            thief.on(nodes.node(0), context).put("color", "blue");
            nodes.node(0).suspend();
            try {
                alice.on(nodes.node(1), context).logout();
            } finally {
                nodes.node(0).resume();
            }
            nodes.awaitGone(thief, context);
            assertThat(nodes.rows(thief, context)).isZero();
            assertThat(difference(before, nodes.destroyed(context))).containsExactly(0, 1, 0);
        }
    }

    // ------------------------------------------------------------------ by hand

    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, /shop", "TOMCAT_10, /deaf", "TOMCAT_10, /backup",
        "TOMCAT_11, /shop", "TOMCAT_11, /deaf", "TOMCAT_11, /backup",
    })
    void aTombstoneOfTheDatabasesAdministratorEndsItAndIsToldOnce(TomcatLine line, String context) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, context);
        List<Integer> before = nodes.destroyed(context);
        nodes.database()
                .update("update tomcat_sessions set valid_session = '0' where session_id = ?", id(alice, context));
        nodes.awaitGone(alice, context);
        assertThat(Cluster.sum(difference(before, nodes.destroyed(context)))).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"TOMCAT_10, /shop", "TOMCAT_10, /deaf", "TOMCAT_11, /shop", "TOMCAT_11, /deaf"})
    void aRowThatIsDeletedByHandEndsItAndIsToldOnce(TomcatLine line, String context) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, context);
        List<Integer> before = nodes.destroyed(context);
        nodes.database().update("delete from tomcat_sessions where session_id = ?", id(alice, context));
        nodes.awaitGone(alice, context);
        assertThat(nodes.rows(alice, context)).isZero();
        assertThat(Cluster.sum(difference(before, nodes.destroyed(context)))).isEqualTo(1);
    }

    @OnBothTomcats
    void aBackupOfARowThatIsDeletedByHandDoesNotWriteItBack(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/backup");
        nodes.database().update("delete from tomcat_sessions where session_id = ?", id(alice, "/backup"));
        alice.on(nodes.node(0), "/backup").put("color", "blue");
        nodes.awaitGone(alice, "/backup");
        assertThat(nodes.rows(alice, "/backup")).isZero();
    }

    // ------------------------------------------------------------------ by the console

    @OnBothTomcats
    void aNodeThatHoldsWhatTheConsoleOfAnotherOneEndsTellsItsListeners(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        for (String context : List.of("/shop", "/sticky")) {
            Visitor alice = everywhere(nodes, context);
            List<Integer> before = nodes.destroyed(context);
            end(nodes, alice, context);
            nodes.awaitGone(alice, context);
            assertThat(Cluster.sum(difference(before, nodes.destroyed(context))))
                    .isEqualTo(1);

            var bob = new Visitor();
            bob.on(nodes.node(2), context).put("color", "green");
            Cluster.pass(nodes.node(2), context);
            awaitHeldBy(nodes, bob, context, nodes.node(2));
            before = nodes.destroyed(context);
            end(nodes, bob, context);
            nodes.awaitGone(bob, context);
            assertThat(difference(before, nodes.destroyed(context))).containsExactly(0, 0, 1);
        }
    }

    @OnBothTomcats
    void theConsolesNodeTellsTheListenersOfWhatNobodyHolds(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        var bob = new Visitor();
        bob.on(nodes.node(1)).put("color", "green");
        Visitor alice = nodes.likeInTable(bob, "/shop", 0);
        List<Integer> before = nodes.destroyed("/shop");
        end(nodes, alice, "/shop");
        nodes.awaitGone(alice, "/shop");
        assertThat(difference(before, nodes.destroyed("/shop"))).containsExactly(1, 0, 0);
        nodes.assertNoLogHas(alice, "/shop");
    }

    private static void end(Cluster nodes, Visitor visitor, String context) {
        var admin = new Admin(nodes.node(0));
        String handle = nodes.database().query("""
                select encode(substring(sha256(replace(session_id, '\\', '\\\\')::bytea) from 1 for 16), 'hex')
                  from tomcat_sessions where session_id = ? and valid_session <> '0'""", id(visitor, context));
        assertThat(admin.invalidate(context, List.of(String.valueOf(handle)))).contains("data-outcome=\"ended");
    }

    // ------------------------------------------------------------------ tombstones

    @OnBothTomcats
    void tombstonesGoWhenNobodyCanNeedThemAnyMore(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        Visitor alice = everywhere(nodes, "/shop");
        String id = id(alice, "/shop");
        alice.copy().on(nodes.node(0)).logout();
        assertThat(nodes.database().count("tomcat_sessions where valid_session = '0' and session_id = ?", id))
                .isEqualTo(1);
        assertThat(nodes.database()
                        .count(
                                "tomcat_sessions where max_inactive >= 1800 and octet_length(session_data) = 0"
                                        + " and session_id = ?",
                                id))
                .as("it stays as long as a copy could")
                .isEqualTo(1);
        nodes.database()
                .update(
                        "update tomcat_sessions set last_access = last_access - (max_inactive + 600) * 1000::bigint,"
                                + " reap_after = 0 where session_id = ?",
                        id);
        Await.until("it is gone", () -> nodes.database().count("tomcat_sessions where session_id = ?", id) == 0);
        nodes.assertNoLogHas(alice, "/shop");
    }

    // ------------------------------------------------------------------ who is where

    /** A visitor whose session all three nodes have in memory, and which is saved. */
    private static Visitor everywhere(Cluster nodes, String context) {
        var visitor = new Visitor();
        visitor.on(nodes.node(1), context).put("color", "green");
        if (context.equals("/sticky") || context.equals("/quiet")) {
            Cluster.pass(nodes.node(1), context);
        }
        Await.until("it is saved", () -> nodes.rows(visitor, context) == 1);
        for (TomcatNode node : nodes.nodes()) {
            assertThat(visitor.on(node, context).get("color")).isEqualTo("green");
        }
        return visitor;
    }

    private static void awaitHeldBy(Cluster nodes, Visitor visitor, String context, TomcatNode node) {
        Await.until(
                node + " holds it",
                () -> nodes.database()
                                .count(
                                        "tomcat_sessions where held and node = ? and session_id = ?",
                                        node.name(),
                                        id(visitor, context))
                        == 1);
    }

    private static String id(Visitor visitor, String context) {
        return visitor.sessionCookie(context).orElseThrow();
    }

    private static List<Integer> difference(List<Integer> before, List<Integer> after) {
        return java.util.stream.IntStream.range(0, before.size())
                .mapToObj(i -> after.get(i) - before.get(i))
                .toList();
    }
}
