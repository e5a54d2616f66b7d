package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** JdbcStore under Tomcat's own PersistentManager: what was due for backup survives the node. */
final class DurabilityTest {

    private static final int VISITORS = 20;

    /** What has been idle for a second. */
    private static final String SAVING = "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"";

    /**
     * What a node of each line was left with that was restarted and then killed. On it are /shop, which saves each second;
     * /late, which saves when it stops; /login, which keeps who is logged in; and /outlet, which is sent the cookie of
     * /shop.
     */
    private static final Map<TomcatLine, Fates> FATES = new EnumMap<>(TomcatLine.class);

    private static Fates fates(TomcatLine line) {
        return FATES.computeIfAbsent(line, Fates::new);
    }

    @AfterAll
    static void close() {
        FATES.values().forEach(Fates::close);
    }

    private static final class Fates implements AutoCloseable {
        final TestDatabase late = TestPostgres.shared().database();
        final TestDatabase db = TestPostgres.shared().database();
        final TomcatNode node;
        final List<Visitor> shoppersBeforeRestart;
        final List<Visitor> shoppersBeforeCrash;
        final Visitor loggedIn = new Visitor();
        final Visitor forever = new Visitor();
        final Visitor decades = new Visitor();
        final Visitor brief = new Visitor();
        final Visitor usedAgain = new Visitor();
        final Visitor atShop = new Visitor();
        final Visitor atOutlet;

        Fates(TomcatLine line) {
            node = TomcatNode.on(line)
                    .withStore()
                    .shop(StoreXml.jdbcStore(db, SAVING, ""))
                    .webapp("late", ShopWar.standard(), StoreXml.jdbcStore(late, "maxIdleBackup=\"-1\"", ""))
                    .webapp("login", ShopWar.standard(), StoreXml.jdbcStore(db, "persistAuthentication=\"true\"", ""))
                    .webapp("outlet", ShopWar.standard(), StoreXml.jdbcStore(db, SAVING, ""))
                    .start();
            shoppersBeforeRestart = shoppers(node, "/late");
            loggedIn.on(node, "/login").formLogin("alice");
            neverToBeReaped();
            node.restart();
            shoppersBeforeCrash = shoppers(node, "/shop");
            usedAgain.on(node).put("color", "green");
            atShop.on(node).put("where", "shop");
            // A browser sends one cookie to both when they share a cookie path.
            atOutlet = new Visitor()
                    .withSessionCookie("/outlet", atShop.sessionCookie().orElseThrow());
            awaitSaved();
            useAgain();
            node.kill();
            node.start();
        }

        private void neverToBeReaped() {
            forever.on(node).put("kind", "forever");
            forever.on(node).maxInactive(-1);
            decades.on(node).put("kind", "decades");
            decades.on(node).maxInactive(Integer.MAX_VALUE);
            brief.on(node).put("kind", "brief");
            brief.on(node).maxInactive(1);
            Await.until(
                    "the brief session alone is reaped",
                    () -> db.count("tomcat_sessions") == 2 && db.count("tomcat_sessions where max_inactive = 1") == 0);
            db.update("update tomcat_sessions set last_access = 1, reap_after = 0 where max_inactive < 0");
        }

        private void useAgain() {
            usedAgain.on(node).put("color", "blue");
            db.update("""
                    insert into tomcat_sessions
                           (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                    select '/Catalina/localhost/outlet', session_id, '1', max_inactive, last_access, session_data
                      from tomcat_sessions
                     where session_id = ?""", id(atShop));
            assertThat(atOutlet.on(node, "/outlet").get("where")).isEqualTo("shop");
            atOutlet.on(node, "/outlet").put("where", "outlet");
            Await.until(
                    "both are saved",
                    () -> db.count("tomcat_sessions where version >= 1 and session_id = ?", id(atShop)) == 2);
            atOutlet.on(node, "/outlet").logout();
            awaitSaved();
        }

        private static String id(Visitor visitor) {
            return visitor.sessionCookie().orElseThrow();
        }

