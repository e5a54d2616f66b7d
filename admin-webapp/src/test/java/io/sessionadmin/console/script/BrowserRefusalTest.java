package io.sessionadmin.console.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.console.script.Programs.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of a browser has the operator's credentials and may not use them on the paths for programs. */
final class BrowserRefusalTest {

    private static Programs programs;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        programs = new Programs(directory, Postgres.freshUrl());
        programs.visit("5E551077", "alice");
    }

    @AfterAll
    static void stop() throws Exception {
        programs.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site|Sec-Fetch-Mode: navigate",
                "Sec-Fetch-Site: same-origin|Sec-Fetch-Mode: cors",
                "Sec-Fetch-Mode: no-cors",
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://localhost"
            })
    void aPageIsRefusedWhateverItAsks(String sent) {
        List<String> headers = new ArrayList<>(List.of(sent.split("\\|", -1)));
        for (String path : List.of("/api/v1/contexts", "/text/list")) {
            Answer read = programs.get(path, headers.toArray(String[]::new));
            assertThat(read.status()).as(path + " " + headers).isEqualTo(403);
            assertThat(read.head()).doesNotContainIgnoringCase("access-control-");
        }
        headers.add("Content-Type: application/json");
        Answer looked = programs.ask(
                "manager-script",
                "POST",
                "/api/v1/sessions/lookup",
                "{\"id\":\"5E551077\"}",
                headers.toArray(String[]::new));
        assertThat(looked.json().path("type").asText()).isEqualTo("urn:session-admin:from-a-browser");
    }

    @Test
    void aPersonMayReadByTypingTheAddressAndChangeNothing() {
        String[] typed = {"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"};
        assertThat(programs.get("/text/list", typed).status()).isEqualTo(200);
        assertThat(programs.ask("manager-status", "GET", "/metrics", "", typed).status())
                .isEqualTo(200);
        assertThat(programs.ask("manager-script", "POST", "/text/find", "", typed)
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aPreflightIsNotAnswered() {
        Answer preflight = programs.ask(
                "",
                "OPTIONS",
                "/api/v1/sessions/lookup",
                "",
                "Origin: http://evil.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type");
        assertThat(preflight.status()).isEqualTo(401);
        assertThat(preflight.head()).doesNotContainIgnoringCase("access-control-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/contexts", "/text/list", "/metrics", "/"})
    void noCookieIsSetAndNoneIsNeeded(String path) {
        for (String user : List.of("manager-script", "manager-status", "manager-gui")) {
            Answer answer = programs.ask(user, "GET", path, "", "Cookie: JSESSIONID=0123456789ABCDEF0123456789ABCDEF");
            assertThat(answer.head()).doesNotContainIgnoringCase("set-cookie");
            assertThat(answer.body()).doesNotContain("jsessionid");
        }
        assertThat(programs.tomcat().console().getManager().findSessions()).isEmpty();
    }

    @Test
    void aTokenOfAPageIsNoWayIn() {
        Answer answer = programs.ask(
                "manager-gui",
                "POST",
                "/text/find",
                "csrf=0&id=5E551077",
                "Content-Type: application/x-www-form-urlencoded",
                "Sec-Fetch-Site: same-origin");
        assertThat(answer.status()).isEqualTo(403);
    }
}
