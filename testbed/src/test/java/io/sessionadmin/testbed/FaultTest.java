package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What goes wrong in a shop, a table or a database, and what must not come of it. */
final class FaultTest {

    private static final String SWAPPING =
            "maxIdleBackup=\"-1\" minIdleSwap=\"0\" maxIdleSwap=\"1\" processExpiresFrequency=\"1\"";

    /** Of a database that can't be reached, or does not answer. */
    private static final String IMPATIENT =
            "connectionTimeout=\"1000\" validationTimeout=\"500\" dataSource.socketTimeout=\"3\"";

    private static final String BACKING_UP = "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"";

    private static final Map<TomcatLine, TomcatNode> NODES = new EnumMap<>(TomcatLine.class);
    private static final Map<TomcatLine, TestDatabase> DATABASES = new EnumMap<>(TomcatLine.class);

    /** With /shop and, not distributable, /local; their database is well. */
    private static TomcatNode node(TomcatLine line) {
        return NODES.computeIfAbsent(line, key -> {
            TestDatabase db = TestPostgres.shared().database();
            DATABASES.put(line, db);
            return TomcatNode.on(line)
                    .withStore()
                    .manager()
                    .shop(StoreXml.jdbcStore(db))
                    .webapp("local", ShopWar.notDistributable(), StoreXml.jdbcStore(db))
                    .start();
        });
    }

    private static long rows(TomcatLine line, String context, String condition) {
        return Objects.requireNonNull(DATABASES.get(line))
                .count("tomcat_sessions where app_name = ? and " + condition, "/Catalina/localhost/" + context);
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(TomcatNode::close);
        DATABASES.values().forEach(TestDatabase::close);
    }

    @OnBothTomcats
    void anAttributeThatThrowsWhenItIsSavedLeavesTheOldRow(TomcatLine line) {
        TomcatNode node = node(line);
        Map<String, Class<?>> kinds = Map.of(
                "write_io", IOException.class,
                "write_runtime", IllegalStateException.class,
                "write_error", StackOverflowError.class);
        Map<String, Visitor> visitors = new TreeMap<>();
        for (String kind : kinds.keySet()) {
            visitors.put(kind, new Visitor());
            visitors.get(kind).on(node).put("color", "green");
        }
        Await.until("the first saves", () -> rows(line, "shop", "true") == kinds.size());
        visitors.forEach((kind, visitor) -> visitor.on(node).putPoison("bad", kind));
        for (Class<?> thrown : kinds.values()) {
            node.awaitLog("can't be saved: bad can't be serialised: " + thrown.getName());
        }
        assertThat(rows(line, "shop", "octet_length(session_data) > 100")).isEqualTo(3);
        visitors.values().forEach(visitor -> visitor.on(node).logout());
    }

    @OnBothTomcats
    void whatIsNotSerialisableIsLeftOutNamedAndStaysInMemory(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor();
        alice.on(node, "/local").put("color", "green");
        alice.on(node, "/local").putConnection("connection");
        alice.on(node, "/local").putHiddenConnection("hidden");
        for (String name : List.of("connection", "hidden")) {
            node.awaitLog("saved without an attribute, which only this node's memory has: " + name
                    + ": not serialisable: \\S+");
        }
        assertThat(alice.on(node, "/local").names()).isEqualTo("color,connection,hidden");
        node.reload("local");
        assertThat(alice.on(node, "/local").names()).isEqualTo("color");
    }

    @OnBothTomcats
    void aClassThatIsGoneCostsTheVisitorANewSessionAndNotAnErrorPage(TomcatLine line) {
        TomcatNode node = node(line);
        String manager = StoreXml.jdbcStore(Objects.requireNonNull(DATABASES.get(line)));
        node.deploy("changing", ShopWar.standard(), manager);
        var alice = new Visitor();
        alice.on(node, "/changing").addToCart("book");
        node.undeploy("changing");
        node.deploy("changing", ShopWar.without("Item"), manager);

        assertThat(alice.on(node, "/changing").get("color")).isNull();
        node.awaitLog("can't be read: class io.sessionadmin.testbed.shop.Item is not on the context's class path");
        assertThat(rows(line, "changing", "octet_length(session_data) > 100"))
                .as("the row stays")
                .isGreaterThanOrEqualTo(1);
        node.undeploy("changing");
        node.deploy("changing", ShopWar.standard(), manager);
        assertThat(alice.on(node, "/changing").cart()).isEqualTo("1 book");
    }

    @OnBothTomcats
    void aDatabaseThatStopsLosesNoSessionAndNoLogoutAndOneThatHangsHoldsNoStopForEver(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .webapp("swapping", ShopWar.standard(), StoreXml.jdbcStore(db, SWAPPING, IMPATIENT))
                        .webapp("saving", ShopWar.standard(), StoreXml.jdbcStore(db, BACKING_UP, IMPATIENT))
                        .start()) {
            stops(postgres, db, node);
            hangs(postgres, node);
        }
    }

    private static void stops(TestPostgres postgres, TestDatabase db, TomcatNode node) {
        var bob = new Visitor();
        bob.on(node, "/saving").put("color", "blue");
        Await.until("a row", () -> db.count("tomcat_sessions") == 1);
        var thief = bob.copy();
        var alice = new Visitor();
        alice.on(node, "/swapping").put("color", "green");
        postgres.stop();
        node.awaitLog("Sessions of /Catalina/localhost/swapping can't be saved");
        assertThat(alice.on(node, "/swapping").get("color")).isEqualTo("green");
        bob.on(node, "/saving").logout();

        postgres.start();
        String swapped = "tomcat_sessions where app_name = '/Catalina/localhost/swapping'";
        Await.until("it is swapped out now", () -> db.count(swapped) == 1);
        assertThat(alice.on(node, "/swapping").get("color")).isEqualTo("green");
        node.awaitLog("swapping can be saved again, after \\d+ s and \\d+ failures");
        assertThat(node.log().lines().filter(l -> l.contains("localhost/swapping can't be saved: ")))
                .as("one line for each change of state")
                .hasSize(1);
        Await.until("a tombstone", () -> db.count("tomcat_sessions where valid_session = '0'") == 1);
        assertThat(thief.on(node, "/saving").get("color")).isNull();
    }

    private static void hangs(TestPostgres postgres, TomcatNode node) {
        for (int i = 0; i < 50; i++) {
            new Visitor().on(node, "/saving").put("color", "green");
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

    /** It swallows the failure of an outage, and the manager drops the session. */
    @Test
    void tomcatsOwnStoreLosesThatRowAndASessionWhenTheDatabaseStops() {
        try (var postgres = TestPostgres.own();
                var rows = postgres.database();
                var db = postgres.database();
                var node = TomcatNode.on(TomcatLine.TOMCAT_11)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(rows))
                        .webapp("swapping", ShopWar.standard(), StoreXml.dataSourceStore(db, SWAPPING))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            Await.until("the first save", () -> rows.count("tomcat_sessions") == 1);
            alice.on(node).putPoison("bad", "write_io");
            Await.until("the row is lost", () -> rows.count("tomcat_sessions") == 0);

            var bob = new Visitor();
            bob.on(node, "/swapping").put("color", "blue");
            postgres.stop();
            node.awaitLog("DataSourceStore\\.save");
            postgres.start();
            assertThat(bob.on(node, "/swapping").get("color")).isNull();
        }
    }
}
