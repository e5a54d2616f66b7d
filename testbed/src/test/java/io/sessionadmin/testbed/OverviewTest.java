package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The overview and the doctor on two real nodes: what they say of the whole cluster, of a dead node and of an outage. */
final class OverviewTest {

    @OnBothTomcats
    void theClusterIsCountedTheDeadAreToldAndAnOutageIsSaid(TomcatLine line) {
        try (var postgres = TestPostgres.own();
                var db = postgres.database();
                var one = node(line, "tc-1", db).console().start();
                var two = node(line, "tc-2", db).start();
                var browser = Browser.start()) {
            List<Visitor> visitors = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                visitors.add(new Visitor());
                visitors.get(i).on(i < 3 ? one : two).put("color", "green");
            }
            assertThat(visitors.get(0).on(two).get("color"))
                    .as("a copy on each node")
                    .isEqualTo("green");
            var admin = new Admin(one);
            assertThat(admin.page("/session-admin/")).doesNotContain("http-equiv=\"refresh\"");
            assertThat(admin.page("/session-admin/?refresh=30")).contains("http-equiv=\"refresh\" content=\"30\"");
            browser.as(TomcatNode.ADMIN, one.password()).open(one.uri("/session-admin/health"));
            assertThat(browser.all("[data-finding]").stream().map(item -> item.getDomAttribute("data-finding")))
                    .doesNotContain("node-silent", "same-node-name", "six-columns", "listen-down");
            assertThat(browser.find("#nav-health").getDomAttribute("aria-current"))
                    .isEqualTo("page");
            looks(browser, line, "health");

            Await.until("all are counted, each once", Duration.ofSeconds(30), () -> admin.figure("/shop", "live")
                    .startsWith("5"));
            assertThat(admin.figure("/shop", "where")).isEqualTo("3 here, 2 elsewhere");
            assertThat(admin.figure("/shop", "swapped-out")).isEqualTo("0");
            assertThat(admin.figure("/shop", "at-risk")).contains("0");
            assertThat(admin.page("/session-admin/"))
                    .contains("data-node=\"tc-1\" data-state=\"alive\"", "data-node=\"tc-2\" data-state=\"alive\"")
                    .contains("other nodes: as they announced it");

            browser.follow("#nav-overview");
            looks(browser, line, "overview");
            browser.viewport(1280, 900).follow("#contexts [data-context='/shop'] [data-figure='live'] a");
            assertThat(browser.all("#sessions tbody tr")).hasSize(5);
            assertThat(browser.find("[data-stat='live']").getText()).contains("3 here, 2 elsewhere");
            assertThat(browser.complaints()).isEmpty();

            two.kill();
            Cluster.silentForAMinute(db, "tc-2");
            Await.until("it is said to be dead", () -> admin.page("/session-admin/")
                    .contains("data-node=\"tc-2\" data-state=\"dead\""));
            assertThat(admin.figure("/shop", "live")).startsWith("3");
            assertThat(admin.figure("/shop", "swapped-out")).isEqualTo("2");
            assertThat(admin.page("/session-admin/health"))
                    .contains("data-finding=\"node-silent\"")
                    .doesNotContain(db.password() + "\"");
            browser.open(one.uri("/session-admin/"));
            looks(browser, line, "overview-dead-node");

            postgres.stop();
            assertThat(admin.figure("/shop", "live")).startsWith("at least 3");
            assertThat(admin.figure("/shop", "swapped-out")).startsWith("\u2013");
            assertThat(admin.page("/session-admin/")).contains("class=\"note problem\"");
            Await.until("the store has noticed", () -> admin.page("/session-admin/health")
                    .contains("data-finding=\"store-failing\""));
            postgres.start();
        }
    }

    private static TomcatSetup node(TomcatLine line, String name, TestDatabase db) {
        return TomcatNode.on(line).named(name).withStore().shop(StoreXml.sharedManager(db));
    }

    /** Nothing is wider than the window, on a desk and on a phone; the pictures are there to be looked at. */
    private static void looks(Browser browser, TomcatLine line, String page) {
        Browser.Look look = line == TomcatLine.TOMCAT_10 ? Browser.Look.LIGHT : Browser.Look.DARK;
        for (int width : new int[] {1280, 390}) {
            Path file = Testbed.target().resolve("looks").resolve(page + "-" + width + "-" + look + ".png");
            browser.screenshot(file, width, 900, look);
            assertThat(browser.driver().executeScript("return document.documentElement.scrollWidth"))
                    .as(page + " at " + width)
                    .isEqualTo((long) width);
        }
    }
}
