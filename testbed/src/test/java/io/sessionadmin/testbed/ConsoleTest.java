package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The console on real nodes: what it shows, what it leaves alone, and what it ends. */
final class ConsoleTest {

    /** Nothing happens in the background, so that a change is the console's. */
    private static final String QUIET = "maxIdleBackup=\"-1\" processExpiresFrequency=\"100000\"";

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

    @OnBothTomcats
    void anAdminBrowsesAndInvalidatesAndTheVisitorIsLoggedOutEverywhere(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var one = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var two = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var browser = Browser.start()) {
            var alice = new Visitor();
            alice.on(one).login("alice");
            alice.on(one).addToCart("book");
            Await.until("a row", () -> db.count("tomcat_sessions where user_name = 'alice'") == 1);
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
        }
    }

    @OnBothTomcats
    void allOfTomcatsStoresAreShownAndTheirSessionsEnded(TomcatLine line) {
        String files = """
                <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="0"
                         processExpiresFrequency="1">
                  <Store className="org.apache.catalina.session.FileStore" directory="sessions"/>
                </Manager>
                """;
        try (var tomcats = TestPostgres.shared().database();
                var ours = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .webapp("memory", ShopWar.standard(), StoreXml.memory())
                        .webapp("files", ShopWar.standard(), files)
                        .webapp("tomcats", ShopWar.standard(), StoreXml.dataSourceStore(tomcats))
                        .webapp("ours", ShopWar.standard(), StoreXml.jdbcStore(ours))
                        .start()) {
            var admin = new Admin(node);
            Map<String, String> stores = Map.of(
                    "/memory", "StandardManager",
                    "/files", "FileStore",
                    "/tomcats", "DataSourceStore",
                    "/ours", "JdbcStore");
            for (var store : stores.entrySet()) {
                String context = store.getKey();
                var alice = new Visitor();
                alice.on(node, context).addToCart("book");
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
                assertThat(alice.on(node, context).cart()).isNull();
                assertThat(admin.figure(context, "live")).isEqualTo("0");
            }
        }
    }

    @OnBothTomcats
    void itWorksWithoutTheStoresJarInTomcat(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withPostgresDriver()
                        .console()
                        .shop(StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(node).addToCart("book");
            var admin = new Admin(node);
            Await.until("a backup", () -> admin.rows("/shop").get(0).backup().equals("current"));
            node.restart();
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
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .webapp("shop", ShopWar.without("Item"), StoreXml.jdbcStore(db, QUIET, ""))
                        .start();
                var whole = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db, QUIET, ""))
                        .start()) {
            new Visitor().on(whole).addToCart("book");
            whole.stop();
            db.update("""
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                    select app_name, bad.id, '1', max_inactive, last_access, bad.data
                      from tomcat_sessions,
                           lateral (values ('GARBAGE', 'not a stream'::bytea),
                                           ('HALF', substring(session_data for 300)),
                                           ('NOTHING', ''::bytea)) as bad (id, data)""");
            var admin = new Admin(node);
            assertThat(admin.rows("/shop"))
                    .hasSize(4)
                    .extracting(Admin.Row::state)
                    .containsOnly("unreadable");
            String page = admin.page(Admin.list("/shop"));
            assertThat(page).contains("io.sessionadmin.testbed.shop.Item").contains("the stream ends");
            for (Admin.Row row : admin.rows("/shop")) {
                admin.page(Admin.detail("/shop", row.handle()));
            }
            assertThat(new Visitor().withSessionCookie("GARBAGE").on(node).get("color"))
                    .isNull();
            assertThat(db.count("tomcat_sessions")).isEqualTo(4);
        }
    }

    @OnBothTomcats
    void aDatabaseThatIsAwayLeavesTheLiveSessionsOnThePage(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.jdbcStore(db))
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
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.jdbcStore(db, QUIET, ""))
                        .start()) {
            IntStream.range(0, 120).forEach(i -> new Visitor().on(node).put("number", "n" + i));
            node.restart();
            IntStream.range(0, 130).forEach(i -> new Visitor().on(node).put("number", "n" + i));
            var admin = new Admin(node);
            List<Admin.Row> rows = admin.rows("/shop");
            assertThat(rows).hasSize(250);
            assertThat(new HashSet<>(rows)).hasSize(250);
            assertThat(rows).filteredOn(row -> row.state().equals("live")).hasSize(130);
            assertThat(admin.page(Admin.list("/shop")).split("data-handle=", -1))
                    .hasSize(101);
            assertThat(admin.page(Admin.list("/shop")).length()).isLessThan(200_000);
            assertThat(admin.figure("/shop", "swapped-out")).isEqualTo("120");
        }
    }

    @OnBothTomcats
    void onlyAnAdminWithATokenMayEndASession(TomcatLine line) {
        try (var node = TomcatNode.on(line).console().shop(StoreXml.memory()).start()) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            var admin = new Admin(node);
            String handle = admin.rows("/shop").get(0).handle();
            String path = "/session-admin/sessions/invalidate";
            String token = admin.token("/shop");
            var good = BodyPublishers.ofString(Admin.form(token, "/shop", List.of(handle)));
            var without = BodyPublishers.ofString(Admin.form("", "/shop", List.of(handle)));
            var forged = BodyPublishers.ofString(Admin.form(token.replaceAll(".$", "!"), "/shop", List.of(handle)));

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
            assertThat(alice.on(node).get("color")).as("nothing has ended").isEqualTo("green");
            assertThat(admin.request("POST", path, good).statusCode())
                    .as("to the page of the job")
                    .isEqualTo(303);
            Await.until("it has ended", () -> alice.copy().on(node).get("color") == null);
        }
    }

    @OnBothTomcats
    void whatVisitorsWriteIsShownAsTextAndAPastedIdStaysOutOfUrls(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var browser = Browser.start()) {
            var mallory = new Visitor();
            mallory.on(node).login("<img src=x onerror=alert(1)>");
            mallory.on(node).put("</td><script>document.title='owned'</script>", "x");
            String id = mallory.sessionCookie().orElseThrow();

            browser.as(TomcatNode.ADMIN, node.password()).open(node.uri(Admin.list("/shop")));
            assertThat(browser.find("#sessions").getText()).contains("<img src=x onerror=alert(1)>");
            browser.find("#lookup input[name=id]").sendKeys(id);
            browser.follow("#lookup button");
            assertThat(browser.driver().getCurrentUrl()).contains("/sessions/").doesNotContain(id);
            assertThat(browser.find("#attributes").getText()).contains("</td><script>document.title='owned'</script>");
            assertThat(browser.driver().getTitle()).doesNotContain("owned");
            assertThat(browser.driver().getPageSource()).doesNotContain(id);
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
