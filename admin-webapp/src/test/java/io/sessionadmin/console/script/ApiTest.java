package io.sessionadmin.console.script;

import static io.sessionadmin.console.script.Programs.handle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sessionadmin.console.Postgres;
import io.sessionadmin.console.script.Programs.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON interface, each answer held against its description. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ApiTest {

    private static final String API = "/api/v1";

    private static OpenApi description;
    private static Programs programs;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        description = new OpenApi();
        String database = Postgres.freshUrl();
        programs = new Programs(directory, database);
        programs.visit("5E551077", "alice");
        programs.visit("BAD", Programs.MALLORY).getSession().setAttribute(Programs.MALLORY, Programs.MALLORY);
        programs.stored("50FA", "alice");
        programs.forget(programs.stored("5107", null));
        programs.update("""
                insert into tomcat_sessions
                    (app_name, session_id, valid_session, max_inactive, last_access, session_data, node, saved_at)
                select '/Catalina/localhost/gone', session_id, '1', 1800, last_access, session_data, 'tc-8', saved_at
                  from tomcat_sessions where session_id = '5107'""");
        programs.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select app_name, '6A4BA6E', '1', 1800, last_access, 'no stream'
                  from tomcat_sessions where session_id = '50FA'""");
        refusesToSave("FA11");
    }

    /** A session that the database does not take. */
    private static void refusesToSave(String id) throws Exception {
        programs.update("""
                create function refuse() returns trigger language plpgsql as $$
                begin raise exception 'this one is not taken'; end $$""");
        programs.update("create trigger refuse before insert on tomcat_sessions for each row"
                + " when (new.session_id = '" + id + "') execute function refuse()");
        assertThatThrownBy(() -> programs.stored(id, "bob")).isInstanceOf(IOException.class);
    }

    @AfterAll
    static void stop() throws Exception {
        programs.close();
    }

    @Test
    void contextsAreCountedAndWhatIsNotKnownIsNullWithTheReason() {
        JsonNode contexts = get("/contexts", "/contexts").json();

        JsonNode stored = context(contexts, "/stored");
        assertThat(stored.path("liveHere").asInt()).isEqualTo(2);
        assertThat(stored.path("swappedOut").asInt())
                .as("one of them unreadable")
                .isEqualTo(2);
        assertThat(stored.path("current").asInt()).isEqualTo(1);
        assertThat(stored.path("failing").asInt()).isEqualTo(1);
        assertThat(stored.path("atRiskHere").asInt()).isEqualTo(1);
        assertThat(stored.path("oldestUnsavedSeconds").isIntegralNumber()).isTrue();
        assertThat(stored.path("maxIdleBackup").asInt()).isZero();
        assertThat(stored.path("notExact").has("atRiskHere")).isFalse();
        JsonNode memory = context(contexts, "/memory");
        assertThat(memory.path("atRisk").asInt()).isEqualTo(2);
        assertThat(memory.path("never").asInt()).isEqualTo(2);
        JsonNode silent = context(contexts, "/silent");
        assertThat(silent.path("swappedOut").isNull()).isTrue();
        assertThat(silent.path("notExact").path("swappedOut").path("certainty").asText())
                .isEqualTo("unknown");
        assertThat(silent.path("notExact").path("swappedOut").path("reason").asText())
                .contains("FileStore");
    }

    @Test
    void aSessionIsShownWithItsAttributesAndWithoutItsId() {
        Answer answer = get("/sessions/" + handle("50FA") + "?context=/stored", "/sessions/{handle}");

        assertThat(answer.json().path("user").asText()).isEqualTo("alice");
        assertThat(answer.json().path("state").asText()).isEqualTo("live");
        assertThat(answer.json().path("backup").asText()).isEqualTo("current");
        assertThat(Instant.parse(answer.json().path("savedAt").asText())).isBefore(Instant.now());
        assertThat(answer.json().path("attributes").get(0).path("name").asText())
                .isEqualTo("cart");
        assertThat(answer.body()).doesNotContain("50FA\"", "one book");
        Answer swappedOut =
                get("/sessions/" + handle("5107") + "?context=/stored&host=localhost", "/sessions/{handle}");
        assertThat(swappedOut.json().path("state").asText()).isEqualTo("swappedOut");
        assertThat(swappedOut.json().path("backup").isNull()).isTrue();
    }

    @Test
    void aSessionIsShownWithAllThatItsPageShows() throws Exception {
        Session session = programs.visitStored("DE7A11", "erin");
        session.getSession().setAttribute("cart", new ArrayList<>(List.of(new TreeMap<>(Map.of("book", 17)))));
        session.getSession().setAttribute("login", new TreeMap<>(Map.of("password", "swordfish", "name", "erin")));
        session.getSession().setAttribute("late", "x");
        session.getSession().removeAttribute("late");
        programs.save(session);
        session.getSession().setAttribute("late", "x");
        programs.update("""
                insert into tomcat_sessions_nodes (app_name, node, instance, tomcat, store, coherence, max_idle_backup,
                    started_at, heartbeat, node_time, live, at_risk, overdue, failing, listening)
                select app_name, 'tc-9', 'another', '', '', 'sticky', 0, now() - interval '2 hours', now() - interval '1 hour', 0, 0, 0, 0, 0, true
                  from tomcat_sessions limit 1""");
        String path = "/sessions/" + handle("DE7A11") + "?context=/stored";

        JsonNode detail = get(path, "/sessions/{handle}").json();
        programs.update("delete from tomcat_sessions_nodes where node = 'tc-9'");

        assertThat(detail.path("authType").asText()).isEqualTo("FORM");
        assertThat(detail.path("values").asText()).isEqualTo("hidden");
        assertThat(detail.path("row").path("tombstone").asBoolean(true)).isFalse();
        assertThat(Instant.parse(detail.path("row").path("reapAfter").asText())).isAfter(Instant.now());
        assertThat(detail.path("nodes").get(0).path("holds").asText()).isEqualTo("inMemory");
        assertThat(detail.path("nodes").findValuesAsText("node")).contains("tc-9");
        assertThat(detail.path("attributes").findValuesAsText("notSaved")).contains("it has not been saved yet");
        JsonNode book = value(detail, "cart", 0, 0);
        assertThat(book.path("className").asText()).isEqualTo("java.lang.Integer");
        assertThat(book.path("access").asText()).isEqualTo("hidden");
        assertThat(detail.toString()).doesNotContain("book", "swordfish", "DE7A11");
        assertThat(detail.path("truncated").asBoolean(true)).isFalse();

        Answer seen = programs.ask("seer", "GET", API + path, "");
        description.holds("get", "/sessions/{handle}", seen);
        assertThat(value(seen.json(), "cart", 0, 0).path("name").asText()).isEqualTo("book");
        assertThat(value(seen.json(), "cart", 0, 0).path("value").asText()).isEqualTo("17");
        assertThat(value(seen.json(), "login", 0).path("value").asText()).isEqualTo("erin");
        assertThat(value(seen.json(), "login", 1).path("access").asText()).isEqualTo("masked");
        assertThat(seen.body()).doesNotContain("swordfish", "DE7A11");
        session.expire();
    }

    @Test
    void whatOtherNodesAnnouncedIsSummedAndALateNodeIsNotKnown() throws Exception {
        announced("tc-8", "1 second", "'the disk is full'");
        announced("tc-9", "40 seconds", "'it was slow'");
        try {
            JsonNode stored = context(get("/contexts", "/contexts").json(), "/stored");
            assertThat(stored.path("failing").asInt()).isEqualTo(1 + 3);
            assertThat(stored.path("failingHere").asInt()).isEqualTo(1);
            assertThat(stored.path("overdue").asInt()).isEqualTo(2);
            assertThat(stored.path("atRisk").asInt()).isEqualTo(1 + 5);
            assertThat(stored.path("notExact").path("failing").path("certainty").asText())
                    .isEqualTo("atLeast");
            assertThat(stored.path("notExact").path("failing").path("reason").asText())
                    .contains("tc-9");
            assertThat(stored.path("oldestUnsavedSeconds").asInt()).isEqualTo(9_000);
            assertThat(stored.path("lateNodes").get(0).asText()).isEqualTo("tc-9");
            assertThat(stored.path("othersAsOfSeconds").asInt()).isPositive();
            assertThat(stored.path("failures").get(1).path("node").asText()).isEqualTo("tc-8");
            assertThat(stored.path("failures").get(1).path("reason").asText()).isEqualTo("the disk is full");

            JsonNode nodes = get("/nodes", "/nodes").json().path("nodes");
            assertThat(node(nodes, "tc-8").path("failure").asText()).isEqualTo("the disk is full");
            assertThat(node(nodes, "tc-9").path("failing").isNull()).isTrue();
            assertThat(node(nodes, "tc-9").path("lastTold").path("failing").asInt())
                    .isEqualTo(3);

            assertThat(programs.ask("manager-script", "GET", "/text/nodes", "").body())
                    .contains("failing=3 listening=true", "failure=the%20disk%20is%20full")
                    .contains("live=? atRisk=? overdue=? failing=?");
            assertThat(programs.ask("manager-status", "GET", "/metrics", "").body())
                    .contains("session_admin_cluster_failing_sessions{context=\"/stored\",host=\"localhost\"} 4.0")
                    .contains(
                            "session_admin_node_failing_sessions{context=\"/stored\",host=\"localhost\",node=\"tc-8\"} 3.0")
                    .contains(
                            "session_admin_node_heartbeat_age_seconds{context=\"/stored\",host=\"localhost\",node=\"tc-9\"}")
                    .doesNotContain(
                            "session_admin_node_failing_sessions{context=\"/stored\",host=\"localhost\",node=\"tc-9\"}");
            assertThat(get("/health", "/health").json().path("findings").findValuesAsText("title"))
                    .anyMatch(
                            title -> title.startsWith("Saves fail: ") && title.contains("tc-8: 3 (the disk is full)"));
        } finally {
            programs.update("delete from tomcat_sessions_nodes where node in ('tc-8', 'tc-9')");
        }
    }

    private static void announced(String node, String ago, String failure) throws Exception {
        programs.update("""
                insert into tomcat_sessions_nodes (app_name, node, instance, tomcat, store, coherence, max_idle_backup,
                    started_at, heartbeat, node_time, live, at_risk, overdue, failing, oldest_unsaved, listening, failure)
                select app_name, '%s', 'another', '', '', 'sticky', 0, now() - interval '2 hours',
                    now() - interval '%s', 0, 9, 5, 2, 3, 9000000, true, %s
                  from tomcat_sessions where session_id = '50FA'""".formatted(node, ago, failure));
    }

    private static JsonNode node(JsonNode nodes, String name) {
        for (JsonNode node : nodes) {
            if (node.path("node").asText().equals(name)) {
                return node;
            }
        }
        throw new AssertionError("no " + name + " in " + nodes);
    }

    private static JsonNode value(JsonNode detail, String attribute, int... path) {
        for (JsonNode held : detail.path("attributes")) {
            if (held.path("name").asText().equals(attribute)) {
                JsonNode value = held.path("saved");
                for (int child : path) {
                    value = value.path("children").path(child);
                }
                return value;
            }
        }
        throw new AssertionError("no " + attribute + " in " + detail);
    }

    @Test
    void aSessionOfAnySizeIsAnsweredIn200kBAndWhatWasCutIsSaid() throws Exception {
        Session session = programs.visitStored("1A46E", "frank");
        for (int i = 0; i < 250; i++) {
            String name = "%03d".formatted(i) + "\u72ac".repeat(200);
            session.getSession().setAttribute(name, new ArrayList<>(Collections.nCopies(20, "\\\"\u72ac".repeat(70))));
        }
        programs.save(session);

        Answer answer = programs.ask("seer", "GET", API + "/sessions/" + handle("1A46E") + "?context=/stored", "");
        session.expire();

        description.holds("get", "/sessions/{handle}", answer);
        assertThat(answer.body().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(100_000, 200_000);
        assertThat(answer.json().path("truncated").asBoolean()).isTrue();
        assertThat(answer.json().path("attributes").size()
                        + answer.json().path("moreAttributes").asInt())
                .isEqualTo(250);
    }

    @Test
    void aTombstoneSaysWhenTheSessionEnded() throws Exception {
        programs.stored("70B", "grace");
        post("/sessions/invalidate", "{\"context\":\"/stored\",\"handles\":[\"" + handle("70B") + "\"]}");

        JsonNode ended = get("/sessions/" + handle("70B") + "?context=/stored", "/sessions/{handle}")
                .json();

        assertThat(ended.path("state").asText()).isEqualTo("invalidated");
        assertThat(Instant.parse(ended.path("endedAt").asText())).isBefore(Instant.now());
        assertThat(ended.path("row").path("tombstone").asBoolean()).isTrue();
        assertThat(ended.path("attributes")).isEmpty();
    }

    @Test
    void aSessionThatIsNotSavedOrCannotBeReadSaysWhy() {
        JsonNode failing = get("/sessions/" + handle("FA11") + "?context=/stored", "/sessions/{handle}")
                .json();
        assertThat(failing.path("backup").asText()).isEqualTo("failing");
        assertThat(failing.path("backupReason").asText()).contains("this one is not taken");
        JsonNode unreadable = get("/sessions/" + handle("6A4BA6E") + "?context=/stored", "/sessions/{handle}")
                .json();
        assertThat(unreadable.path("state").asText()).isEqualTo("unreadable");
        assertThat(unreadable.path("stateReason").asText()).isNotBlank();
        post("/sessions/lookup", "{\"id\": \"FA11\"}");
        post("/sessions/lookup", "{\"id\": \"6A4BA6E\"}");
    }

    @Test
    void rowsOfAContextThatIsNotDeployedAreFoundByItsName() {
        JsonNode orphan = get("/sessions/" + handle("5107") + "?app=/Catalina/localhost/gone", "/sessions/{handle}")
                .json();

        assertThat(orphan.path("app").asText()).isEqualTo("/Catalina/localhost/gone");
        assertThat(orphan.path("context").isNull()).isTrue();
        assertThat(post("/sessions/lookup", "{\"id\": \"5107\"}").json().path("sessions"))
                .hasSize(2);
    }

    @Test
    void whatVisitorsWriteIsText() {
        Answer answer = get("/sessions/" + handle("BAD") + "?context=/memory", "/sessions/{handle}");

        assertThat(answer.json().path("user").asText()).isEqualTo(Programs.MALLORY);
        assertThat(answer.json().path("attributes").get(0).path("name").asText())
                .startsWith("<b>\"mallory");
        assertThat(answer.body()).doesNotContain("\n", "\r");
    }

    @Test
    void anIdIsLookedUpInAllContextsByPostAndNotGivenBack() {
        Answer found = post("/sessions/lookup", "{\"id\": \" 5E551077 \"}");

        assertThat(found.json().path("handle").asText()).isEqualTo(handle("5E551077"));
        assertThat(found.json().path("sessions").get(0).path("context").asText())
                .isEqualTo("/memory");
        assertThat(found.json().path("problems").get(0).asText()).startsWith("/silent: ");
        assertThat(found.body()).doesNotContain("5E551077");
        assertThat(post("/sessions/lookup", "{\"id\": \"NOBODY\"}").status())
                .as("a store that is silent may have it")
                .isEqualTo(503);
        assertThat(programs.get(API + "/sessions/lookup").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"id\": 1}",
                "{\"id\": \"\"}",
                "{\"id\": \"A\", \"id\": \"A\"}",
                "{\"ID\": \"A\"}",
                "{\"id\": null}",
                "{\"id\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {}}}}}}}}}}}",
                "{\"id\": \"A\"} {}",
                "{\"id\": 1.5}"
            })
    void aBodyThatIsNotUnderstoodIsRefusedWithoutQuotingIt(String body) {
        Answer answer = programs.ask(
                "manager-script", "POST", API + "/sessions/lookup", body, "Content-Type: application/json");

        description.holds("post", "/sessions/lookup", answer);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().path("type").asText()).isEqualTo("urn:session-admin:bad-body");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        assertThat(post("/sessions/lookup", "{\"id\": \"" + "A".repeat(300_000) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(post("/sessions/lookup", "{\"id\": \"" + "A".repeat(20_000) + "\"}")
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/jsonp",
                "application/json; charset=utf-16"
            })
    void whatAFormOfAPageCanSendIsNoJson(String type) {
        Answer answer = programs.ask(
                "manager-script", "POST", API + "/sessions/lookup", "{\"id\": \"5E551077\"}", "Content-Type: " + type);

        description.holds("post", "/sessions/lookup", answer);
        assertThat(answer.status()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /contexts?page=2, 400",
        "POST, /contexts, 405",
        "DELETE, /contexts, 405",
        "OPTIONS, /contexts, 405",
        "GET, /sessions/00000000000000000000000000000000?context=/memory, 404",
        "GET, /sessions/00000000000000000000000000000000?context=/nowhere, 404",
        "GET, /sessions/00000000000000000000000000000000?context=/silent, 503",
        "GET, /sessions/00000000000000000000000000000000, 400",
        "GET, /sessions/00000000000000000000000000000000?context=memory, 400",
        "GET, /sessions/00000000000000000000000000000000?context=/memory&context=/x, 400",
        "GET, /sessions/00000000000000000000000000000000?context=/memory%0D%0ASet-Cookie:a, 400",
        "GET, /sessions/5E551077?context=/memory, 404",
        "GET, /nothing, 404",
        "GET, '', 404",
    })
    void whatIsNotThereIsAProblemWithAWayOut(String method, String path, int status) {
        Answer answer = programs.ask("manager-script", method, API + path, "");

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertProblem(answer);
        assertThat(answer.head().contains("\r\nAllow: ")).isEqualTo(status == 405);
    }

    @Test
    void tomcatsOwnRefusalsAreProblemsToo() {
        assertProblem(programs.ask("", "GET", API + "/contexts", ""));
        assertThat(programs.ask("", "GET", API + "/contexts", "").head()).contains("\r\nWWW-Authenticate: Basic");
        Answer viewer = programs.ask("manager-gui", "GET", API + "/contexts", "");
        assertThat(viewer.status()).isEqualTo(403);
        assertThat(viewer.json().path("detail").asText()).contains("manager-script");
        description.holds("get", "/contexts", viewer);
        assertProblem(programs.ask("manager-script", "TRACE", API + "/contexts", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 200",
        "*/*, 200",
        "'text/html, application/*;q=0.5', 200",
        "application/json, 200",
        "text/html, 406",
        "'application/json;q=0, text/html', 406"
    })
    void onlyJsonIsSpoken(String accept, int status) {
        Answer answer = programs.get(API + "/contexts", "Accept: " + accept);

        description.holds("get", "/contexts", answer);
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void aHeadHasTheHeadersOfAnAnswerAndNoBody() {
        Answer head = programs.ask("manager-script", "HEAD", API + "/contexts", "");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.head()).containsIgnoringCase("content-type: application/json");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void theDescriptionIsServedAsItIs() {
        assertThat(get("/openapi.json", "/openapi.json").json()).isEqualTo(description.document());
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void everyPathAndFieldOfTheDescriptionIsAnswered() {
        get("/audit?limit=1", "/audit");
        assertThat(description.neverAnswered()).isEmpty();
    }

    @Test
    void theParametersOfTheDescriptionAreThoseThatAreTaken() {
        for (String path : List.of(
                "/openapi.json", "/contexts", "/nodes", "/health", "/sessions", "/sessions/{handle}", "/audit")) {
            String detail = programs.get(API + path.replace("{handle}", handle("5E551077")) + "?nonsense=1")
                    .json()
                    .path("detail")
                    .asText();
            Set<String> taken = detail.equals("This takes no parameters.")
                    ? new TreeSet<>()
                    : new TreeSet<>(List.of(detail.replaceAll(".*(parameters are|It knows) |\\.$", "")
                            .split(", ", -1)));
            assertThat(taken).as(path + ": " + detail).isEqualTo(description.parameters("get", path));
        }
    }

    @Test
    void nodesAreShownAsTheyAnnouncedThemselves() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (get("/nodes", "/nodes").json().path("nodes").isEmpty()) {
            assertThat(System.nanoTime())
                    .as("this node announces itself in time")
                    .isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        programs.update("""
                insert into tomcat_sessions_nodes
                select (jsonb_populate_record(n, '{"node": "tc-2", "instance": "another"}')).*
                  from tomcat_sessions_nodes n""");
        JsonNode nodes = get("/nodes", "/nodes").json();
        programs.update("delete from tomcat_sessions_nodes where node = 'tc-2'");

        assertThat(nodes.path("nodes")).hasSize(2);
        assertThat(nodes.path("nodes").get(0).path("context").asText()).isEqualTo("/stored");
        assertThat(nodes.path("nodes").findValuesAsText("state")).containsOnly("alive");
        assertThat(nodes.path("nodes").findValuesAsText("thisNode")).containsExactlyInAnyOrder("true", "false");
    }

    @Test
    void whatShouldBeKnownIsFoundWithItsRemedy() {
        JsonNode health = get("/health", "/health").json();

        assertThat(health.path("findings").findValuesAsText("id")).contains("no-store");
        assertThat(health.path("findings").findValuesAsText("severity")).contains("danger");
        assertThat(health.path("contexts").findValuesAsText("context")).contains("/memory", "/stored");
        assertThat(health.path("contexts").findValuesAsText("element")).contains("Manager", "Store");
    }

    @Test
    void everyParameterOfTheDescriptionIsTakenAsItsExampleHasIt() {
        description
                .document()
                .path("paths")
                .path("/sessions")
                .path("get")
                .path("parameters")
                .forEach(parameter -> {
                    if (parameter.has("example")) {
                        String asked = parameter.path("name").asText() + "="
                                + parameter.path("example").asText();
                        Answer answer = get("/sessions?context=/memory&" + asked, "/sessions");
                        assertThat(answer.status())
                                .as(asked + ": " + answer.body())
                                .isEqualTo(200);
                    }
                });
    }

    @Test
    void sessionsAreFoundAndPagedByWhatIsKnownOfThem() {
        JsonNode alices = get("/sessions?user=alice", "/sessions").json();
        assertThat(alices.path("sessions")).hasSize(2);
        assertThat(get("/sessions?context=/stored&state=swappedOut", "/sessions")
                        .json()
                        .path("sessions"))
                .hasSize(1);
        assertThat(get("/sessions?context=/stored&backup=failing", "/sessions")
                        .json()
                        .path("sessions")
                        .get(0)
                        .path("handle")
                        .asText())
                .isEqualTo(handle("FA11"));
        JsonNode first = get("/sessions?context=/stored&limit=1", "/sessions").json();
        assertThat(first.path("sessions")).hasSize(1);
        JsonNode second = get(
                        "/sessions?context=/stored&limit=1&after="
                                + first.path("next").asText(),
                        "/sessions")
                .json();
        assertThat(second.path("sessions").get(0))
                .isNotEqualTo(first.path("sessions").get(0));
        assertThat(get("/sessions?context=/nowhere", "/sessions").status()).isEqualTo(404);
        assertThat(get("/sessions?limit=101", "/sessions").status()).isEqualTo(400);
        assertThat(get("/sessions?idleOver=soon", "/sessions")
                        .json()
                        .path("detail")
                        .asText())
                .contains("idleOver");
    }

    @Test
    void namedSessionsAreEndedAndEachSaysHow() throws Exception {
        programs.stored("E4D1", "carol");
        Answer answer = post(
                "/sessions/invalidate",
                "{\"context\":\"/stored\",\"handles\":[\"" + handle("E4D1") + "\",\"" + handle("NOBODY")
                        + "\"],\"reason\":\"left the company\\r\\nOK\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("state").asText()).isEqualTo("done");
        assertThat(answer.json().path("outcomes").path("ended").asInt()).isEqualTo(1);
        JsonNode result = answer.json().path("results").get(0);
        assertThat(result.path("handle").asText()).isEqualTo(handle("E4D1"));
        assertThat(result.path("user").asText()).isEqualTo("carol");
        assertThat(answer.json().path("nodes")).isNotEmpty();
        assertThat(answer.body()).doesNotContain("E4D1\"");
        String job = answer.json().path("job").asText();
        Answer again = programs.get(API + "/jobs/" + job);
        description.holds("get", "/jobs/{job}", again);
        assertThat(again.json()).isEqualTo(answer.json());
        Answer stopped = programs.post(API + "/jobs/" + job + "/stop", "{}");
        description.holds("post", "/jobs/{job}/stop", stopped);
        assertThat(stopped.json().path("state").asText()).isEqualTo("done");
        JsonNode action = get("/audit?who=manager-script&handle=" + handle("E4D1"), "/audit")
                .json()
                .path("actions")
                .get(0);
        assertThat(action.path("reason").asText()).isEqualTo("left the company  OK");
        assertThat(action.path("done").asInt()).isEqualTo(1);
        assertThat(get("/audit?limit=1", "/audit").json().path("actions")).hasSize(1);
        assertThat(action.path("address").asText()).isEqualTo("127.0.0.1");
    }

    @Test
    void aFilterEndsAsManyAsExpectedOrNone() throws Exception {
        programs.stored("DA4E1", "dave");
        programs.stored("DA4E2", "dave");
        String daves = "{\"context\":\"/stored\",\"filter\":{\"user\":\"dave\"}";

        Answer unsaid = post("/sessions/invalidate", daves + "}");
        assertThat(unsaid.status()).isEqualTo(409);
        assertThat(unsaid.json().path("count").asInt()).isEqualTo(2);
        Answer drifted = post("/sessions/invalidate", daves + ",\"expectedCount\":1}");
        assertThat(drifted.status()).isEqualTo(409);
        assertThat(drifted.json().path("type").asText()).isEqualTo("urn:session-admin:count-drifted");
        assertThat(get("/sessions?user=dave&state=live", "/sessions").json().path("sessions"))
                .hasSize(2);
        assertThat(post("/sessions/invalidate", daves + ",\"expectedCount\":2}")
                        .json()
                        .path("outcomes")
                        .path("ended")
                        .asInt())
                .isEqualTo(2);
        assertThat(get("/sessions?user=dave&state=live", "/sessions").json().path("sessions"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400",
                "{\"context\":\"/memory\"} | 400",
                "{\"handles\":[\"00000000000000000000000000000000\"]} | 400",
                "{\"context\":\"/memory\",\"handles\":[]} | 400",
                "{\"context\":\"/memory\",\"handles\":[\"5E551077\"]} | 400",
                "{\"context\":\"/memory\",\"handles\":[\"00000000000000000000000000000000\"],\"filter\":{}} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"usr\":\"x\"},\"expectedCount\":1} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"user\":\"x\"},\"expectedCount\":\"1\"} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"user\":\"x\"},\"expectedCount\":-1} | 400",
                "{\"context\":5,\"filter\":{\"user\":\"alice\"},\"expectedCount\":2} | 400",
                "{\"context\":null,\"filter\":{\"user\":\"alice\"},\"expectedCount\":2} | 400",
                "{\"host\":\"localhost\",\"filter\":{\"user\":\"alice\"},\"expectedCount\":2} | 400",
                "{\"filter\":{\"user\":\"alice\"},\"expectedCount\":2,\"reason\":5} | 400",
                "{\"filter\":{\"user\":\"alice\"},\"expectedCount\":2,\"handles\":5} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"user\":null},\"expectedCount\":2} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"user\":\"\"},\"expectedCount\":2} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"user\":[]},\"expectedCount\":2} | 400",
                "{\"context\":\"/memory\",\"filter\":{\"idleOver\":\"soon\"},\"expectedCount\":2} | 400",
                "{\"context\":\"/nowhere\",\"handles\":[\"00000000000000000000000000000000\"]} | 404",
                "{\"context\":\"/memory\",\"handles\":[\"00000000000000000000000000000000\"]} | 409",
                "{\"context\":\"/memory\",\"filter\":{},\"expectedCount\":0} | 409",
            })
    void nothingEndsByAMistake(String body, int status) {
        Answer answer = post("/sessions/invalidate", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(programs.isLive("5E551077")).isTrue();
        assertThat(programs.isLive("BAD")).isTrue();
    }

    @Test
    void theFieldsThatEndSessionsAreThoseOfTheDescription() {
        JsonNode described =
                description.document().path("components").path("schemas").path("Ending");
        Set<String> conditions = new TreeSet<>();
        described
                .path("properties")
                .path("filter")
                .path("propertyNames")
                .path("enum")
                .forEach(name -> conditions.add(name.asText()));
        Set<String> fields = new TreeSet<>();
        described.path("properties").fieldNames().forEachRemaining(fields::add);

        assertThat(known("{\"nonsense\":1}", "nonsense")).isEqualTo(fields);
        assertThat(known("{\"filter\":{\"nonsense\":1}}", "filter.nonsense")).isEqualTo(conditions);
        for (String name : conditions) { // each is taken, and takes nothing that is not understood
            Answer answer = post("/sessions/invalidate", "{\"filter\":{\"" + name + "\":\"  x \"}}");
            assertThat(answer.status()).as(answer.body()).isIn(400, 409);
            assertThat(answer.json().path("field").asText()).isIn("", "filter." + name);
        }
        String id = "0123456789ABCDEF0123456789ABCDEF";
        assertThat(post("/sessions/invalidate", "{\"" + id + "\":1}").body()).doesNotContain(id);
    }

    /** What the refusal of a field says to be known instead. */
    private static Set<String> known(String body, String field) {
        JsonNode refusal = post("/sessions/invalidate", body).json();
        assertThat(refusal.path("type").asText()).isEqualTo("urn:session-admin:bad-body");
        assertThat(refusal.path("field").asText()).isEqualTo(field);
        String detail = refusal.path("detail").asText();
        assertThat(detail).contains("\"" + field + "\"");
        return new TreeSet<>(List.of(detail.replaceAll(".* are |\\.$", "").split(", ", -1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"from=yesterday", "to=1", "limit=0", "limit=1000", "after=1-x", "after=x", "page=2"})
    void theAuditTrailIsAskedStrictly(String asked) {
        assertThat(get("/audit?" + asked, "/audit").status()).isEqualTo(400);
    }

    @Test
    void aJobThatIsNotKnownIsSaidSo() {
        Answer answer = programs.get(API + "/jobs/nothing");
        description.holds("get", "/jobs/{job}", answer);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(programs.get(API + "/jobs/nothing/stop").status()).isEqualTo(405);
    }

    @Test
    void anEstimateIsCountedExactlyWhenSomebodyAsksForIt() throws Exception {
        programs.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                select '/many', 'many ' || i, '1', 1800, 0 from generate_series(1, 10500) i""");
        try {
            String many = "/sessions?app=/many&limit=1&idleOver=1";
            assertThat(get(many, "/sessions")
                            .json()
                            .at("/notExact/total/certainty")
                            .asText())
                    .isEqualTo("estimate");
            JsonNode counted = get(many + "&count=exact", "/sessions").json();
            assertThat(counted.path("total").asInt()).isEqualTo(10_500);
            assertThat(counted.path("notExact").isEmpty()).isTrue();
            assertProblem(programs.get(API + "/sessions?count=all"));

            Answer page = programs.ask("manager-gui", "GET", many, "");
            Matcher link = Pattern.compile("id=\"count-exactly\" href=\"[^\"]*(/sessions[^\"]*)\"")
                    .matcher(page.body());
            assertThat(link.find()).isTrue();
            Answer exact = programs.ask("manager-gui", "GET", link.group(1).replace("&amp;", "&"), "");
            assertThat(exact.body()).contains("10,500 of").doesNotContain("count-exactly");
        } finally {
            programs.update("delete from tomcat_sessions where app_name = '/many'");
        }
    }

    private static Answer get(String path, String described) {
        Answer answer = programs.get(API + path);
        description.holds("get", described, answer);
        return answer;
    }

    private static Answer post(String path, String body) {
        Answer answer = programs.post(API + path, body);
        description.holds("post", path, answer);
        return answer;
    }

    private static JsonNode context(JsonNode contexts, String name) {
        for (JsonNode context : contexts.path("contexts")) {
            if (context.path("context").asText().equals(name)) {
                return context;
            }
        }
        throw new AssertionError("no " + name + " in " + contexts);
    }

    private static void assertProblem(Answer answer) {
        assertThat(answer.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
        assertThat(answer.json().path("title").asText()).isNotBlank();
        assertThat(answer.json().path("detail").asText()).isNotBlank();
        assertThat(answer.json().path("type").asText()).startsWith("urn:session-admin:");
    }
}
