package io.sessionadmin.console;

import static io.sessionadmin.console.ConsoleTomcat.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Handle;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may do what, by the roles that web.xml and the console know. */
final class PermissionTest {

    private static final String SHOP = "host=localhost&context=/shop";
    private static final String HANDLE = Handle.of("5E551077").hex();
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

    private static ConsoleTomcat tomcat;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        tomcat = new ConsoleTomcat(directory);
        Context shop = tomcat.tomcat().addContext("/shop", directory.toString());
        var manager = new StandardManager();
        shop.setManager(manager);
        tomcat.start();
        var session = new StandardSession(manager);
        session.setNew(false);
        session.setValid(true);
        session.setCreationTime(System.currentTimeMillis());
        session.setId("5E551077", false);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.close();
    }

    /** 404 where the path is open to the role, and nothing is there. */
    @ParameterizedTest
    @CsvSource({
        "manager-gui,      200, 403, 403",
        "session-viewer,   200, 403, 403",
        "session-operator, 200, 403, 403",
        "session-values,   403, 403, 403",
        "manager-script,   403, 404, 403",
        "manager-status,   403, 403, 404",
        "nobody,           403, 403, 403",
        "'',               401, 401, 401",
        "stranger,         401, 401, 401",
    })
    void eachRoleOpensItsPathsAndNoOthers(String user, int pages, int programs, int metrics) {
        for (String page : List.of("/", "/sessions?" + SHOP, "/sessions/" + HANDLE + "?" + SHOP, "/static/icon.svg")) {
            assertThat(status(get(user, page))).as(user + " " + page).isEqualTo(pages);
        }
        for (String path :
                List.of("/text", "/text/nothing", "/api", "/api/v1/nothing", "/;x/%61pi/../api/v1/nothing")) {
            assertThat(status(get(user, path))).as(user + " " + path).isEqualTo(programs);
        }
        assertThat(status(get(user, "/metrics/nothing"))).as(user + " /metrics").isEqualTo(metrics);
    }

    @Test
    void aViewerIsShownNoButtonsAndToldWhichRoleHasThem() {
        for (String page : List.of("/sessions?" + SHOP, "/sessions/" + HANDLE + "?" + SHOP)) {
            assertThat(get("session-operator", page)).contains("id=\"invalidate\"");
            assertThat(get("manager-gui", page)).contains("id=\"invalidate\"");
            assertThat(get("session-viewer", page))
                    .doesNotContain("id=\"invalidate\"", "type=\"checkbox\"")
                    .contains("id=\"cannot-invalidate\"", "manager-gui, session-operator");
        }
    }

    @Test
    void aViewersPostIsRefusedAndNamesTheRoleAndASearchIsNot() {
        String form = SHOP + "&csrf=" + token("session-viewer");
        for (String action : List.of("confirm", "invalidate")) {
            assertThat(post("session-viewer", action, form + "&handle=" + HANDLE))
                    .startsWith("HTTP/1.1 403")
                    .contains("data-status=\"403\"", "session-viewer has none of the roles that allow it")
                    .contains("manager-gui, session-operator");
        }
        assertThat(post("session-viewer", "lookup", form + "&id=5E551077")).startsWith("HTTP/1.1 303");
        assertThat(post(
                        "session-operator",
                        "confirm",
                        SHOP + "&csrf=" + token("session-operator") + "&handle=" + HANDLE))
                .startsWith("HTTP/1.1 200");
    }

    private static String token(String user) {
        Matcher token = TOKEN.matcher(get(user, "/sessions?" + SHOP));
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private static String get(String user, String path) {
        return tomcat.get(user, "/session-admin" + path);
    }

    private static String post(String user, String action, String form) {
        return tomcat.post(user, "/session-admin/sessions/" + action, form);
    }
}
