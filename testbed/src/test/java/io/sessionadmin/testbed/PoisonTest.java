package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attributes that fail when they are saved or read, and classes that one node does not have. */
final class PoisonTest {
    private static final Map<TomcatLine, Cluster> NODES = new EnumMap<>(TomcatLine.class);

    /** /shop: strict; /backup: sticky; /rolling: strict, and the second node's has no Item. */
    private static Cluster nodes(TomcatLine line) {
        return NODES.computeIfAbsent(line, key -> {
            TestDatabase db = TestPostgres.shared().database();
            String each = "processExpiresFrequency=\"1\" ";
            var wars = List.of(ShopWar.standard(), ShopWar.without("Item"));
            return Cluster.of(
                    line,
                    db,
                    wars.stream()
                            .<java.util.function.Consumer<TomcatSetup>>map(
                                    war -> node -> node.shop(StoreXml.sharedManager(db, each, ""))
                                            .webapp(
                                                    "backup",
                                                    ShopWar.standard(),
                                                    StoreXml.sharedManager(
                                                            db, each + "coherence=\"sticky\" maxIdleBackup=\"0\"", ""))
                                            .webapp("rolling", war, StoreXml.sharedManager(db, each, "")))
                            .toList());
        });
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(Cluster::close);
    }

    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, /shop, write_io, java.io.IOException",
        "TOMCAT_10, /shop, write_error, java.lang.StackOverflowError",
        "TOMCAT_10, /backup, write_error, java.lang.StackOverflowError",
        "TOMCAT_11, /shop, write_runtime, java.lang.IllegalStateException",
        "TOMCAT_11, /backup, write_runtime, java.lang.IllegalStateException",
    })
    void whatCannotBeSavedIsNamedOnceCostsOthersNothingAndIsSavedWhenItCan(
            TomcatLine line, String context, String kind, String thrown) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        TomcatNode two = nodes.node(1);
        int start = one.log().length();
        var alice = new Visitor();
        alice.on(one, context).put("color", "green");
        Await.until("the first save", () -> nodes.rows(alice, context) == 1);
        alice.on(one, context).putPoison("bad", kind);
        alice.on(one, context).put("size", "M");
        Pattern named = Pattern.compile("can't be saved: bad can't be serialised: " + Pattern.quote(thrown));
        Await.until(
                "it is named", () -> named.matcher(one.log().substring(start)).find());

        var bob = new Visitor();
        bob.on(one, context).put("color", "blue");
        Await.until("others are saved", () -> nodes.rows(bob, context) == 1);
        assertThat(bob.on(two, context).get("color")).isEqualTo("blue");
        assertThat(alice.on(one, context).names()).isEqualTo("bad,color,size");
        assertThat(alice.on(two, context).names()).as("the old row stays").isEqualTo("color");

        long failed = System.nanoTime();
        Await.until("it was tried again", () -> System.nanoTime() - failed > 2_500_000_000L);
        assertThat(named.matcher(one.log().substring(start)).results()).hasSize(1);
        alice.on(one, context).remove("bad");
        Await.until(
                "it is saved",
                () -> nodes.database()
                                .count(
                                        "tomcat_sessions where position('size'::bytea in session_data) > 0 and session_id = ?",
                                        alice.sessionCookie(context).orElseThrow())
                        == 1);
        if (context.equals("/shop")) {
            assertThat(alice.on(two, context).names()).isEqualTo("color,size");
        }
        nodes.assertNoLogHas(alice, context);
    }

    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, read_io",
        "TOMCAT_10, read_error",
        "TOMCAT_11, read_runtime",
        "TOMCAT_11, read_error",
    })
    void whatCannotBeReadIsRefusedThereAndServedWhereItIs(TomcatLine line, String kind) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        TomcatNode two = nodes.node(1);
        int start = two.log().length();
        var alice = new Visitor();
        alice.on(one).put("color", "green");
        alice.on(one).putPoison("bad", kind);
        for (int i = 0; i < 3; i++) {
            assertRefused(alice, two, "/shop");
            alice.on(one).put("round", "round " + i);
        }
        assertThat(two.log().substring(start).lines().filter(entry -> entry.contains("can't be read: ")))
                .hasSize(1);
        assertThat(two.log().substring(start)).doesNotContain("\tat ");
        alice.on(one).remove("bad");
        assertThat(alice.on(two).names()).isEqualTo("color,round");
        nodes.assertNoLogHas(alice, "/shop");
    }

    /** Also when that node has had the session in memory before. */
    @OnBothTomcats
    void aClassThatOneNodeDoesNotHaveYetLosesNothing(TomcatLine line) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        TomcatNode two = nodes.node(1);
        int start = two.log().length();
        for (boolean known : List.of(false, true)) {
            var alice = new Visitor();
            alice.on(one, "/rolling").put("color", "green");
            if (known) {
                alice.on(two, "/rolling").put("color", "blue");
            }
            alice.on(one, "/rolling").addToCart("book");
            for (int i = 0; i < 3; i++) {
                assertRefused(alice, two, "/rolling");
                alice.on(one, "/rolling").addToCart("mug");
            }
            assertThat(alice.on(one, "/rolling").cart()).isEqualTo("1 book, 3 mug");
            assertThat(alice.on(one, "/rolling").get("color")).isEqualTo(known ? "blue" : "green");
            nodes.assertNoLogHas(alice, "/rolling");
        }
        assertThat(two.log().substring(start)).containsPattern("class io.sessionadmin.testbed.shop.Item is not on the");
        assertThat(two.log().substring(start)).doesNotContain("\tat ");
    }

    private static void assertRefused(Visitor visitor, TomcatNode node, String context) {
        String cookie = visitor.sessionCookie(context).orElseThrow();
        HttpResponse<String> refused = visitor.on(node, context).post("/api/get", "name", "color");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(visitor.sessionCookie(context)).contains(cookie);
    }
}
