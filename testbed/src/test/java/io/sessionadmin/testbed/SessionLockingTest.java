package io.sessionadmin.testbed;

import static io.sessionadmin.testbed.TwoNodes.LONG;
import static io.sessionadmin.testbed.TwoNodes.allDone;
import static io.sessionadmin.testbed.TwoNodes.meanwhile;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;

/** sessionLocking: whether requests of one session wait for each other, for applications whose counters must count. */
final class SessionLockingTest {
    private static final Map<TomcatLine, TwoNodes> NODES = new EnumMap<>(TomcatLine.class);

    /** With /free, /queue and /turns: requests of a session wait for none, for those of their node, for all. */
    private static TwoNodes nodes(TomcatLine line) {
        return NODES.computeIfAbsent(
                line,
                key -> new TwoNodes(
                        key,
                        db -> node -> Map.of("free", "none", "queue", "node", "turns", "cluster")
                                .forEach((context, locking) -> node.webapp(
                                        context,
                                        ShopWar.standard(),
                                        StoreXml.sharedManager(
                                                db, "sessionLocking=\"" + locking + "\"", "maximumPoolSize=\"3\"")))));
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(TwoNodes::close);
    }

    @OnBothTomcats
    void withoutItRequestsThatOverlapCountOnce(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor();
        alice.on(nodes.one(), "/free").put("color", "green");
        var counts = IntStream.range(0, 3)
                .mapToObj(i -> meanwhile(
                        () -> alice.on(nodes.one(), "/free").pausing(LONG).count("n")))
                .toList();
        nodes.resume("/free", 3, 0);
        allDone(counts);
        assertThat(alice.on(nodes.one(), "/free").get("n")).isEqualTo("1");
    }

    @OnBothTomcats
    void requestsOfOneNodeCountExactly(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        assertCountsExactly(nodes, "/queue", List.of(nodes.one()));
        assertCountsExactly(nodes, "/turns", List.of(nodes.one()));
    }

    @OnBothTomcats
    void requestsOfTheWholeClusterCountExactly(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        assertCountsExactly(nodes, "/turns", nodes.both());
    }

    private static void assertCountsExactly(TwoNodes nodes, String context, List<TomcatNode> where) {
        var alice = new Visitor();
        alice.on(nodes.one(), context).put("color", "green");
        allDone(IntStream.range(0, 6)
                .mapToObj(i -> meanwhile(() -> alice.on(where.get(i % where.size()), context)
                        .pausing(60)
                        .count("n")))
                .toList());
        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node, context).get("n")).isEqualTo("6");
        }
    }

    @OnBothTomcats
    void aLockHoldsUpNoOtherSessionAndNoConnection(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var counts = IntStream.range(0, 8)
                .mapToObj(i -> new Visitor())
                .map(visitor -> {
                    visitor.on(nodes.one(), "/turns").put("color", "green");
                    return meanwhile(() ->
                            visitor.on(nodes.one(), "/turns").pausing(LONG).count("n"));
                })
                .toList();
        nodes.resume("/turns", 8, 0);
        allDone(counts);
    }

    @OnBothTomcats
    void aNodeThatDiesWithALockDoesNotKeepIt(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor().patience(Duration.ofSeconds(60));
        alice.on(nodes.one(), "/turns").count("n");
        var lost = meanwhile(() -> alice.on(nodes.one(), "/turns").pausing(LONG).count("n"));
        nodes.awaitPaused("/turns", 1, 0);
        nodes.one().kill();
        try {
            assertThat(lost).failsWithin(Duration.ofSeconds(10));
            assertThat(alice.on(nodes.two(), "/turns").count("n")).isEqualTo(2);
        } finally {
            nodes.one().start();
        }
    }
}
