package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

/** The testbed itself, on what Tomcat brings along. */
final class StockTomcatTest {
    @OnBothTomcats
    void aSessionSurvivesARestart(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("cart", "book");
            node.restart();
            assertThat(alice.on(node).get("cart")).isEqualTo("book");
            assertThat(db.count("tomcat_sessions")).isEqualTo(1);
        }
    }
}
