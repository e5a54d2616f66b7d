package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

/** The built jar in the lib directory of a real Tomcat. */
final class InstalledStoreTest {
    @OnBothTomcats
    void aSessionThatWasBackedUpSurvivesACrashAndMovesToAnotherNode(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var one = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var two = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(one).put("cart", "book");
            Await.until("the session is backed up", () -> db.count("tomcat_sessions") == 1);
            one.kill();
            assertThat(alice.on(two).get("cart")).isEqualTo("book");
        }
    }
}
