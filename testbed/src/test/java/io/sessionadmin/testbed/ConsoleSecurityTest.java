package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/** Who gets what from the console of a real Tomcat, with its own Realm. One node of each line serves all tests. */
final class ConsoleSecurityTest {

    private static final Map<TomcatLine, TomcatNode> NODES = new EnumMap<>(TomcatLine.class);
    private static final Map<TomcatLine, TestDatabase> DATABASES = new EnumMap<>(TomcatLine.class);

    private static TomcatNode node(TomcatLine line) {
        return NODES.computeIfAbsent(line, missing -> {
            TestDatabase database = TestPostgres.shared().database();
            DATABASES.put(line, database);
            TomcatNode node = TomcatNode.on(line)
                    .withStore()
                    .console()
                    .shop(StoreXml.sharedManager(database))
                    .start();
            new Visitor().on(node).login("alice");
            return node;
        });
    }

    @AfterAll
    static void stop() {
        NODES.values().forEach(TomcatNode::close);
        DATABASES.values().forEach(TestDatabase::close);
    }

    @OnBothTomcats
    void eachUserOpensTheirPathsAndNoOthers(TomcatLine line) {
        var admin = new Admin(node(line));
        Map<String, List<Integer>> expected = Map.of(
                TomcatNode.ADMIN,
                List.of(200, 403, 200),
                TomcatNode.VIEWER,
                List.of(403, 403, 200),
                TomcatNode.ROBOT,
                List.of(403, 200, 403),
                TomcatNode.LOOKER,
                List.of(200, 403, 403),
                TomcatNode.AUDITOR,
                List.of(200, 403, 403),
                TomcatNode.OPERATOR,
                List.of(200, 403, 403),
                "alice",
                List.of(403, 403, 403));
        expected.forEach((user, statuses) -> {
            assertThat(get(admin, user, "/").statusCode()).as(user).isEqualTo(statuses.get(0));
            for (String path : List.of("/text/list", "/api/v1/contexts", "/api/v1/sessions?context=/shop")) {
                assertThat(get(admin, user, path).statusCode()).as(user + path).isEqualTo(statuses.get(1));
            }
            assertThat(get(admin, user, "/metrics").statusCode()).as(user).isEqualTo(statuses.get(2));
        });
        assertThat(get(admin, TomcatNode.LOOKER, "/sessions?host=localhost&context=/shop")
                        .body())
                .doesNotContain("id=\"invalidate\"")
                .contains("manager-gui, session-operator");
    }

    @OnBothTomcats
    void refusalsHaveTheFormOfTheInterface(TomcatLine line) {
        var admin = new Admin(node(line));
        assertThat(get(admin, TomcatNode.ADMIN, "/text/list").body()).startsWith("FAIL - Not allowed.");
        HttpResponse<String> api = get(admin, TomcatNode.ADMIN, "/api/v1/contexts");
        assertThat(api.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(api.body()).contains("\"type\":\"urn:session-admin:forbidden\"", "manager-script");
        assertThat(admin.request(
                                TomcatNode.ROBOT,
                                "GET",
                                "/session-admin/api/v1/contexts",
                                BodyPublishers.noBody(),
                                "Sec-Fetch-Site",
                                "cross-site")
                        .body())
                .contains("urn:session-admin:from-a-browser");
        assertThat(admin.request("nobody", "GET", "/session-admin/api/v1/contexts", BodyPublishers.noBody())
                        .body())
                .contains("urn:session-admin:not-signed-in");
        assertThat(get(admin, TomcatNode.ADMIN, "/nothing").body()).contains("data-status=\"404\"");
    }

    @OnBothTomcats
    void programsAreAnsweredAsDescribed(TomcatLine line) {
        TomcatNode node = node(line);
        var admin = new Admin(node);
        assertThat(get(admin, TomcatNode.ROBOT, "/text/list").body())
                .startsWith("OK - ")
                .contains("\ncontext=/shop host=localhost state=running live=");
        assertThat(get(admin, TomcatNode.ROBOT, "/api/v1/sessions?context=/shop&user=alice")
                        .body())
                .contains("\"user\":\"alice\"", "\"state\":\"live\"", "\"node\":\"" + node.name() + "\"");
        var description = new ApiDescription(get(admin, TomcatNode.ROBOT, "/api/v1/openapi.json"));
        String handle = admin.rows("/shop").get(0).handle();
        for (String path : List.of("/contexts", "/nodes", "/health", "/audit", "/sessions", "/sessions/{handle}")) {
            String asked = path.replace("{handle}", handle + "?context=/shop");
            description.holds(path, get(admin, TomcatNode.ROBOT, "/api/v1" + asked));
            description.holds(path, get(admin, TomcatNode.LOOKER, "/api/v1" + asked));
        }
        description.holds("/sessions", get(admin, TomcatNode.ROBOT, "/api/v1/sessions?usr=alice"));
        assertThat(get(admin, TomcatNode.VIEWER, "/metrics").body())
                .contains("session_admin_live_sessions{context=\"/shop\",host=\"localhost\"} ")
                .contains("session_admin_store_up{context=\"/shop\",host=\"localhost\"} 1.0")
                .contains("session_admin_store_listening{context=\"/shop\",host=\"localhost\"} 1.0")
                .endsWith("# EOF\n");
    }

    @OnBothTomcats
    void guessingAPasswordLocksTheUserAndNobodyElse(TomcatLine line) {
        TomcatNode node = node(line);
        String right = credentials("bob", node.password());
        assertThat(raw(node, "/session-admin/", right)).startsWith("HTTP/1.1 403");
        for (int guess = 0; guess < 5; guess++) {
            assertThat(raw(node, "/session-admin/", credentials("bob", "guess" + guess)))
                    .startsWith("HTTP/1.1 401");
        }
        assertThat(raw(node, "/session-admin/", right)).as("locked").startsWith("HTTP/1.1 401");
        assertThat(raw(node, "/session-admin/", credentials(TomcatNode.ADMIN, node.password())))
                .startsWith("HTTP/1.1 200");
        Await.until("Tomcat has said so", () -> node.log().contains("locked user [bob]"));
    }

    @OnBothTomcats
    void nobodyWritesALineOfTheLog(TomcatLine line) {
        TomcatNode node = node(line);
        String evil = "evil%0D%0A26-Nov-2026%20SEVERE%20forged";
        for (String path : List.of(
                "/sessions?host=" + evil + "&context=/shop",
                "/" + evil,
                "/text/" + evil,
                "/api/v1/" + evil,
                "/api/v1/sessions?user=" + evil)) {
            for (String user : List.of(TomcatNode.ADMIN, TomcatNode.ROBOT)) {
                String answer = raw(node, "/session-admin" + path, credentials(user, node.password()));
                assertThat(answer).doesNotContain("\n26-Nov-2026");
            }
        }
        assertThat(raw(node, "/session-admin/", credentials("x\r\n26-Nov-2026 SEVERE forged", "x")))
                .startsWith("HTTP/1.1 401");
        assertThat(node.log()).doesNotContain("\n26-Nov-2026 SEVERE forged");
    }

    private static HttpResponse<String> get(Admin admin, String user, String path) {
        return admin.request(user, "GET", "/session-admin" + path, BodyPublishers.noBody());
    }

    private static String credentials(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** As it comes from the socket. */
    private static String raw(TomcatNode node, String path, String credentials) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic "
                + credentials + "\r\n\r\n";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), node.uri("/").getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
