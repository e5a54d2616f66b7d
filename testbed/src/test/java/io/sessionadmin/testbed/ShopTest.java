package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;

/** What the shop does to a session when it is asked to. */
final class ShopTest {
    @OnBothTomcats
    void visitorsHaveASessionEachAndKeepIt(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
            var bob = new Visitor().on(node);
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
    }

    @OnBothTomcats
    void onlyAShopThatIsNotDistributableTakesWhatCannotBeSerialised(TomcatLine line) {
        try (var node = TomcatNode.on(line)
                .webapp("one", ShopWar.notDistributable(), "")
                .webapp("many", ShopWar.standard(), "")
                .start()) {
            var alice = new Visitor();
            alice.on(node, "/one").putConnection("connection");
            assertThat(alice.on(node, "/one").names()).isEqualTo("connection");
            assertThatThrownBy(() -> alice.on(node, "/many").putConnection("connection"))
                    .hasMessageContaining("Non-serializable");
        }
    }

    @OnBothTomcats
    void aLoginChangesTheIdAndALogoutEndsTheSession(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var visitor = new Visitor();
            var alice = visitor.on(node);
            alice.put("color", "green");
            var thief = visitor.copy();
            alice.login("alice");
            assertThat(alice.user()).isEqualTo("alice");
            assertThat(visitor.sessionCookie()).isNotEqualTo(thief.sessionCookie());
            assertThat(thief.on(node).user()).isNull();
            alice.logout();
            assertThat(alice.user()).isNull();
            assertThat(alice.events()).isEqualTo("created=1 destroyed=1 renamed=1");
        }
    }

    @OnBothTomcats
    void theContainerKnowsWhoHasLoggedInByForm(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
            assertThat(alice.remoteUser()).isNull();
            assertThat(alice.formLogin("alice")).isEqualTo("alice");
            assertThatThrownBy(() -> new Visitor().on(node).formLogin("nobody")).hasMessageContaining("refused");
        }
    }

    @OnBothTomcats
    void aCounterCountsInWhateverWayItIsAnswered(TomcatLine line) {
        String together = "crossContext=\"true\" sessionCookiePath=\"/\"";
        try (var node = TomcatNode.on(line)
                        .webapp("shop", ShopWar.standard(), together, StoreXml.memory())
                        .webapp("outlet", ShopWar.standard(), together, StoreXml.memory())
                        .start();
                var client = new EagerClient()) {
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
            kinds.forEach(
                    (kind, status) -> assertThat(client.get(node, "/shop/api/count?name=n&other=/outlet&answer=" + kind)
                                    .status())
                            .as(kind)
                            .isEqualTo(status));
            assertThat(client.get(node, "/shop/api/get?name=n").body()).isEqualTo("" + kinds.size());
            assertThat(client.get(node, "/shop/api/get?name=pages").body()).isEqualTo("2");
            assertThat(client.get(node, "/outlet/api/get?name=n").body()).isEqualTo("2");
        }
    }

    @OnBothTomcats
    void aRequestPausesBetweenReadingAndChanging(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
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
    }

    @OnBothTomcats
    void wishesAreChangedInPlace(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
            alice.wish("wishes", "birthday", "lamp");
            alice.wish("wishes", "birthday", "mug");
            assertThat(alice.get("wishes")).isEqualTo("{birthday=[lamp, mug]}");
            assertThat(alice.attributeEvents()).isEqualTo("added=1 replaced=0 removed=0");
        }
    }

    @OnBothTomcats
    void anAccessorChangesASessionOutsideOfItsRequests(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
            assertThat(alice.shelve("n")).isEqualTo(line == TomcatLine.TOMCAT_11);
            if (line == TomcatLine.TOMCAT_11) {
                new Visitor().on(node).countShelved("n");
                assertThat(alice.get("n")).isEqualTo("1");
            }
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
