package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;

/** What the shop does to a session when it is asked to. */
final class ShopTest {
    private static final Map<TomcatLine, TomcatNode> NODES = new EnumMap<>(TomcatLine.class);

    /** With a shop for each test, as listeners count; /one takes what can't be serialised, /joint and /outlet share ids. */
    private static TomcatNode node(TomcatLine line) {
        return NODES.computeIfAbsent(line, key -> {
            String together = "crossContext=\"true\" sessionCookiePath=\"/\"";
            TomcatSetup node = TomcatNode.on(key)
                    .webapp("one", ShopWar.notDistributable(), "")
                    .webapp("joint", ShopWar.standard(), together, StoreXml.memory())
                    .webapp("outlet", ShopWar.standard(), together, StoreXml.memory());
            for (String shop : List.of("cart", "many", "login", "form", "pause", "wishes", "shelf")) {
                node.webapp(shop, ShopWar.standard(), StoreXml.memory());
            }
            return node.start();
        });
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(TomcatNode::close);
    }

    @OnBothTomcats
    void visitorsHaveASessionEachAndKeepIt(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor().on(node, "/cart");
        var bob = new Visitor().on(node, "/cart");
        alice.put("color", "green");
        assertThat(alice.get("color")).isEqualTo("green");
        assertThat(bob.get("color")).isNull();
        assertThat(bob.touch()).isFalse();
        alice.remove("color");
        assertThat(alice.get("color")).isNull();

        alice.addToCart("book");
        alice.addToCart("book");
        alice.addToCart("mug");
        assertThat(alice.cart()).isEqualTo("2 book, 1 mug");

        alice.big("history", 64);
        assertThat(alice.get("history")).hasSize(64 * 1024);
        alice.putHiddenConnection("connection");
        alice.putPoison("poison", "write_error");
        assertThat(alice.names()).isEqualTo("cart,connection,history,poison");
        assertThat(alice.events()).isEqualTo("created=1 destroyed=0 renamed=0");
    }

    @OnBothTomcats
    void onlyAShopThatIsNotDistributableTakesWhatCannotBeSerialised(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor();
        alice.on(node, "/one").putConnection("connection");
        assertThat(alice.on(node, "/one").names()).isEqualTo("connection");
        assertThatThrownBy(() -> alice.on(node, "/many").putConnection("connection"))
                .hasMessageContaining("Non-serializable");
    }

    @OnBothTomcats
    void aLoginChangesTheIdAndALogoutEndsTheSession(TomcatLine line) {
        TomcatNode node = node(line);
        var visitor = new Visitor();
        var alice = visitor.on(node, "/login");
        alice.put("color", "green");
        var thief = visitor.copy();
        alice.login("alice");
        assertThat(alice.user()).isEqualTo("alice");
        assertThat(visitor.sessionCookie("/login")).isNotEqualTo(thief.sessionCookie("/login"));
        assertThat(thief.on(node, "/login").user()).isNull();
        alice.logout();
        assertThat(alice.user()).isNull();
        assertThat(alice.events()).isEqualTo("created=1 destroyed=1 renamed=1");
    }

    @OnBothTomcats
    void theContainerKnowsWhoHasLoggedInByForm(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor().on(node, "/form");
        assertThat(alice.remoteUser()).isNull();
        assertThat(alice.formLogin("alice")).isEqualTo("alice");
        assertThatThrownBy(() -> new Visitor().on(node, "/form").formLogin("nobody"))
                .hasMessageContaining("refused");
    }

    @OnBothTomcats
    void aCounterCountsInWhateverWayItIsAnswered(TomcatLine line) {
        TomcatNode node = node(line);
        try (var client = new EagerClient()) {
            var kinds = new LinkedHashMap<String, Integer>();
            kinds.put("plain", 200);
            kinds.put("exact", 200);
            kinds.put("flushed", 200);
            kinds.put("closed", 200);
            kinds.put("large", 200);
            kinds.put("large_exact", 200);
            kinds.put("empty", 204);
            kinds.put("redirect", 302);
            kinds.put("error", 409);
            kinds.put("error_page", 410);
            kinds.put("thrown", 500);
            kinds.put("thrown_page", 500);
            kinds.put("late", 200);
            kinds.put("async", 200);
            kinds.put("async_exact", 200);
            kinds.put("async_dispatch", 200);
            kinds.put("forward", 200);
            kinds.put("after_forward", 200);
            kinds.put("include", 200);
            kinds.put("cross_forward", 200);
            kinds.put("cross_include", 200);
            kinds.forEach((kind, status) -> assertThat(
                            client.get(node, "/joint/api/count?name=n&other=/outlet&answer=" + kind)
                                    .status())
                    .as(kind)
                    .isEqualTo(status));
            assertThat(client.get(node, "/joint/api/get?name=n").body()).isEqualTo("" + kinds.size());
            assertThat(client.get(node, "/joint/api/get?name=pages").body()).isEqualTo("2");
            assertThat(client.get(node, "/outlet/api/get?name=n").body()).isEqualTo("2");
        }
    }

    @OnBothTomcats
    void aRequestPausesBetweenReadingAndChanging(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor().on(node, "/pause");
        alice.count("n");
        var slow = CompletableFuture.runAsync(() -> alice.pausing(60_000).count("n"));
        Await.until("a request that pauses", () -> alice.paused() == 1);
        alice.count("n");
        alice.resume();
        slow.join();
        assertThat(alice.get("n")).isEqualTo("2");
        assertThat(alice.pausing(1).get("n")).isEqualTo("2");
        assertThat(alice.attributeEvents()).isEqualTo("added=1 replaced=2 removed=0");
    }

    @OnBothTomcats
    void wishesAreChangedInPlace(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor().on(node, "/wishes");
        alice.wish("wishes", "birthday", "lamp");
        alice.wish("wishes", "birthday", "mug");
        assertThat(alice.get("wishes")).isEqualTo("{birthday=[lamp, mug]}");
        assertThat(alice.attributeEvents()).isEqualTo("added=1 replaced=0 removed=0");
    }

    @OnBothTomcats
    void anAccessorChangesASessionOutsideOfItsRequests(TomcatLine line) {
        TomcatNode node = node(line);
        var alice = new Visitor().on(node, "/shelf");
        assertThat(alice.shelve("n")).isEqualTo(line == TomcatLine.TOMCAT_11);
        if (line == TomcatLine.TOMCAT_11) {
            new Visitor().on(node, "/shelf").countShelved("n");
            assertThat(alice.get("n")).isEqualTo("1");
        }
    }

    @OnBothTomcats
    void aShopWithoutAClassCannotReadWhatAWholeOneWrote(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var whole = TomcatNode.on(line)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(db))
                        .start();
                var gone = TomcatNode.on(line)
                        .withPostgresDriver()
                        .webapp("shop", ShopWar.without("Item"), StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(whole).addToCart("book");
            whole.stop();
            assertThat(alice.on(gone).request("/api/get?name=cart").statusCode())
                    .isEqualTo(500);
            new Visitor().on(gone).put("color", "green");
            assertThat(gone.log()).contains("ClassNotFoundException: io.sessionadmin.testbed.shop.Item");
        }
    }
}
