package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().on(node);
            for (String kind :
                    new String[] {"plain", "exact", "flushed", "closed", "large", "redirect", "error", "async"}) {
                alice.answering(kind).post("/api/count", "name", "n");
            }
            assertThat(alice.count("n")).isEqualTo(9);
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
