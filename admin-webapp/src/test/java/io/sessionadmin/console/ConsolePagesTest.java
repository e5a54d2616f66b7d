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
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
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

    ConsolePagesTest(@TempDir Path directory) throws IOException {
        tomcat = new ConsoleTomcat(directory);
    }

    @BeforeEach
    void start() throws Exception {
        var other = new StandardHost();
        other.setName("other.example");
        tomcat.tomcat().getEngine().addChild(other);
        Path directory = tomcat.directory();
        Context shop = tomcat.tomcat().addContext("/shop", directory.toString());
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
        assertThat(post("invalidate"))
                .startsWith("HTTP/1.1 200")
                .contains("Result: /shop on localhost")
                .contains("data-outcome=\"failed\"");
    }

    private String post(String action) {
        String list = get("/session-admin/sessions?" + SHOP);
        Matcher token = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(list);
        assertThat(token.find()).as(list).isTrue();
        String form = SHOP + "&csrf=" + token.group(1) + "&handle="
                + Handle.of("swapped out").hex();
        return tomcat.post("manager-gui", "/session-admin/sessions/" + action, form);
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