        private void awaitSaved() {
            List<Visitor> atShopNow = new ArrayList<>(shoppersBeforeCrash);
            atShopNow.addAll(List.of(forever, decades, usedAgain, atShop));
            DurabilityTest.awaitSaved(db, atShopNow);
        }

        @Override
        public void close() {
            node.close();
            late.close();
            db.close();
        }
    }

    @OnBothTomcats
    void aRestartKeepsAllSessions(TomcatLine line) {
        Fates fates = fates(line);
        assertAllHaveTheirCarts(fates.shoppersBeforeRestart, fates.node, "/late");
    }

    @OnBothTomcats
    void aCrashKeepsAllSessionsThatWereDueForBackup(TomcatLine line) {
        Fates fates = fates(line);
        assertAllHaveTheirCarts(fates.shoppersBeforeCrash, fates.node, "/shop");
    }

    @OnBothTomcats
    void aSessionThatIsUsedAgainIsBackedUpAgain(TomcatLine line) {
        Fates fates = fates(line);
        assertThat(fates.usedAgain.on(fates.node).get("color")).isEqualTo("blue");
    }

    @OnBothTomcats
    void formLoginsSurviveWherePersistAuthenticationSaysSo(TomcatLine line) {
        Fates fates = fates(line);
        assertThat(fates.loggedIn.on(fates.node, "/login").remoteUser()).isEqualTo("alice");
    }

    @OnBothTomcats
    void sessionsWithoutAnEndAndVeryLongOnesAreNeverReapedAndStopNoSweep(TomcatLine line) {
        Fates fates = fates(line);
        assertThat(fates.forever.on(fates.node).get("kind")).isEqualTo("forever");
        assertThat(fates.decades.on(fates.node).get("kind")).isEqualTo("decades");
        assertThat(fates.brief.on(fates.node).get("kind")).isNull();
    }

    @OnBothTomcats
    void twoContextsMayUseTheSameId(TomcatLine line) {
        Fates fates = fates(line);
        assertThat(fates.atShop.on(fates.node).get("where")).isEqualTo("shop");
        assertThat(fates.atOutlet.on(fates.node, "/outlet").get("where")).isNull();
    }

    /** Of two nodes that are there at the same time, each of them takes over from the other in turn. */
    @Test
    void aNodeOfTheOtherLineTakesOver() {
        try (var db = TestPostgres.shared().database();
                var nodes = Cluster.ofBothLines(db, node -> node.shop(StoreXml.jdbcStore(db, SAVING, "")))) {
            for (int i = 0; i < 2; i++) {
                TomcatNode one = nodes.node(i);
                List<Visitor> visitors = shoppers(one, "/shop");
                awaitSaved(db, visitors);
                one.kill();
                assertAllHaveTheirCarts(visitors, nodes.node(1 - i), "/shop");
                one.start();
            }
        }
    }

    private static List<Visitor> shoppers(TomcatNode node, String context) {
        List<Visitor> visitors =
                IntStream.range(0, VISITORS).mapToObj(i -> new Visitor()).toList();
        for (int i = 0; i < VISITORS; i++) {
            visitors.get(i).on(node, context).put("number", "visitor " + i);
            visitors.get(i).on(node, context).addToCart("book");
        }
        return visitors;
    }

    /** The row of each of them in /shop holds its last access: nobody has clicked for two passes. */
    private static void awaitSaved(TestDatabase db, List<Visitor> visitors) {
        String[] ids = visitors.stream()
                .map(visitor -> visitor.sessionCookie().orElseThrow())
                .toArray(String[]::new);
        Await.until("all are saved", () -> db.count("""
                        tomcat_sessions where app_name = '/Catalina/localhost/shop' and session_id = any (?)
                          and saved_at < clock_timestamp() - interval '2.5 seconds'""", (Object) ids) == ids.length);
    }

    private static void assertAllHaveTheirCarts(List<Visitor> visitors, TomcatNode node, String context) {
        for (int i = 0; i < visitors.size(); i++) {
            assertThat(visitors.get(i).on(node, context).get("number")).isEqualTo("visitor " + i);
            assertThat(visitors.get(i).on(node, context).cart()).isEqualTo("1 book");
        }
    }
}
