package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The console reads a streaming standby: what it says of its rows, and what it does while that is late or away. */
final class ReplicaTest {

    @ParameterizedTest
    @EnumSource(TomcatLine.class)
    void aStandbyIsReadWithItsLagAndEndingGoesToThePrimary(TomcatLine line) {
        try (var primary = TestPostgres.own();
                var db = primary.database();
                var standby = primary.standby();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.sharedManager(
                                db, "", "consoleURL=\"" + db.on(standby).jdbcUrl() + "\""))
                        .start()) {
            TestDatabase late = db.on(standby);
            var bob = new Visitor();
            bob.on(node).put("color", "blue");
            Await.until("the row is there, too", () -> late.count("tomcat_sessions where node is not null") == 1);
            node.restart();
            var admin = new Admin(node);
            Await.until("it has caught up", Duration.ofSeconds(20), () -> admin.page("/session-admin/")
                    .contains("standby " + late.jdbcUrl() + ", which shows all that it has received"));
            assertThat(contexts(node)).contains("\"state\":\"current\",\"behindSeconds\":0");

            late.query("select pg_wal_replay_pause()");
            Await.until("it is paused", () -> "paused".equals(late.query("select pg_get_wal_replay_pause_state()")));
            lateStandby(node, db, late, bob);
            late.query("select pg_wal_replay_resume()");
            Await.until("the end has come there", () -> late.count("tomcat_sessions where valid_session = '0'") == 1);

            awayStandby(node, standby, db);
            awayPrimary(node, primary);
        }
    }

    private static void lateStandby(TomcatNode node, TestDatabase db, TestDatabase late, Visitor bob) {
        var admin = new Admin(node);
        var carol = new Visitor();
        carol.on(node).put("color", "green");
        assertThat(db.count("tomcat_sessions")).isEqualTo(2);
        assertThat(late.count("tomcat_sessions")).isEqualTo(1);
        Await.until(
                "it is said to be behind", () -> admin.page("/session-admin/").contains("which is behind"));
        assertThat(admin.page(Admin.list("/shop"))).contains("which is behind");
        assertThat(contexts(node)).contains("\"state\":\"behind\"");
        assertThat(admin.figure("/shop", "at-risk"))
                .as("it is saved where it counts")
                .startsWith("\u2713");
        assertThat(admin.page("/session-admin/"))
                .as("who is alive is asked where it is announced")
                .contains("data-node=\"" + node.name() + "\" data-state=\"alive\"");

        List<String> stored = admin.rows("/shop").stream()
                .filter(row -> row.state().equals("swapped-out"))
                .map(Admin.Row::handle)
                .toList();
        assertThat(stored).hasSize(1);
        assertThat(admin.page(Admin.detail("/shop", stored.get(0)))).contains("which is behind");
        assertThat(session(node, stored.get(0))).contains("\"state\":\"behind\"");
        assertThat(node.get("/session-admin/metrics", TomcatNode.VIEWER).body())
                .containsPattern("session_admin_replica_up\\{replica=\"[^\"]+\"} 1")
                .containsPattern("session_admin_replica_lag_seconds\\{replica=\"[^\"]+\"} [0-9]");
        admin.invalidate("/shop", stored);
        assertThat(db.count("tomcat_sessions where valid_session = '0'")).isEqualTo(1);
        assertThat(late.count("tomcat_sessions where valid_session = '0'")).isZero();
        assertThat(bob.on(node).get("color")).isNull();
    }

    private static void awayStandby(TomcatNode node, TestPostgres standby, TestDatabase db) {
        var admin = new Admin(node);
        standby.stop();
        Await.until("it is said to be away, and what to do", () -> admin.page("/session-admin/")
                .contains("can&#39;t be reached: start it, or take consoleURL from the Store"));
        assertThat(contexts(node)).contains("\"state\":\"away\"", "sessions are saved all the same");
        List<String> live = admin.rows("/shop").stream().map(Admin.Row::handle).toList();
        assertThat(live).as("what is in memory is there").hasSize(1);
        admin.invalidate("/shop", live);
        assertThat(db.count("tomcat_sessions where valid_session = '0'")).isEqualTo(2);
        standby.start();
        Await.until("it is read again", Duration.ofSeconds(30), () -> admin.page("/session-admin/")
                .contains("which shows all that it has received"));
    }

    private static void awayPrimary(TomcatNode node, TestPostgres primary) {
        var dave = new Visitor();
        dave.on(node).put("color", "red");
        primary.stop();
        var admin = new Admin(node);
        Await.until("it is said to receive nothing, and what to do", Duration.ofSeconds(30), () -> admin.page(
                        Admin.list("/shop"))
                .contains("which receives nothing at present"));
        assertThat(contexts(node)).contains("\"state\":\"cutOff\"");
        assertThat(admin.rows("/shop")).as("rows are read all the same").anyMatch(row -> row.state()
                .equals("live"));
        primary.start();
        Await.until("it is heard of again", Duration.ofSeconds(30), () -> contexts(node)
                .contains("\"state\":\"current\""));
    }

    private static String contexts(TomcatNode node) {
        return answer(node, "/contexts", "/contexts");
    }

    private static String session(TomcatNode node, String handle) {
        return answer(node, "/sessions/{handle}", "/sessions/" + handle + "?context=/shop");
    }

    /** What the API says, which is as it is described. */
    private static String answer(TomcatNode node, String described, String url) {
        var description = new ApiDescription(node.get("/session-admin/api/v1/openapi.json", TomcatNode.ROBOT));
        HttpResponse<String> answer = node.get("/session-admin/api/v1" + url, TomcatNode.ROBOT);
        description.holds(described, answer);
        return answer.body();
    }
}
