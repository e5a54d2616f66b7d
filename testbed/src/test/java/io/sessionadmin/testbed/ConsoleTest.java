package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;

/** The console on real nodes: what it shows, what it leaves alone, and what it ends. */
final class ConsoleTest {

    /** Nothing happens in the background, so that a change is the console's. */
    private static final String QUIET = "maxIdleBackup=\"-1\" processExpiresFrequency=\"100000\"";

    private static final String SAVING = "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"";

    private static final String FILES = """
            <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="0"
                     processExpiresFrequency="1">
              <Store className="org.apache.catalina.session.FileStore" directory="sessions"/>
            </Manager>
            """;

    @OnBothTomcats
    void itIsDeployedThroughTomcatsManagerAndUndeployedWithoutALeak(TomcatLine line) throws FileNotFoundException {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .manager()
                        .softReferencesAreNoLeak()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            var robot = new Admin(node);
            HttpResponse<String> deployed = robot.request(
                    TomcatNode.ROBOT,
                    "PUT",
                    "/manager/text/deploy?path=/session-admin",
                    BodyPublishers.ofFile(Testbed.consoleWar()));
            assertThat(deployed.body()).startsWith("OK");

            new Visitor().on(node).put("color", "green");
            assertThat(robot.rows("/shop")).hasSize(1);
            String handle = robot.rows("/shop").get(0).handle();
            assertThat(robot.page(Admin.detail("/shop", handle))).contains("java.lang.String");
            robot.invalidate("/shop", List.of(handle));
            assertThat(node.get("/session-admin/api/v1/sessions", TomcatNode.ROBOT)
                            .body())
                    .contains("\"total\"");
            assertThat(node.get("/session-admin/metrics", TomcatNode.VIEWER).body())
                    .endsWith("# EOF\n");

            node.undeploy("session-admin");
            node.awaitNoLeak("/session-admin");
            assertThat(node.log())
                    .doesNotContain("memory leak")
                    .doesNotContain("but has failed to")
                    .doesNotContain("[session-admin] appears");
        }
    }

    private static final Map<TomcatLine, Nodes> NODES = new EnumMap<>(TomcatLine.class);

    private static Nodes nodes(TomcatLine line) {
        return NODES.computeIfAbsent(line, Nodes::new);
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(Nodes::close);
    }

    /** The first one has the console and a context for each test; /shop is on the second one, too. */
    private static final class Nodes implements AutoCloseable {
        final TestDatabase db = TestPostgres.shared().database();
        final TestDatabase tomcats = TestPostgres.shared().database();
        final TomcatNode one;
        final TomcatNode two;

        Nodes(TomcatLine line) {
            String quiet = StoreXml.jdbcStore(db, QUIET, "");
            one = TomcatNode.on(line)
                    .withStore()
                    .console()
                    .manager()
                    .shop(StoreXml.jdbcStore(db))
                    .webapp("memory", ShopWar.standard(), StoreXml.memory())
                    .webapp("files", ShopWar.standard(), FILES)
                    .webapp("tomcats", ShopWar.standard(), StoreXml.dataSourceStore(tomcats))
                    .webapp("ours", ShopWar.standard(), StoreXml.jdbcStore(db))
                    .webapp("hostile", ShopWar.standard(), quiet)
                    .webapp("many", ShopWar.standard(), quiet)
                    .webapp("changed", ShopWar.without("Item"), quiet)
                    .start();
            two = TomcatNode.on(line).withStore().shop(StoreXml.jdbcStore(db)).start();
        }

        @Override
        public void close() {
            one.close();
            two.close();
            db.close();
            tomcats.close();
        }
    }

    @OnBothTomcats
    void anAdminBrowsesAndInvalidatesAndTheVisitorIsLoggedOutEverywhere(TomcatLine line) {
        TomcatNode one = nodes(line).one;
        TomcatNode two = nodes(line).two;
        try (var browser = Browser.start()) {
            var alice = new Visitor();
            alice.on(one).login("alice");
            alice.on(one).addToCart("book");
            Await.until("a row", () -> nodes(line).db.count("tomcat_sessions where user_name = 'alice'") == 1);
            assertThat(alice.on(two).cart()).as("the other node holds a copy").isEqualTo("1 book");
            var bob = new Visitor();
            bob.on(one).login("bob");

            browser.viewport(1280, 900).as(TomcatNode.ADMIN, one.password()).open(one.uri("/session-admin/"));
            assertThat(browser.find("#contexts [data-context='/shop'] [data-figure=live]")
                            .getText())
                    .matches("(?s)(at least )?2\\b.*");
            browser.follow("#contexts [data-context='/shop'] a");
            var row = browser.all("#sessions tbody tr").stream()
                    .filter(tr -> tr.getText().contains("alice"))
                    .findFirst()
                    .orElseThrow();
            row.findElement(org.openqa.selenium.By.cssSelector("input[name=handle]"))
                    .click();
            browser.follow("#invalidate");
            assertThat(browser.find("#question").getText()).contains("alice").contains("/shop");
            browser.follow("#invalidate");
            assertThat(browser.find("#summary").getText()).isNotBlank();
            assertThat(browser.complaints()).isEmpty();

            assertThat(alice.copy().on(one).user()).isNull();
            Await.until(
                    "the other node has ended its copy",
                    () -> alice.copy().on(two).cart() == null);
            assertThat(bob.on(one).user()).isEqualTo("bob");
            assertThat(one.log()).containsPattern("(?i)invalidate.*admin|admin.*invalidate");

            whatVisitorsWriteIsText(browser, one);
        }
    }

    /** And an id that is pasted stays out of URLs. */
    private static void whatVisitorsWriteIsText(Browser browser, TomcatNode node) {
        var mallory = new Visitor();
        mallory.on(node, "/hostile").login("<img src=x onerror=alert(1)>");
        mallory.on(node, "/hostile").put("</td><script>document.title='owned'</script>", "x");
        String id = mallory.sessionCookie("/hostile").orElseThrow();

        browser.open(node.uri(Admin.list("/hostile")));
        assertThat(browser.find("#sessions").getText()).contains("<img src=x onerror=alert(1)>");
        browser.find("#lookup input[name=id]").sendKeys(id);
        browser.follow("#lookup button");
        assertThat(browser.driver().getCurrentUrl()).contains("/sessions/").doesNotContain(id);
        assertThat(browser.find("#attributes").getText()).contains("</td><script>document.title='owned'</script>");
        assertThat(browser.driver().getTitle()).doesNotContain("owned");
        assertThat(browser.driver().getPageSource()).doesNotContain(id);
        assertThat(browser.complaints()).isEmpty();
    }

    @OnBothTomcats
    void allOfTomcatsStoresAreShownAndTheirSessionsEnded(TomcatLine line) {
        TomcatNode node = nodes(line).one;
        var admin = new Admin(node);
        Map<String, String> stores = Map.of(
                "/memory", "StandardManager",
                "/files", "FileStore",
                "/tomcats", "DataSourceStore",
                "/ours", "JdbcStore");
        Map<String, Visitor> visitors = new HashMap<>();
        for (String context : stores.keySet()) {
            visitors.put(context, new Visitor());
            visitors.get(context).on(node, context).addToCart("book");
        }
        for (var store : stores.entrySet()) {
            String context = store.getKey();
            if (!context.equals("/memory")) {
                Await.until(
                        "a backup in " + context,
                        () -> admin.rows(context).get(0).backup().equals("current"));
            }
            assertThat(admin.page("/session-admin/")).contains(store.getValue());
            assertThat(admin.figure(context, "live")).isEqualTo("1");
            assertThat(admin.figure(context, "at-risk")).contains(context.equals("/memory") ? "1" : "0");

            String handle = admin.rows(context).get(0).handle();
            assertThat(admin.page(Admin.detail(context, handle)))
                    .contains("data-attribute=\"cart\"")
                    .contains("io.sessionadmin.testbed.shop.Cart");
            assertThat(admin.invalidate(context, List.of(handle))).contains("data-outcome=\"ended");
            Visitor alice = Objects.requireNonNull(visitors.get(context));
            assertThat(alice.on(node, context).cart()).isNull();
            assertThat(admin.figure(context, "live")).isEqualTo("0");
        }
    }

    @OnBothTomcats
    void itWorksWithoutTheStoresJarInTomcat(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withPostgresDriver()
                        .console()
                        .manager()
                        .shop(StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).addToCart("book");
            var admin = new Admin(node);
            Await.until("a backup", () -> admin.rows("/shop").get(0).backup().equals("current"));
            node.reload("shop");
            assertThat(admin.rows("/shop")).extracting(Admin.Row::state).containsExactly("swapped-out");
            assertThat(node.get("/session-admin/api/v1/sessions?context=/shop", TomcatNode.ROBOT)
                            .body())
                    .contains("\"state\":\"swappedOut\"");
            String handle = admin.rows("/shop").get(0).handle();
            assertThat(admin.page(Admin.detail("/shop", handle))).contains("data-attribute=\"cart\"");
            admin.invalidate("/shop", List.of(handle));
            assertThat(alice.on(node).cart()).isNull();
        }
    }

    @OnBothTomcats
    void rowsThatCannotBeReadAreShownWithTheReasonAndStay(TomcatLine line) {
        TomcatNode node = nodes(line).one;
        TestDatabase db = nodes(line).db;
        var whole = new Visitor();
        whole.on(node, "/ours").addToCart("book");
        String saved = "tomcat_sessions where app_name = '/Catalina/localhost/ours' and session_id = ?";
        String id = whole.sessionCookie("/ours").orElseThrow();
        Await.until("a row", () -> db.count(saved, id) == 1);
        db.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select '/Catalina/localhost/changed', bad.id, '1', max_inactive, last_access, bad.data
                  from tomcat_sessions,
                       lateral (values ('WHOLE', session_data),
                                       ('GARBAGE', 'not a stream'::bytea),
                                       ('HALF', substring(session_data for 300)),
                                       ('NOTHING', ''::bytea)) as bad (id, data)
                 where app_name = '/Catalina/localhost/ours' and session_id = ?""", id);
        whole.on(node, "/ours").logout();
        var admin = new Admin(node);
        assertThat(admin.rows("/changed"))
                .hasSize(4)
                .extracting(Admin.Row::state)
                .containsOnly("unreadable");
        String page = admin.page(Admin.list("/changed"));
        assertThat(page).contains("io.sessionadmin.testbed.shop.Item").contains("the stream ends");
        for (Admin.Row row : admin.rows("/changed")) {
            admin.page(Admin.detail("/changed", row.handle()));
        }
        assertThat(new Visitor()
                        .withSessionCookie("/changed", "GARBAGE")
                        .on(node, "/changed")
                        .get("color"))
                .isNull();
        assertThat(db.count("tomcat_sessions where app_name = '/Catalina/localhost/changed'"))
                .isEqualTo(4);
    }

    @OnBothTomcats
    void aDatabaseThatIsAwayLeavesTheLiveSessionsOnThePage(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.jdbcStore(db, SAVING, "connectionTimeout=\"1000\""))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            Await.until("a row", () -> db.count("tomcat_sessions") == 1);
            postgres.stop();
            var admin = new Admin(node);
            alice.on(node).put("color", "blue");
            assertThat(admin.figure("/shop", "live")).startsWith("at least 1");
            assertThat(admin.figure("/shop", "swapped-out")).startsWith("\u2013");
            assertThat(admin.rows("/shop")).extracting(Admin.Row::state).containsExactly("live");
            Await.until(
                    "the failing save is shown",
                    () -> admin.rows("/shop").get(0).backup().equals("failing"));
            assertThat(admin.page(
                            Admin.detail("/shop", admin.rows("/shop").get(0).handle())))
                    .contains("data-attribute=\"color\"");
            postgres.start();
            Await.until("it is saved", () -> admin.rows("/shop").get(0).backup().equals("current"));
        }
    }

    @OnBothTomcats
    void pagesAreBoundedAndCoverEachSessionOnce(TomcatLine line) {
        TomcatNode node = nodes(line).one;
        IntStream.range(0, 120).forEach(i -> new Visitor().on(node, "/many").put("number", "n" + i));
        node.reload("many");
        IntStream.range(0, 130).forEach(i -> new Visitor().on(node, "/many").put("number", "n" + i));
        var admin = new Admin(node);
        List<Admin.Row> rows = admin.rows("/many");
        assertThat(rows).hasSize(250);
        assertThat(new HashSet<>(rows)).hasSize(250);
        assertThat(rows).filteredOn(row -> row.state().equals("live")).hasSize(130);
        assertThat(admin.page(Admin.list("/many")).split("data-handle=", -1)).hasSize(101);
        assertThat(admin.page(Admin.list("/many")).length()).isLessThan(200_000);
        assertThat(admin.figure("/many", "swapped-out")).isEqualTo("120");
    }

    @OnBothTomcats
    void onlyAnAdminWithATokenMayEndASession(TomcatLine line) {
        TomcatNode node = nodes(line).one;
        var alice = new Visitor();
        alice.on(node, "/memory").put("color", "green");
        var admin = new Admin(node);
        String handle = admin.rows("/memory").get(0).handle();
        String path = "/session-admin/sessions/invalidate";
        String token = admin.token("/memory");
        var good = BodyPublishers.ofString(Admin.form(token, "/memory", List.of(handle)));
        var without = BodyPublishers.ofString(Admin.form("", "/memory", List.of(handle)));
        var forged = BodyPublishers.ofString(Admin.form(token.replaceAll(".$", "!"), "/memory", List.of(handle)));

        assertThat(admin.request("POST", path, without).statusCode()).isEqualTo(403);
        assertThat(admin.request("POST", path, forged).statusCode()).isEqualTo(403);
        assertThat(admin.request("POST", path, good, "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.request("POST", path, good, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.request("GET", path, BodyPublishers.noBody()).statusCode())
                .isEqualTo(405);
        assertThat(admin.request("alice", "GET", "/session-admin/", BodyPublishers.noBody())
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.request("nobody", "GET", "/session-admin/", BodyPublishers.noBody())
                        .statusCode())
                .isEqualTo(401);
        assertThat(alice.on(node, "/memory").get("color"))
                .as("nothing has ended")
                .isEqualTo("green");
        assertThat(admin.request("POST", path, good).statusCode())
                .as("to the page of the job")
                .isEqualTo(303);
        Await.until("it has ended", () -> alice.copy().on(node, "/memory").get("color") == null);
    }
}
