package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What goes wrong in a shop, a table or a database, and what must not come of it. */
final class FaultTest {

    private static final String SWAPPING =
            "maxIdleBackup=\"-1\" minIdleSwap=\"0\" maxIdleSwap=\"1\" processExpiresFrequency=\"1\"";

    /** Of a database that can't be reached, or does not answer. */
    private static final String IMPATIENT =
            "connectionTimeout=\"1000\" validationTimeout=\"500\" dataSource.socketTimeout=\"3\"";

    private static final String BACKING_UP = "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"";

    @OnBothTomcats
    void anAttributeThatThrowsWhenItIsSavedLeavesTheOldRow(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            Map<String, Class<?>> kinds = Map.of(
                    "write_io", IOException.class,
                    "write_runtime", IllegalStateException.class,
                    "write_error", StackOverflowError.class);
            Map<String, Visitor> visitors = new TreeMap<>();
            for (String kind : kinds.keySet()) {
                visitors.put(kind, new Visitor());
                visitors.get(kind).on(node).put("color", "green");
            }
            Await.until("the first saves", () -> db.count("tomcat_sessions") == kinds.size());
            visitors.forEach((kind, visitor) -> visitor.on(node).putPoison("bad", kind));
            for (Class<?> thrown : kinds.values()) {
                node.awaitLog("can't be saved: bad can't be serialised: " + thrown.getName());
            }
            node.kill();
            assertThat(db.count("tomcat_sessions where octet_length(session_data) > 100"))
                    .isEqualTo(3);
        }
    }

    @Test
    void tomcatsOwnStoreLosesThatRow() {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(TomcatLine.TOMCAT_11)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            Await.until("the first save", () -> db.count("tomcat_sessions") == 1);
            alice.on(node).putPoison("bad", "write_io");
            Await.until("the row is lost", () -> db.count("tomcat_sessions") == 0);
        }
    }

    @OnBothTomcats
    void whatIsNotSerialisableIsLeftOutNamedAndStaysInMemory(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .webapp("shop", ShopWar.notDistributable(), StoreXml.jdbcStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            alice.on(node).putConnection("connection");
            alice.on(node).putHiddenConnection("hidden");
            node.awaitLog(
                    "saved without an attribute, which only this node's memory has: connection: not serialisable: \\S+");
            node.awaitLog(
                    "saved without an attribute, which only this node's memory has: hidden: not serialisable: \\S+");
            assertThat(alice.on(node).names()).isEqualTo("color,connection,hidden");
            node.restart();
            assertThat(alice.on(node).names()).isEqualTo("color");
        }
    }

    @OnBothTomcats
    void aDatabaseThatStopsDuringSwapOutLosesNothing(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, SWAPPING, IMPATIENT))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            postgres.stop();
            node.awaitLog("Sessions of /Catalina/localhost/shop can't be saved");
            assertThat(alice.on(node).get("color")).isEqualTo("green");

            postgres.start();
            Await.until("it is swapped out now", () -> db.count("tomcat_sessions") == 1);
            assertThat(alice.on(node).get("color")).isEqualTo("green");
            node.awaitLog("can be saved again, after \\d+ s and \\d+ failures");
            assertThat(node.logOfThisRun().lines().filter(l -> l.contains("localhost/shop can't be saved: ")))
                    .as("one line for each change of state")
                    .hasSize(1);
        }
    }

    @Test
    void tomcatsOwnStoreLosesASessionThen() {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(TomcatLine.TOMCAT_11)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(db, SWAPPING))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            postgres.stop();
            node.awaitLog("DataSourceStore\\.save"); // it swallows the failure, and the manager drops the session
            postgres.start();
            assertThat(alice.on(node).get("color")).isNull();
        }
    }

    @OnBothTomcats
    void aLogoutWhileTheDatabaseIsAwayIsCarriedOutLater(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, BACKING_UP, IMPATIENT))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            Await.until("a row", () -> db.count("tomcat_sessions") == 1);
            var thief = alice.copy();
            postgres.stop();
            alice.on(node).logout();
            postgres.start();
            Await.until("a tombstone", () -> db.count("tomcat_sessions where valid_session = '0'") == 1);
            assertThat(thief.on(node).get("color")).isNull();
        }
    }

    @OnBothTomcats
    void aDatabaseThatHangsDoesNotHoldAStopForEver(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, BACKING_UP, IMPATIENT))
                        .start()) {
            for (int i = 0; i < 50; i++) {
                new Visitor().on(node).put("color", "green");
            }
            postgres.suspend();
            try {
                long before = System.nanoTime();
                node.stop();
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
            } finally {
                postgres.resume();
            }
        }
    }

    @OnBothTomcats
    void aClassThatIsGoneCostsTheVisitorANewSessionAndNotAnErrorPage(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var after = TomcatNode.on(line)
                        .withStore()
                        .webapp("shop", ShopWar.without("Item"), StoreXml.jdbcStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).addToCart("book");
            node.stop();

            assertThat(alice.on(after).get("color")).isNull();
            after.awaitLog("can't be read: class io.sessionadmin.testbed.shop.Item is not on the context's class path");
            assertThat(db.count("tomcat_sessions where octet_length(session_data) > 100"))
                    .as("the row stays")
                    .isGreaterThanOrEqualTo(1);
            node.start();
            assertThat(alice.on(node).cart()).isEqualTo("1 book");
        }
    }
}
