package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** Tomcat's own store and ours read each other's rows, so there is a way here and a way back. */
final class InteroperationTest {
    private static final List<String> CONTEXTS = List.of("/shop", "/outlet");

    /** Without what makes another table; a table must be there. */
    private static final String AS_IT_IS = "schema=\"validate\"";

    /** /shop has our table, /outlet that of Tomcat's documentation, with its six columns. */
    @OnBothTomcats
    void aVisitorKeepsTheCartOnTheWayFromTomcatsStoreToOursAndBack(TomcatLine line) {
        try (var ours = TestPostgres.shared().database();
                var six = TestPostgres.shared().database()) {
            StoreXml.createDocumentedTable(six);
            List<TestDatabase> databases = List.of(ours, six);
            var maker = TomcatNode.on(line)
                    .withStore()
                    .shop(StoreXml.sharedManager(ours))
                    .start();
            maker.close(); // has made the table
            try (var node = TomcatNode.on(line)
                    .withStore()
                    .shop(StoreXml.dataSourceStore(ours))
                    .webapp("outlet", ShopWar.standard(), StoreXml.dataSourceStore(six))
                    .start()) {
                var alice = new Visitor();
                for (String context : CONTEXTS) {
                    alice.on(node, context).addToCart("book");
                    alice.on(node, context).put("color", "green");
                }
                List<String> steps = List.of("jdbc", "stock", "shared", "stock");
                for (int step = 0; step < steps.size(); step++) {
                    node.stop();
                    for (int i = 0; i < CONTEXTS.size(); i++) {
                        change(node, CONTEXTS.get(i), databases.get(i), steps.get(step));
                    }
                    node.start();
                    for (String context : CONTEXTS) {
                        assertThat(alice.on(node, context).get("color"))
                                .as(context + " " + steps.get(step))
                                .isEqualTo("green");
                        alice.on(node, context).addToCart("mug");
                        assertThat(alice.on(node, context).cart()).isEqualTo("1 book, " + (step + 1) + " mug");
                    }
                }
            }
        }
    }

    private static void change(TomcatNode node, String context, TestDatabase db, String to) {
        String manager =
                switch (to) {
                    case "shared" -> StoreXml.sharedManager(db, "", AS_IT_IS);
                    case "jdbc" -> StoreXml.jdbcStore(db, "maxIdleBackup=\"0\"", AS_IT_IS);
                    default -> StoreXml.dataSourceStore(db);
                };
        try {
            Files.writeString(
                    node.base().resolve("conf/Catalina/localhost" + context + ".xml"),
                    "<Context docBase=\"" + ShopWar.standard().toAbsolutePath() + "\">" + manager + "</Context>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** While one node after the other is changed, both kinds are there. What was saved is read by either. */
    @OnBothTomcats
    void eachReadsWhatTheOtherHasSavedLast(TomcatLine line) {
        try (var db = TestPostgres.shared().database()) {
            try (var nodes = Cluster.of(
                    line,
                    db,
                    List.of(
                            node -> node.shop(StoreXml.sharedManager(db)),
                            node -> node.shop(StoreXml.sharedManager(db))))) {
                var alice = new Visitor();
                alice.on(nodes.node(0)).addToCart("book");
                nodes.node(1).stop();
                change(nodes.node(1), "/shop", db, "stock");
                nodes.node(1).start();
                assertThat(alice.on(nodes.node(1)).cart())
                        .as("Tomcat's store reads our row")
                        .isEqualTo("1 book");
                alice.on(nodes.node(1)).addToCart("mug");
                nodes.node(1).stop();
                assertThat(alice.on(nodes.node(0)).cart())
                        .as("we read Tomcat's row")
                        .isEqualTo("1 book, 1 mug");
                var thief = alice.copy();
                alice.on(nodes.node(0)).logout();
                nodes.node(1).start();
                assertThat(thief.on(nodes.node(1)).cart())
                        .as("our tombstone is nothing to Tomcat's")
                        .isNull();
            }
        }
    }

    @OnBothTomcats
    void twoNodesShareATableOfSixColumns(TomcatLine line) {
        try (var db = TestPostgres.shared().database()) {
            StoreXml.createDocumentedTable(db);
            try (var nodes = Cluster.of(
                    2,
                    line,
                    db,
                    node -> node.shop(StoreXml.sharedManager(db, "processExpiresFrequency=\"1\"", AS_IT_IS)))) {
                TomcatNode one = nodes.node(0);
                TomcatNode two = nodes.node(1);
                var alice = new Visitor();
                for (int i = 1; i <= 10; i++) {
                    assertThat(alice.on(nodes.node(i % 2)).count("n")).isEqualTo(i);
                }
                var slow = TwoNodes.meanwhile(
                        () -> alice.on(one).pausing(TwoNodes.LONG).put("one", "1"));
                var door = new Visitor().on(one);
                Await.until("a request that pauses", () -> door.paused() == 1);
                alice.on(two).put("two", "2");
                door.resume();
                slow.join();
                for (TomcatNode node : nodes.nodes()) {
                    assertThat(alice.on(node).names()).isEqualTo("n,one,two");
                }
                var thief = alice.copy();
                alice.on(two).login("alice");
                assertThat(thief.on(one).names()).isNull();
                assertThat(alice.on(one).user()).isEqualTo("alice");
                var loggedIn = alice.copy();
                alice.on(one).logout();
                assertThat(loggedIn.on(two).user()).isNull();
                var brief = new Visitor();
                brief.on(one).maxInactive(1);
                Await.until("it is reaped", () -> nodes.rows(brief, "/shop") == 0);
                one.kill();
                var bob = new Visitor();
                bob.on(two).put("color", "green");
                one.start();
                assertThat(bob.on(one).get("color")).isEqualTo("green");
            }
        }
    }
}
