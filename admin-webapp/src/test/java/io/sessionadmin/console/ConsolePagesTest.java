package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Handle;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardSession;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a Tomcat with two hosts and a context whose store is silent, asked over a socket. */
final class ConsolePagesTest {

    private static final String SHOP = "host=localhost&context=/shop";

    private final ConsoleTomcat tomcat;
    private Context shop;

    ConsolePagesTest(@TempDir Path directory) throws IOException {
        tomcat = new ConsoleTomcat(directory);
    }

    @BeforeEach
    void start() throws Exception {
        var other = new StandardHost();
        other.setName("other.example");
        tomcat.tomcat().getEngine().addChild(other);
        Path directory = tomcat.directory();
        shop = tomcat.tomcat().addContext("/shop", directory.toString());
        var manager = new PersistentManager();
        var files = new FileStore();
        files.setDirectory(Files.createFile(directory.resolve("no directory")).toString());
        manager.setStore(files);
        shop.setManager(manager);
        unreadable(tomcat.console());
        tomcat.start();
    }

    private static void unreadable(Context context) {
        var unreadable = new FilterDef();
        unreadable.setFilterName("unreadable");
        Filter filter = (request, response, chain) -> chain.doFilter(
                "unreadable".equals(((HttpServletRequest) request).getQueryString())
                        ? new Unreadable((HttpServletRequest) request)
                        : request,
                response);
        unreadable.setFilter(filter);
        context.addFilterDef(unreadable);
        var all = new FilterMap();
        all.setFilterName("unreadable");
        all.addURLPattern("/*");
        context.addFilterMap(all);
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.close();
    }

    @Test
    void theRefreshLinkStaysOnThisHostHoweverTheAddressWasWritten() {
        String page = get("//evil.example/..;x/session-admin/");

        assertThat(page).startsWith("HTTP/1.1 200").contains("id=\"refresh\" href=\"/session-admin/\"");
        assertThat(page).doesNotContain("evil.example");
    }

    @Test
    void theDoctorSaysWhatIsWrongAndWhatToChange() {
        assertThat(get("/session-admin/health"))
                .startsWith("HTTP/1.1 200")
                .contains("data-finding=\"backup-off\" data-severity=\"danger\"")
                .contains("&lt;Manager maxIdleBackup=&quot;1&quot; .../&gt;")
                .contains("data-setting=\"sessionActivityCheck\"")
                .contains("id=\"nav-health\"");
    }

    @Test
    void theOverviewReadsItselfAgainForWhoAsksOnly() {
        assertThat(get("/session-admin/")).doesNotContain("http-equiv=\"refresh\"");
        assertThat(get("/session-admin/?refresh=30")).contains("http-equiv=\"refresh\" content=\"30\"");
        assertThat(get("/session-admin/?refresh=1")).as("not under the cursor").contains("content=\"10\"");
        assertThat(get("/session-admin/?refresh=x")).doesNotContain("http-equiv=\"refresh\"");
    }

    @Test
    void parametersThatCannotBeReadAreABadRequestAndTheirValueIsNotShown() {
        assertThat(get("/session-admin/?unreadable"))
                .startsWith("HTTP/1.1 400")
                .doesNotContain("78FF3650BFEB")
                .contains("This address is not complete");
    }

    @Test
    void aSilentStoreIsNotSaidToHaveNoSuchSession() {
        assertThat(post("confirm")).startsWith("HTTP/1.1 503").contains("The store does not answer");
    }

    @Test
    void theScopeNamesTheHostWhereThereAreSeveral() {
        String session = shop.getManager().createSession(null).getIdInternal();
        assertThat(post("confirm", session, ""))
                .startsWith("HTTP/1.1 200")
                .contains("Invalidate 1 session in /shop on localhost?");
    }

