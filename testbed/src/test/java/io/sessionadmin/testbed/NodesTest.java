package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes announce themselves, and what no node has any more is removed. */
final class NodesTest {
    private static final String ROWS =
            "select * from tomcat_sessions_nodes where app_name = '/Catalina/localhost/shop' and node = ?";

    /** A node announces itself each 10 s, and for the first time at once. */
    @Test
    void nodesSayWhatTheyHaveAndThatTheyStop() {
        try (var db = TestPostgres.shared().database();
                var one = announced(TomcatLine.TOMCAT_10, db);
                var two = announced(TomcatLine.TOMCAT_11, db)) {
            List<Visitor> visitors = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                visitors.add(new Visitor());
                visitors.get(i).on(one).put("color", "green");
            }
            Await.until("both are there", () -> Stream.of(one, two)
                    .allMatch(node -> db.rows(ROWS, node.name()).size() == 1));
            Await.until("what the first one has", () -> Long.valueOf(3)
                    .equals(row(db, one).get("live")));
            Map<String, @Nullable Object> row = row(db, one);
            assertThat(row)
                    .containsEntry("coherence", "sticky")
                    .containsEntry("max_idle_backup", 600)
                    .containsEntry("at_risk", 3L)
                    .containsEntry("failing", 0L)
                    .containsEntry("listening", true)
                    .containsEntry("stopped", false);
            assertThat(String.valueOf(row.get("tomcat"))).startsWith(TomcatLine.TOMCAT_10.version());
            assertThat(Long.parseLong(String.valueOf(row.get("oldest_unsaved"))))
                    .isNotNegative();

            one.stop();
            assertThat(row(db, one)).containsEntry("stopped", true).containsEntry("live", 0L);
            two.kill();
            assertThat(row(db, two)).as("it is silent, and no more").containsEntry("stopped", false);
            Object instance = row(db, one).get("instance");
            one.start();
            Await.until(
                    "the new start is there",
                    () -> db.rows(ROWS, one.name()).size() == 1
                            && !Objects.equals(row(db, one).get("instance"), instance));
            assertThat(row(db, one)).containsEntry("stopped", false);
        }
    }

    /** The console of one line tells of a node of the other. */
    @Test
    void aNodeThatCannotSaveIsToldOfOnTheConsoleOfAnother() {
        try (var db = TestPostgres.shared().database();
                var one = saving(TomcatLine.TOMCAT_11, "tc-1", db).console().start();
                var two = saving(TomcatLine.TOMCAT_10, "tc-2", db).start()) {
            db.update("""
                    create function refuse() returns trigger language plpgsql as $$
                    begin raise exception 'no room for % of tc-2', new.session_id; end $$""");
            db.update("create trigger refuse before insert or update on tomcat_sessions for each row"
                    + " when (new.node = 'tc-2') execute function refuse()");
            var alice = new Visitor();
            var bob = new Visitor();
            alice.on(one).put("color", "green");
            bob.on(two).put("color", "blue");
            var admin = new Admin(one);
            Await.until("its failing save is told, with the reason", Duration.ofSeconds(40), () -> admin.page(
                            "/session-admin/")
                    .contains("On tc-2: ERROR: no room for ... of tc-2."));
            String overview = admin.page("/session-admin/");
            assertThat(overview)
                    .contains("1 failing: ERROR: no room for ... of tc-2", "oldest unsaved change: ")
                    .contains("other nodes: as they announced it");
            assertThat(admin.figure("/shop", "at-risk")).contains("1");
            String health = admin.page("/session-admin/health");
            assertThat(health).contains("data-finding=\"saves-failing\"", "tc-2: 1 (ERROR: no room for ... of tc-2)");
            String id = bob.sessionCookie().orElseThrow();
            assertThat(overview + health).doesNotContain(id);
            assertThat(db.query("select string_agg(failure, '') from tomcat_sessions_nodes"))
                    .as("a credential")
                    .doesNotContain(id);

            two.kill();
            Cluster.silentForAMinute(db, "tc-2");
            Await.until("what it holds is not known", () -> admin.page("/session-admin/")
                    .contains("not known: what tc-2 holds"));
            assertThat(admin.figure("/shop", "at-risk")).contains("at least 0");
        }
    }

    private static TomcatSetup saving(TomcatLine line, String name, TestDatabase db) {
        String manager = "coherence=\"sticky\" maxIdleBackup=\"0\" processExpiresFrequency=\"1\"";
        return TomcatNode.on(line).named(name).withStore().shop(StoreXml.sharedManager(db, manager, ""));
    }

    /** A context is there when a node says so; rows of one that nobody ever spoke of go by their own end alone. */
    @Test
    void rowsOfContextsAndVersionsThatAreDeployedNowhereGoAfterTheirTime() {
        Cluster nodes = Cluster.three(TomcatLine.TOMCAT_11);
        TestDatabase db = nodes.database();
        var alice = new Visitor();
        alice.on(nodes.node(0)).put("color", "green");
        alice.on(nodes.node(0)).maxInactive(-1);
        db.update(
                "update tomcat_sessions set last_access = last_access - 3600000 where session_id = ?",
                alice.sessionCookie().orElseThrow());
        db.update("""
                insert into tomcat_sessions_nodes
                    (app_name, node, instance, tomcat, store, coherence, max_idle_backup, started_at, heartbeat,
                     node_time, live, at_risk, overdue, failing, listening)
                values ('/Catalina/localhost/gone', 'long', 'ago', '', '', '', -1,
                        now() - interval '2 hours', now() - interval '1 hour', 0, 0, 0, 0, 0, false)""");
        db.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                select '/Catalina/localhost/' || app, id, '1', max_inactive,
                       (extract(epoch from now()) * 1000)::bigint - age * 1000
                  from (values ('shop##7', 'EXPIRED',  1800, 3600),
                               ('shop##7', 'LIVE',     1800, 600),
                               ('gone',    'EXPIRED',  1800, 3600),
                               ('gone',    'FOREVER',  -1,   3600),
                               ('unheard', 'FOREVER',  -1,   3600)) as old (app, id, max_inactive, age)""");
        Await.until(
                "orphans are removed, after the time that every node has to announce itself",
                Duration.ofSeconds(60),
                () -> db.count("tomcat_sessions where session_id = 'EXPIRED'") == 0
                        && db.count("tomcat_sessions where app_name = '/Catalina/localhost/gone'") == 0);
        assertThat(db.rows("select app_name, session_id from tomcat_sessions where length(session_id) < 10"))
                .extracting(row -> row.get("app_name") + " " + row.get("session_id"))
                .containsExactlyInAnyOrder("/Catalina/localhost/shop##7 LIVE", "/Catalina/localhost/unheard FOREVER");
        assertThat(alice.on(nodes.node(0)).get("color"))
                .as("its context is deployed")
                .isEqualTo("green");
    }

    private static TomcatNode announced(TomcatLine line, TestDatabase db) {
        return TomcatNode.on(line)
                .withStore()
                .shop(StoreXml.sharedManager(db, "coherence=\"sticky\" maxIdleBackup=\"600\"", ""))
                .start();
    }

    private static Map<String, @Nullable Object> row(TestDatabase db, TomcatNode node) {
        return db.rows(ROWS, node.name()).get(0);
    }
}
