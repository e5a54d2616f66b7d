package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A node that stops leaves all of its sessions to the others, and one that starts loads none. */
final class ShutdownTest {
    private static final int SESSIONS = 5_000;
    private static final int CLIENTS = 4;
    private static final String NOT_BY_ITSELF =
            "coherence=\"sticky\" maxIdleBackup=\"-1\" processExpiresFrequency=\"100000\" stopTimeout=\"60\"";

    @OnBothTomcats
    void aStopSavesThousandsOfSessionsAndAStartLoadsNone(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var nodes = Cluster.of(
                        2, line, db, node -> node.manager().shop(StoreXml.sharedManager(db, NOT_BY_ITSELF, "")))) {
            TomcatNode one = nodes.node(0);
            List<Visitor> visitors = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> CompletableFuture.supplyAsync(() -> shoppers(one, SESSIONS / CLIENTS)))
                    .toList()
                    .stream()
                    .flatMap(client -> client.join().stream())
                    .toList();
            var poisoned = new Visitor();
            poisoned.on(one).putPoison("bad", "write_error");
            assertThat(db.count("tomcat_sessions")).isZero();

            long before = System.nanoTime();
            one.stop();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
            assertThat(db.count("tomcat_sessions where not held")).isEqualTo(SESSIONS);
            assertThat(one.log()).contains("1 sessions of /Catalina/localhost/shop are not in the store");
            for (int i = 0; i < SESSIONS; i += 97) {
                assertThat(visitors.get(i).on(nodes.node(1)).get("number")).isEqualTo("visitor");
            }

            one.start();
            assertThat(one.managerText("sessions?path=/shop")).doesNotContain("] sessions");
            assertThat(Cluster.jmx(one, "get=Catalina%3Atype%3DStore%2Chost%3Dlocalhost%2Ccontext%3D%2Fshop&att=Loads"))
                    .contains("= 0");
            assertThat(visitors.get(1).on(one).get("number")).isEqualTo("visitor");
            visitors.stream().limit(20).forEach(visitor -> nodes.assertNoLogHas(visitor, "/shop"));
        }
    }

    private static List<Visitor> shoppers(TomcatNode node, int count) {
        var visitors = new ArrayList<Visitor>(count);
        for (int i = 0; i < count; i++) {
            visitors.add(new Visitor());
            visitors.get(i).on(node).put("number", "visitor");
        }
        return visitors;
    }

    @OnBothTomcats
    void aNodeThatKeepsNothingOverARestartLeavesTheSessionsOfOthersAlone(TomcatLine line) {
        try (var db = TestPostgres.shared().database()) {
            Consumer<TomcatSetup> forgetful =
                    node -> node.shop(StoreXml.sharedManager(db, "saveOnRestart=\"false\"", ""))
                            .webapp(
                                    "sticky",
                                    ShopWar.standard(),
                                    StoreXml.sharedManager(db, NOT_BY_ITSELF + " saveOnRestart=\"false\"", ""));
            Consumer<TomcatSetup> other = node -> node.shop(StoreXml.sharedManager(db))
                    .webapp("sticky", ShopWar.standard(), StoreXml.sharedManager(db, NOT_BY_ITSELF, ""));
            try (var nodes = Cluster.of(line, db, List.of(forgetful, other))) {
                var alice = new Visitor();
                alice.on(nodes.node(1)).put("color", "green");
                assertThat(alice.on(nodes.node(0)).get("color")).isEqualTo("green");
                var bob = new Visitor();
                bob.on(nodes.node(0)).put("color", "blue");
                var unsaved = new Visitor();
                unsaved.on(nodes.node(0), "/sticky").put("color", "red");
                nodes.node(0).stop();
                assertThat(nodes.node(0).log())
                        .as("listeners are told of what was nowhere else, and of nothing else")
                        .contains("shop: session destroyed, 1 so far")
                        .doesNotContain("shop: session destroyed, 2 so far");
                assertThat(alice.on(nodes.node(1)).get("color")).isEqualTo("green");
                assertThat(bob.on(nodes.node(1)).get("color")).isEqualTo("blue");
                assertThat(unsaved.on(nodes.node(1), "/sticky").get("color")).isNull();
                assertThat(db.count("tomcat_sessions where valid_session = '0'"))
                        .isZero();
            }
        }
    }
}
