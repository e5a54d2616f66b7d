package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** JdbcStore under Tomcat's own PersistentManager: what was due for backup survives the node. */
final class DurabilityTest {

    private static final int VISITORS = 20;

    @OnBothTomcats
    void aRestartKeepsAllSessions(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, "maxIdleBackup=\"-1\"", ""))
                        .start()) {
            List<Visitor> visitors = shoppers(node);
            node.restart();
            assertAllHaveTheirCarts(visitors, node);
        }
    }

    @OnBothTomcats
    void aCrashKeepsAllSessionsThatWereDueForBackup(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            List<Visitor> visitors = shoppers(node);
            awaitRows(db, VISITORS);
            node.kill();
            node.start();
            assertAllHaveTheirCarts(visitors, node);
        }
    }

    @OnBothTomcats
    void anotherNodeOfTheOtherLineTakesOver(TomcatLine line) {
        TomcatLine other = line == TomcatLine.TOMCAT_10 ? TomcatLine.TOMCAT_11 : TomcatLine.TOMCAT_10;
        try (var db = TestPostgres.shared().database();
                var one = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var two = TomcatNode.on(other)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            List<Visitor> visitors = shoppers(one);
            awaitRows(db, VISITORS);
            one.kill();
            assertAllHaveTheirCarts(visitors, two);
        }
    }

    @OnBothTomcats
    void aSessionThatIsUsedAgainIsBackedUpAgain(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            awaitRows(db, 1);
            String first = String.valueOf(db.query("select version from tomcat_sessions"));
            alice.on(node).put("color", "blue");
            Await.until("a second save", () -> !first.equals(db.query("select version from tomcat_sessions")));
            node.kill();
            node.start();
            assertThat(alice.on(node).get("color")).isEqualTo("blue");
        }
    }

    @OnBothTomcats
    void formLoginsSurviveWherePersistAuthenticationSaysSo(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, "persistAuthentication=\"true\"", ""))
                        .start()) {
            var alice = new Visitor();
            assertThat(alice.on(node).formLogin("alice")).isEqualTo("alice");
            node.restart();
            assertThat(alice.on(node).remoteUser()).isEqualTo("alice");
        }
    }

    @ParameterizedTest
    @EnumSource(TomcatLine.class)
    void sessionsWithoutAnEndAndVeryLongOnesAreNeverReapedAndStopNoSweep(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(
                                db, "maxIdleBackup=\"0\" maxIdleSwap=\"0\" processExpiresFrequency=\"1\"", ""))
                        .start()) {
            var forever = new Visitor();
            forever.on(node).put("kind", "forever");
            forever.on(node).maxInactive(-1);
            var decades = new Visitor();
            decades.on(node).put("kind", "decades");
            decades.on(node).maxInactive(Integer.MAX_VALUE);
            var brief = new Visitor();
            brief.on(node).put("kind", "brief");
            brief.on(node).maxInactive(1);
            Await.until(
                    "the brief session alone is reaped",
                    () -> db.count("tomcat_sessions") == 2 && db.count("tomcat_sessions where max_inactive = 1") == 0);
            db.update("update tomcat_sessions set last_access = 1, reap_after = 0 where max_inactive < 0");
            node.restart();
            assertThat(forever.on(node).get("kind")).isEqualTo("forever");
            assertThat(decades.on(node).get("kind")).isEqualTo("decades");
            assertThat(brief.on(node).get("kind")).isNull();
        }
    }

    @OnBothTomcats
    void twoContextsMayUseTheSameId(TomcatLine line) {
        String shared = "<CookieProcessor/>";
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .webapp("shop", ShopWar.standard(), shared + StoreXml.jdbcStore(db))
                        .webapp("outlet", ShopWar.standard(), shared + StoreXml.jdbcStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("where", "shop");
            String id = alice.sessionCookie().orElseThrow();
            // A browser sends one cookie to both when they share a cookie path.
            var outlet = new Visitor().withSessionCookie("/outlet", id);
            awaitRows(db, 1);
            db.update("""
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                    select '/Catalina/localhost/outlet', session_id, '1', max_inactive, last_access, session_data
                      from tomcat_sessions""");
            assertThat(outlet.on(node, "/outlet").get("where")).isEqualTo("shop");
            outlet.on(node, "/outlet").put("where", "outlet");
            Await.until("both are saved", () -> db.count("tomcat_sessions where version >= 1") == 2);
            outlet.on(node, "/outlet").logout();
            node.kill();
            node.start();
            assertThat(alice.on(node).get("where")).isEqualTo("shop");
            assertThat(outlet.on(node, "/outlet").get("where")).isNull();
        }
    }

    private static List<Visitor> shoppers(TomcatNode node) {
        List<Visitor> visitors =
                IntStream.range(0, VISITORS).mapToObj(i -> new Visitor()).toList();
        for (int i = 0; i < VISITORS; i++) {
            visitors.get(i).on(node).put("number", "visitor " + i);
            visitors.get(i).on(node).addToCart("book");
        }
        return visitors;
    }

    private static void assertAllHaveTheirCarts(List<Visitor> visitors, TomcatNode node) {
        for (int i = 0; i < visitors.size(); i++) {
            assertThat(visitors.get(i).on(node).get("number")).isEqualTo("visitor " + i);
            assertThat(visitors.get(i).on(node).cart()).isEqualTo("1 book");
        }
    }

    /** The rows are there, and hold the last access of each session: nobody has clicked for two passes. */
    private static void awaitRows(TestDatabase db, int rows) {
        Await.until(
                rows + " rows that are not written any more",
                () -> db.count("tomcat_sessions where saved_at < clock_timestamp() - interval '2.5 seconds'") == rows);
    }
}
