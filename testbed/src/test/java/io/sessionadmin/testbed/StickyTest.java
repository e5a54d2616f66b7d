package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/** coherence="sticky": sessions are written in the background, and read where they are not in memory. */
final class StickyTest {
    private static final Map<TomcatLine, TwoNodes> NODES = new EnumMap<>(TomcatLine.class);

    /** With /shop, which backs up after two idle seconds, and /swapping, which swaps out after one. */
    private static TwoNodes nodes(TomcatLine line) {
        return NODES.computeIfAbsent(
                line,
                key -> new TwoNodes(
                        key,
                        db -> node -> node.shop(StoreXml.sharedManager(
                                        db,
                                        "coherence=\"sticky\" maxIdleBackup=\"2\" processExpiresFrequency=\"1\"",
                                        ""))
                                .webapp(
                                        "swapping",
                                        ShopWar.standard(),
                                        StoreXml.sharedManager(
                                                db,
                                                "coherence=\"sticky\" minIdleSwap=\"0\" maxIdleSwap=\"1\""
                                                        + " processExpiresFrequency=\"1\"",
                                                ""))));
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(TwoNodes::close);
    }

    @OnBothTomcats
    void aSessionIsBackedUpWhenItIsIdleAndAgainWhenItWasUsedAgain(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        assertThat(saved(nodes, alice)).isNull();
        String first = awaitSaved(nodes, alice, null);
        assertThat(nodes.database().count("tomcat_sessions where held and session_id = ?", id(alice)))
                .isEqualTo(1);
        alice.on(nodes.one()).put("color", "blue");
        assertThat(saved(nodes, alice)).isEqualTo(first);
        awaitSaved(nodes, alice, first);
    }

    @OnBothTomcats
    void aSessionIsSwappedOutAndInWithoutANewCreation(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor();
        alice.on(nodes.one(), "/swapping").put("color", "green");
        String events = alice.on(nodes.one(), "/swapping").events();
        String id = alice.sessionCookie("/swapping").orElseThrow();
        Await.until(
                "it is swapped out",
                () -> nodes.database().count("tomcat_sessions where not held and session_id = ?", id) == 1);
        assertThat(alice.on(nodes.one(), "/swapping").get("color")).isEqualTo("green");
        assertThat(alice.on(nodes.one(), "/swapping").events()).isEqualTo(events);
    }

    @OnBothTomcats
    void anotherNodeTakesOverWhatWasBackedUp(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        awaitSaved(nodes, alice, null);
        nodes.one().kill();
        try {
            assertThat(alice.on(nodes.two()).get("color")).isEqualTo("green");
        } finally {
            nodes.one().start();
        }
    }

    @OnBothTomcats
    void aVisitorWhoComesBackFindsWhatTheOtherNodeHasSaved(TomcatLine line) {
        TwoNodes nodes = nodes(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        String first = awaitSaved(nodes, alice, null);
        alice.on(nodes.two()).put("color", "blue");
        alice.on(nodes.two()).put("size", "M");
        awaitSaved(nodes, alice, first);
        assertThat(alice.on(nodes.one()).names()).isEqualTo("color,size");
        assertThat(alice.on(nodes.one()).get("color")).isEqualTo("blue");
    }

    private static String awaitSaved(TwoNodes nodes, Visitor visitor, @Nullable String before) {
        Await.until("a save", () -> {
            String now = saved(nodes, visitor);
            return now != null && !now.equals(before);
        });
        return String.valueOf(saved(nodes, visitor));
    }

    private static @Nullable String saved(TwoNodes nodes, Visitor visitor) {
        return nodes.database().query("select version from tomcat_sessions where session_id = ?", id(visitor));
    }

    private static String id(Visitor visitor) {
        return visitor.sessionCookie().orElseThrow();
    }
}
