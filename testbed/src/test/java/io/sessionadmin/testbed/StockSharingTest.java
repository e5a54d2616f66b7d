package io.sessionadmin.testbed;

import static io.sessionadmin.testbed.TwoNodes.allDone;
import static io.sessionadmin.testbed.TwoNodes.meanwhile;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The opposite, on Tomcat's own PersistentManager, DataSourceStore and PersistentValve: what the tests of
 * SharedPersistentManager look for is there to be found.
 */
final class StockSharingTest {
    private static TwoNodes nodes;

    /** With /shop, which writes each request's session at its end, and /backup, which writes in the background. */
    @BeforeAll
    static void start() {
        nodes = new TwoNodes(
                TomcatLine.TOMCAT_11,
                db -> node -> node.shop(StoreXml.dataSourceStore(db)
                                + "<Valve className=\"org.apache.catalina.valves.PersistentValve\"/>")
                        .webapp("backup", ShopWar.standard(), StoreXml.dataSourceStore(db)));
        nodes.database().delaySaves("tomcat_sessions", Duration.ofMillis(150), "true");
    }

    @AfterAll
    static void close() {
        nodes.close();
    }

    @Test
    void aClientThatAlternatesLosesWhatWasAnsweredWithAContentLength() {
        try (var client = new EagerClient()) {
            for (int i = 0; i < 6; i++) {
                client.get(nodes.at(i), "/shop/api/count?name=n&answer=exact");
            }
            assertThat(client.get(nodes.one(), "/shop/api/get?name=n").body()).isNotEqualTo("6");
        }
    }

    @Test
    void ofTwoChangesThatOverlapOneIsLost() {
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        var requests = List.of(
                meanwhile(() -> alice.on(nodes.one()).pausing(TwoNodes.LONG).put("one", "1")),
                meanwhile(() -> alice.on(nodes.two()).pausing(TwoNodes.LONG).put("two", "2")));
        nodes.resume("/shop", 1, 1);
        allDone(requests);
        assertThat(alice.on(nodes.one()).names()).isIn("color,one", "color,two");
    }

    @Test
    void aRequestThatOnlyReadsOverwritesWhatOthersHaveChangedMeanwhile() {
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        var reader =
                meanwhile(() -> alice.on(nodes.two()).pausing(TwoNodes.LONG).get("color"));
        nodes.awaitPaused("/shop", 0, 1);
        alice.on(nodes.one()).put("color", "blue");
        nodes.resume("/shop", 0, 1);
        reader.join();
        assertThat(alice.on(nodes.one()).get("color")).isEqualTo("green");
    }

    @Test
    void anOldIdLivesOnInTheMemoryOfOtherNodes() {
        var alice = new Visitor();
        alice.on(nodes.one(), "/backup").put("color", "green");
        awaitBackup(alice);
        assertThat(alice.on(nodes.two(), "/backup").get("color")).isEqualTo("green");
        var thief = alice.copy();
        alice.on(nodes.one(), "/backup").login("alice");
        assertThat(thief.on(nodes.two(), "/backup").get("color")).isEqualTo("green");
    }

    @Test
    void eachSwapInIsACreationToListeners() {
        var alice = new Visitor();
        alice.on(nodes.one(), "/backup").put("color", "green");
        awaitBackup(alice);
        String events = new Visitor().on(nodes.two(), "/backup").events();
        alice.on(nodes.two(), "/backup").touch();
        assertThat(new Visitor().on(nodes.two(), "/backup").events()).isNotEqualTo(events);
    }

    private static void awaitBackup(Visitor visitor) {
        String id = visitor.sessionCookie("/backup").orElseThrow();
        Await.until("a backup", () -> nodes.database().count("tomcat_sessions where session_id = ?", id) == 1);
    }

    @Test
    void aReadWritesTheWholeRow() {
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        String row = "select xmin from tomcat_sessions where session_id = ?";
        String before = nodes.database().query(row, alice.sessionCookie().orElseThrow());
        alice.on(nodes.one()).touch();
        assertThat(nodes.database().query(row, alice.sessionCookie().orElseThrow()))
                .isNotEqualTo(before);
    }
}
