package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** An admin ends many sessions, hears what each node did, and leaves a trail. */
final class InvalidationTest {

    private static final Pattern NODE = Pattern.compile("data-node=\"([^\"]*)\" data-said=\"([a-z-]+)\"");

    @OnBothTomcats
    void allSessionsOfAUserEndOnAllNodesAndNobodyElses(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        String user = "alice-" + System.nanoTime();
        List<Visitor> sessions = new ArrayList<>();
        for (TomcatNode node : nodes.nodes()) {
            var visitor = new Visitor();
            visitor.on(node).login(user);
            sessions.add(visitor);
            Await.until("it is saved", () -> nodes.rows(visitor, "/shop") == 1);
        }
        sessions.get(1).on(nodes.node(2)).touch(); // two nodes have a copy of this one
        var bob = new Visitor();
        bob.on(nodes.node(1)).login("bob");
        List<Integer> before = nodes.destroyed("/shop");
        var admin = new Admin(nodes.node(0));
        String form = matching(admin, "/shop", "user", user);

        assertThat(preview(admin, form))
                .contains("Invalidate 3 sessions of " + user + " in /shop")
                .contains("name=\"expected\" value=\"3\"");
        assertThat(admin.end(form + "&expected=2"))
                .as("what was shown is not what is there")
                .contains("id=\"drift\"")
                .contains("name=\"expected\" value=\"3\"");
        assertThat(sessions.get(0).on(nodes.node(0)).user()).isEqualTo(user);

        String page = admin.end(form + "&expected=3&reason=stolen+laptop");
        assertThat(page).contains("data-job=\"done\"").doesNotContain("data-outcome=\"failed\"");
        assertThat(said(page))
                .containsEntry(nodes.node(0).name(), "here")
                .containsEntry(nodes.node(1).name(), "looked")
                .containsEntry(nodes.node(2).name(), "looked");
        assertThat(page).contains("It has expired its copy").contains("It has expired 2 copies");
        for (Visitor visitor : sessions) {
            Visitor thief = visitor.copy();
            thief.on(nodes.node(1)).put("color", "blue"); // a new session, and not the old one
            nodes.awaitGone(visitor, "/shop");
            assertThat(nodes.rows(visitor, "/shop")).isZero();
            nodes.assertNoLogHas(visitor, "/shop");
            assertThat(page).doesNotContain(visitor.sessionCookie().orElseThrow());
        }
        assertThat(bob.on(nodes.node(2)).user()).isEqualTo("bob");
        assertThat(sum(nodes.destroyed("/shop")) - sum(before)).isEqualTo(3);

        Map<String, @Nullable Object> entry = nodes.database()
                .rows("select * from tomcat_sessions_audit where scope = ?", "user=" + user)
                .get(0);
        assertThat(entry)
                .containsEntry("who", TomcatNode.ADMIN)
                .containsEntry("action", "invalidate")
                .containsEntry("app_name", "/Catalina/localhost/shop")
                .containsEntry("reason", "stolen laptop")
                .containsEntry("asked", 3)
                .containsEntry("done", 3)
                .containsEntry("outcome", "done");
        assertThat(String.valueOf(entry.get("details"))).contains(nodes.node(2).name() + ": ended 2");
        assertThat(admin.page("/session-admin/activity?who=" + TomcatNode.ADMIN + "&context=/shop"))
                .contains("user=" + user)
                .contains("stolen laptop");
        assertThat(nodes.node(0).log())
                .containsPattern("Begins: invalidate in /Catalina/localhost/shop \\(user=" + user);
    }

    @OnBothTomcats
    void aNodeThatHearsNothingSaysWhatItDidWhenItHas(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        var visitor = new Visitor();
        for (TomcatNode node : nodes.nodes()) {
            visitor.on(node, "/deaf").put("color", "green");
        }
        var admin = new Admin(nodes.node(0));
        String page = admin.end(named(nodes, admin, visitor, "/deaf"));
        assertThat(said(page)).containsEntry(nodes.node(1).name(), "later");
        String job = job(page);

        assertThat(visitor.on(nodes.node(1), "/deaf").get("color"))
                .as("at its next look-up")
                .isNull();
        Cluster.pass(nodes.node(1), "/deaf");
        Await.until("it has said so", () -> "looked"
                .equals(said(admin.page(job)).get(nodes.node(1).name())));
        assertThat(admin.page(job)).contains("It has expired its copy");
    }

    @OnBothTomcats
    void aNodeThatDoesNotAnswerIsSaidToBeSo(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        var visitor = new Visitor();
        for (TomcatNode node : nodes.nodes()) {
            visitor.on(node).put("color", "green");
        }
        TomcatNode hanging = nodes.node(2);
        Await.until(
                "it has announced itself",
                () -> nodes.database()
                                .count(
                                        "tomcat_sessions_nodes where app_name = '/Catalina/localhost/shop'"
                                                + " and node = ? and listening and not stopped",
                                        hanging.name())
                        == 1);
        var admin = new Admin(nodes.node(0));
        String form = named(nodes, admin, visitor, "/shop");
        String job;
        hanging.suspend();
        try {
            String page = admin.end(form);
            assertThat(said(page))
                    .containsEntry(nodes.node(1).name(), "looked")
                    .containsEntry(hanging.name(), "no-answer");
            job = job(page);
            nodes.database()
                    .update(
                            "update tomcat_sessions_nodes set heartbeat = heartbeat - interval '1 minute' where node = ?",
                            hanging.name());
            assertThat(said(admin.page(job))).containsEntry(hanging.name(), "silent");
        } finally {
            hanging.resume();
        }
        Await.until("it has answered after all", () -> "looked"
                .equals(said(admin.page(job)).get(hanging.name())));
        nodes.awaitGone(visitor, "/shop");
        assertThat(nodes.rows(visitor, "/shop")).isZero();
    }

