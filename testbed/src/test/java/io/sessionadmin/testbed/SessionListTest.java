package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openqa.selenium.WebElement;

/** The list of sessions in a browser without JavaScript: of two nodes, with many rows and hostile names. */
final class SessionListTest {

    private static final String HOSTILE = "=cmd|' /C calc'!A0,\"<img src=x onerror=alert(1)>\"";
    private static final Pattern HANDLE = Pattern.compile("(?m)^([0-9a-f]{32}),localhost,/shop,");

    /** Behind the time of creation. */
    private static final Pattern LAST_ACCESS = Pattern.compile(",20[^,]*Z,(20[^,]*Z),");

    @OnBothTomcats
    void sessionsAreFilteredPagedExportedAndLookedUp(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var here = TomcatNode.on(line)
                        .withStore()
                        .console()
                        .shop(StoreXml.sharedManager(db))
                        .start();
                var there = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.sharedManager(db))
                        .start();
                var browser = Browser.start()) {
            var mallory = new Visitor();
            mallory.on(there).login(HOSTILE);
            new Visitor().on(here).login("alice");
            storeMany(db);
            Await.until("both nodes are there", () -> db.rows("""
                    select node from tomcat_sessions_nodes where app_name = '/Catalina/localhost/shop'""").size() == 2);
            browser.javaScript(false).as(TomcatNode.ADMIN, here.password());

            listIsWholeOnAllPages(browser, here);
            filterLivesInTheUrl(browser, here, there);
            export(here, mallory.sessionCookie().orElseThrow());
            idIsFoundWithoutItsContext(browser, here, mallory.sessionCookie().orElseThrow());
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** 240 rows that nobody holds, idle for three hours. */
    private static void storeMany(TestDatabase db) {
        db.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data,
                                             user_name, node)
                select app_name, 'STORED' || i, '1', 86400, last_access - 10800000, session_data,
                       case when i % 2 = 0 then 'bob' end, 'gone'
                  from (select * from tomcat_sessions limit 1) one, generate_series(1, 240) i""");
    }

    private static void listIsWholeOnAllPages(Browser browser, TomcatNode here) {
        browser.open(here.uri("/session-admin/"));
        browser.follow("#nav-sessions");
        Set<String> handles = new HashSet<>();
        for (int page = 1; page <= 3; page++) {
            for (WebElement row : browser.all("#sessions tbody tr")) {
                assertThat(handles.add(String.valueOf(row.getDomAttribute("data-handle"))))
                        .isTrue();
            }
            assertThat(browser.driver().getPageSource().length()).isLessThan(200_000);
            if (page < 3) {
                browser.follow("#next");
            }
        }
        assertThat(handles).hasSize(242);
        assertThat(browser.all("#next")).isEmpty();
        assertThat(browser.find("#total").getText()).contains("242");
    }

    private static void filterLivesInTheUrl(Browser browser, TomcatNode here, TomcatNode there) {
        browser.open(here.uri(Admin.list("/shop")));
        browser.find("#filter input[name=user]").sendKeys(HOSTILE);
        browser.follow("#filter button");
        assertThat(browser.driver().getCurrentUrl()).contains("user=");
        assertThat(browser.all("#sessions tbody tr")).hasSize(1);
        assertThat(browser.find("#sessions tbody").getText()).contains(HOSTILE, "live on " + there.name());
        assertThat(browser.find("#chips").getText()).contains(HOSTILE);
        browser.follow("#chips a[data-chip=user]");
        assertThat(browser.all("#sessions tbody tr")).hasSize(100);

        browser.open(here.uri(Admin.list("/shop") + "&idleOver=2h&user=bob&sort=-idle"));
        assertThat(browser.find("#total").getText()).contains("120", "bob", "2 h");
        browser.open(here.uri(Admin.list("/shop") + "&user=nobody&idleOver=2h"));
        assertThat(browser.find("#empty").getText()).contains("nobody", "2 h");
        browser.open(here.uri(Admin.list("/shop") + "&idleover=2h"));
        assertThat(browser.text()).contains("does not know");
        assertThat(browser.complaints()).as("the refusal, and nothing else").allMatch(line -> line.contains("of 400"));
    }

    private static void export(TomcatNode here, String id) {
        var admin = new Admin(here);
        HttpResponse<String> csv = admin.request(
                "GET",
                "/session-admin/sessions/export?format=csv&host=localhost&context=/shop&sort=-idle",
                BodyPublishers.noBody());
        Matcher rows = HANDLE.matcher(csv.body().replace("\r\n", "\n"));
        Set<String> handles = new HashSet<>();
        while (rows.find()) {
            handles.add(rows.group(1));
        }
        assertThat(handles).hasSize(242);
        assertThat(LAST_ACCESS.matcher(csv.body()).results().map(found -> Instant.parse(found.group(1))))
                .as("the order of the list")
                .hasSize(242)
                .isSorted();
        assertThat(csv.headers().firstValue("Content-Disposition").orElse("")).contains("sessions.csv");
        assertThat(csv.body())
                .contains("\"'" + HOSTILE.replace("\"", "\"\"") + "\"")
                .doesNotContain(id)
                .doesNotContain("STORED1");
        String json = admin.page("/session-admin/sessions/export?format=json&user=alice");
        assertThat(json).contains("\"user\":\"alice\"", "\"state\":\"live\"", "\"complete\":true", "\"runs\":1");
        assertThat(json.split("\"handle\":", -1)).hasSize(2);
    }

    private static void idIsFoundWithoutItsContext(Browser browser, TomcatNode here, String id) {
        browser.open(here.uri("/session-admin/sessions"));
        browser.find("#lookup input[name=id]").sendKeys(id);
        browser.follow("#lookup button");
        assertThat(browser.driver().getCurrentUrl()).contains("/sessions/").doesNotContain(id);
        assertThat(browser.text()).contains(HOSTILE);
    }
}
