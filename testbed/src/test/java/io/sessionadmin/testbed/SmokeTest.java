package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

final class SmokeTest {
    @OnBothTomcats
    void roundRobin(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var one = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.sharedManager(db))
                        .start();
                var two = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.sharedManager(db))
                        .start()) {
            var alice = new Visitor();
            long before = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                assertThat(alice.on(i % 2 == 0 ? one : two).count("n")).isEqualTo(i + 1);
            }
            System.out.println("200 counts " + (System.nanoTime() - before) / 1_000_000 + " ms");
            var thief = alice.copy();
            alice.on(one).changeSessionId();
            assertThat(thief.on(two).get("n")).isNull();
            assertThat(alice.on(two).get("n")).isEqualTo("200");
            alice.on(two).logout();
            assertThat(alice.on(one).get("n")).isNull();
            System.out.println(db.rows("select node, held, valid_session from tomcat_sessions"));
            Await.until("nodes", () -> db.count("tomcat_sessions_nodes") == 2);
            System.out.println(db.rows("select * from tomcat_sessions_nodes"));
            System.out.println(one.logOfThisRun());
        }
    }
}