    /** Rows of a context that is deployed nowhere end by a tombstone; each takes its time, so that there is time to stop. */
    @OnBothTomcats
    void aLargeJobIsConfirmedByItsNumberAndCanBeStopped(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        TestDatabase db = nodes.database();
        String app = "/Catalina/localhost/bulk";
        db.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select ?, 'BULK' || i, '1', 3600, (extract(epoch from now()) * 1000)::bigint, ''
                  from generate_series(1, 250) as i""", app);
        db.update("""
                create or replace function bulk_takes_its_time() returns trigger language plpgsql as $$
                begin perform pg_sleep(0.03); return new; end $$""");
        db.update("create trigger bulk_takes_its_time before update on tomcat_sessions for each row"
                + " when (new.app_name = '/Catalina/localhost/bulk') execute function bulk_takes_its_time()");
        var admin = new Admin(nodes.node(0));
        String form = "csrf=" + Admin.encode(admin.token("/shop")) + "&matching=all&app=" + Admin.encode(app);

        assertThat(preview(admin, form))
                .contains("Invalidate 250 sessions in " + app)
                .contains("id=\"typed\"")
                .contains("listeners of the application are not told");
        assertThat(admin.end(form + "&expected=250&typed=25")).contains("id=\"drift\"");
        assertThat(db.count("tomcat_sessions where app_name = ? and valid_session = '0'", app))
                .isZero();

        String page = admin.end(form + "&expected=250&typed=250");
        assertThat(page).contains("data-job=\"running\"").contains("id=\"stop\"");
        HttpResponse<String> stopped = admin.request(
                "POST", job(page) + "/stop", BodyPublishers.ofString("csrf=" + Admin.encode(admin.token("/shop"))));
        assertThat(stopped.statusCode()).isEqualTo(303);
        Await.until("it has stopped", () -> admin.page(job(page)).contains("data-job=\"stopped\""));
        long ended = db.count("tomcat_sessions where app_name = ? and valid_session = '0'", app);
        assertThat(ended).isIn(100L, 200L);
        assertThat(admin.page(job(page))).contains((250 - ended) + " were left alone");
        assertThat(db.query(
                        "select outcome || ' ' || asked || ' ' || done from tomcat_sessions_audit where app_name = ?",
                        app))
                .isEqualTo("stopped 250 " + ended);
        db.update("delete from tomcat_sessions where app_name = ?", app);
        db.update("delete from tomcat_sessions_audit where app_name = ?", app);
        db.update("drop trigger bulk_takes_its_time on tomcat_sessions");
    }

    @OnBothTomcats
    void withoutJavaScriptOneIsTickedConfirmedAndFoundInTheTrail(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        String user = "carol-" + System.nanoTime();
        var carol = new Visitor();
        carol.on(nodes.node(0), "/sticky").login(user);
        try (var browser = Browser.start()) {
            TomcatNode console = nodes.node(0);
            browser.viewport(390, 844)
                    .javaScript(false)
                    .as(TomcatNode.ADMIN, console.password())
                    .open(console.uri("/session-admin/sessions?host=localhost&context=/sticky&user=" + user));
            browser.all("#sessions tbody tr").stream()
                    .filter(row -> row.getText().contains(user))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(browser.text()))
                    .findElement(By.cssSelector("input[name=handle]"))
                    .sendKeys(Keys.SPACE);
            browser.follow("#invalidate");
            assertThat(browser.find("#question").getText()).contains(user);
            browser.find("#reason").sendKeys("asked for it");
            browser.follow("#invalidate");
            assertThat(browser.find("#job").getDomAttribute("data-job")).isEqualTo("done");
            assertThat(browser.find("#nodes").getText()).contains(nodes.node(1).name());
            browser.follow("#nav-activity");
            assertThat(browser.find("#actions tbody tr").getText()).contains("asked for it");
            assertThat(browser.complaints()).isEmpty();
        }
        nodes.awaitGone(carol, "/sticky");
    }

    private static String preview(Admin admin, String form) {
        return admin.request("POST", "/session-admin/sessions/confirm", BodyPublishers.ofString(form))
                .body();
    }

    private static String matching(Admin admin, String context, String name, String value) {
        return Admin.form(admin.token(context), context, List.of()) + "&matching=all&" + name + "="
                + Admin.encode(value);
    }

    private static String named(Cluster nodes, Admin admin, Visitor visitor, String context) {
        String handle =
                nodes.database().query("""
                select encode(substring(sha256(replace(session_id, '\\', '\\\\')::bytea) from 1 for 16), 'hex')
                  from tomcat_sessions where session_id = ? and valid_session <> '0'""", visitor.sessionCookie(context).orElseThrow());
        return Admin.form(admin.token(context), context, List.of(String.valueOf(handle)));
    }

    /** What the page says of each node. */
    private static Map<String, String> said(String page) {
        Map<String, String> said = new java.util.TreeMap<>();
        Matcher node = NODE.matcher(page);
        while (node.find()) {
            said.put(node.group(1), node.group(2));
        }
        return said;
    }

    private static String job(String page) {
        Matcher job = Pattern.compile("id=\"refresh\" href=\"([^\"]*/jobs/[0-9a-f-]+)\"")
                .matcher(page);
        assertThat(job.find()).as(page).isTrue();
        return job.group(1);
    }

    private static int sum(List<Integer> counts) {
        return Cluster.sum(counts);
    }
}
