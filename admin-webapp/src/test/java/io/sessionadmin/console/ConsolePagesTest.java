package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Handle;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a Tomcat with two hosts and a context whose store is silent, asked over a socket. */
final class ConsolePagesTest {

    private static final String SHOP = "host=localhost&context=/shop";

    private final Path directory;
    private final Tomcat tomcat = new Tomcat();

    ConsolePagesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void start() throws Exception {
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getHost(); // the first one is where contexts go
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        var other = new StandardHost();
        other.setName("other.example");
        tomcat.getEngine().addChild(other);
        Context shop = tomcat.addContext("/shop", directory.toString());
        var manager = new PersistentManager();
        var files = new FileStore();
        files.setDirectory(Files.createFile(directory.resolve("no directory")).toString());
        manager.setStore(files);
        shop.setManager(manager);
        console();
        tomcat.start();
    }

    private void console() throws IOException {
        Path war = directory.resolve("war");
        copy(Path.of("../src-web/templates"), war.resolve("WEB-INF/templates"));
        copy(Path.of("../src-web/static"), war.resolve("static"));
        Context context = tomcat.addContext("/session-admin", war.toString());
        context.setPrivileged(true);
        Tomcat.addServlet(context, "console", ConsoleServlet.class.getName());
        context.addServletMappingDecoded("/", "console");
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

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
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
        return send("POST /session-admin/sessions/" + action + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length() + "\r\n\r\n"
                + form);
    }

    private String get(String path) {
        return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    private String send(String request) {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), tomcat.getConnector().getLocalPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