    @Test
    void whatIsEndedIsToldOnAPageOfItsOwnAndInTheTrail() {
        String id = shop.getManager().createSession(null).getIdInternal();
        String answer = post("invalidate", id, "&reason=stolen+%3Cb%3Elaptop&expected=1");
        assertThat(answer).startsWith("HTTP/1.1 303");
        Matcher job =
                Pattern.compile("Location: (/session-admin/jobs/[0-9a-f-]+)").matcher(answer);
        assertThat(job.find()).as(answer).isTrue();

        assertThat(get(job.group(1)))
                .contains("data-job=\"done\"")
                .contains("data-outcome=\"ended-here\"")
                .contains("stolen &lt;b&gt;laptop")
                .doesNotContain(id);
        assertThat(get("/session-admin/activity?who=MANAGER"))
                .contains("stolen &lt;b&gt;laptop")
                .contains(Handle.of(id).brief())
                .contains("in memory of this node only")
                .doesNotContain(id);
        assertThat(get("/session-admin/activity?who=somebody-else")).contains("No action meets this");
    }

    @Test
    void allThatAFilterTakesAreConfirmedFromTheList() {
        StandardSession alice = (StandardSession) shop.getManager().createSession(null);
        alice.setAttribute("user", "alice");
        String list = get("/session-admin/sessions?" + SHOP + "&user=alice");

        assertThat(list).startsWith("HTTP/1.1 200").contains("id=\"invalidate-matching\"");
        assertThat(get("/session-admin/sessions?" + SHOP)).doesNotContain("id=\"invalidate-matching\"");
        assertThat(tomcat.get("session-viewer", "/session-admin/sessions?user=alice"))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("id=\"invalidate-matching\"");
    }

    @Test
    void aNumberThatIsNotTheOneThatWasShownEndsNothing() {
        Session session = shop.getManager().createSession(null);
        assertThat(post("invalidate", session.getIdInternal(), "&expected=2"))
                .startsWith("HTTP/1.1 409")
                .contains("id=\"drift\"")
                .contains("name=\"expected\" value=\"1\"");
        assertThat(session.isValid()).isTrue();
    }

    @Test
    void theAdministratorsOwnSessionIsLeftOut() {
        Session own = shop.getManager().createSession(null);
        assertThat(post("confirm", own.getIdInternal(), "", "Cookie: JSESSIONID=" + own.getIdInternal()))
                .startsWith("HTTP/1.1 409")
                .contains("This is your own session");
        assertThat(post("invalidate", own.getIdInternal(), "", "Cookie: JSESSIONID=" + own.getIdInternal()))
                .startsWith("HTTP/1.1 409");
        assertThat(own.isValid()).isTrue();
    }

    @Test
    void whoMayOnlyLookEndsNothingAndStopsNothing() {
        for (String path : new String[] {"sessions/invalidate", "jobs/0b0e3d5c-1111-4222-8333-444455556666/stop"}) {
            assertThat(tomcat.post(
                            "session-viewer",
                            "/session-admin/" + path,
                            SHOP + "&handle=" + Handle.of("x").hex()))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(tomcat.get("session-viewer", "/session-admin/activity")).startsWith("HTTP/1.1 200");
    }

    private String post(String action) {
        return post(action, "swapped out", "");
    }

    private String post(String action, String id, String more, String... headers) {
        String list = get("/session-admin/sessions?" + SHOP);
        Matcher token = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(list);
        assertThat(token.find()).as(list).isTrue();
        String form =
                SHOP + "&csrf=" + token.group(1) + "&handle=" + Handle.of(id).hex() + more;
        return tomcat.post("manager-gui", "/session-admin/sessions/" + action, form, headers);
    }

    private String get(String path) {
        return tomcat.get("manager-gui", path);
    }

    /** As Tomcat 11 answers for a form that it can't decode. */
    private static final class Unreadable extends HttpServletRequestWrapper {
        private Unreadable(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            throw new IllegalStateException("id=78FF3650BFEB%");
        }
    }
}
