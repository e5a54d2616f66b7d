package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Whoever looks at sessions, with whatever page or program, leaves them as they were. */
final class PassivityTest {

    /** Nothing happens in the background, so that a change is the console's. */
    private static final String QUIET = "maxIdleBackup=\"-1\" processExpiresFrequency=\"100000\"";

    private static final String SHOP = "host=localhost&context=/shop";
    private static final String API = "/api/v1/";

    /** A request that is answered with 200 and changes nothing; a form is sent by POST. */
    private record Look(String user, String path, String form) {}

    /** Of a list, in a form of its own each. */
    private static final List<String> FILTERS = List.of(
            "state=live",
            "state=swappedOut",
            "state=expired",
            "state=invalidated",
            "state=unreadable",
            "backup=atRisk",
            "backup=current",
            "backup=never",
            "user=alice",
            "node=tc-1",
            "q=0",
            "idleOver=1",
            "idleUnder=1h",
            "ageOver=1",
            "ageUnder=1h",
            "sizeOver=1",
            "sizeUnder=1M",
            "attribute=color",
            "sort=idle",
            "sort=-idle",
            "sort=age",
            "sort=-size");

    @OnBothTomcats
    void lookingLeavesRowsAndLiveSessionsAsTheyWere(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .manager()
                        .console()
                        .shop(StoreXml.jdbcStore(db, QUIET, ""))
                        .start()) {
            List<Visitor> visitors = Stream.generate(Visitor::new).limit(7).toList();
            visitors.forEach(visitor -> visitor.on(node).put("color", "green"));
            node.restart(); // all are stored now
            visitors.subList(0, 3).forEach(visitor -> visitor.on(node).touch()); // and three live again
            visitors.get(0).on(node).maxInactive(1);
            List<String> ids = visitors.stream()
                    .map(visitor -> visitor.sessionCookie().orElseThrow())
                    .toList();
            db.update("update tomcat_sessions set last_access = 1, reap_after = 0 where session_id = ?", ids.get(5));
            var admin = new Admin(node);
            Ended job = ended(admin, ids.get(6));
            Await.until(
                    "a session in memory is past its end",
                    () -> System.currentTimeMillis() > Long.parseLong(lastAccess(node, ids.get(0))) + 1_500);
            List<Admin.Row> listed = new ArrayList<>(admin.rows("/shop"));
            listed.add(new Admin.Row(job.handle(), "invalidated", ""));
            assertThat(listed).hasSize(7);
            assertThat(listed).extracting(Admin.Row::state).contains("live", "swapped-out", "expired", "invalidated");
            String before = state(db, node, ids);

            for (Look look : looks(admin, listed, job.page(), ids.get(1))) {
                HttpResponse<String> answer = request(admin, look);
                assertThat(answer.statusCode()).as(look + ": " + answer.body()).isEqualTo(200);
                ids.forEach(id -> assertThat(answer.body()).as(look.path()).doesNotContain(id));
                assertThat(answer.headers().allValues("Set-Cookie"))
                        .as(look.path())
                        .isEmpty();
            }
            assertThat(state(db, node, ids)).isEqualTo(before);
            ids.forEach(id -> assertThat(node.log()).doesNotContain(id));
        }
    }

    /** A session that was ended, and the page of that action. */
    private record Ended(String handle, String page) {}

    private static Ended ended(Admin admin, String id) {
        String token = admin.token("/shop");
        String found = location(admin, "lookup", "csrf=" + Admin.encode(token) + "&id=" + id);
        String handle = found.replaceAll(".*/sessions/([0-9a-f]{32}).*", "$1");
        String job = location(admin, "invalidate", Admin.form(token, "/shop", List.of(handle)));
        assertThat(admin.page(job)).contains("data-outcome=\"ended\"");
        return new Ended(handle, job.substring(job.indexOf("/jobs/")));
    }

    private static String location(Admin admin, String path, String form) {
        return admin.request("POST", "/session-admin/sessions/" + path, BodyPublishers.ofString(form))
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    private static List<Look> looks(Admin admin, List<Admin.Row> rows, String job, String id) {
        List<Look> looks = new ArrayList<>();
        for (String path : List.of("/", "/?refresh=30", "/sessions", "/health", "/activity", job)) {
            looks.add(new Look(TomcatNode.ADMIN, path, ""));
        }
        for (String filter : FILTERS) {
            looks.add(new Look(TomcatNode.ADMIN, "/sessions?" + SHOP + "&" + filter, ""));
            looks.add(new Look(TomcatNode.ROBOT, API + "sessions?" + filter, ""));
        }
        String csrf = "csrf=" + Admin.encode(admin.token("/shop")) + "&" + SHOP;
        for (Admin.Row row : rows) {
            String page = "/sessions/" + row.handle() + "?" + SHOP;
            looks.add(new Look(TomcatNode.ADMIN, page, ""));
            looks.add(new Look(TomcatNode.AUDITOR, page, ""));
            looks.add(new Look(TomcatNode.ROBOT, API + page.substring(1), ""));
            if (!row.state().equals("invalidated")) {
                looks.add(new Look(TomcatNode.ADMIN, "/sessions/confirm", csrf + "&handle=" + row.handle()));
            }
            if (row.state().equals("live")) {
                String form = csrf + "&handle=" + row.handle() + "&attribute=color";
                looks.add(new Look(TomcatNode.ADMIN, "/sessions/backup", form));
                looks.add(new Look(TomcatNode.ADMIN, "/sessions/attribute", form));
            }
        }
        looks.add(new Look(TomcatNode.ADMIN, "/sessions/confirm", csrf + "&matching=all&idleUnder=1h"));
        looks.add(new Look(TomcatNode.ADMIN, "/sessions/export?format=csv&" + SHOP, ""));
        looks.add(new Look(TomcatNode.ADMIN, "/sessions/export?format=json", ""));
        for (String command : List.of("list", "atrisk", "sessions?path=/shop", "nodes", "health")) {
            looks.add(new Look(TomcatNode.ROBOT, "/text/" + command, ""));
        }
        looks.add(new Look(TomcatNode.ROBOT, "/text/find", "id=" + id));
        for (String path : List.of("contexts", "nodes", "health", "audit", "openapi.json", job.substring(1))) {
            looks.add(new Look(TomcatNode.ROBOT, API + path, ""));
        }
        looks.add(new Look(TomcatNode.ROBOT, API + "sessions/lookup", "{\"id\":\"" + id + "\"}"));
        looks.add(new Look(TomcatNode.VIEWER, "/metrics", ""));
        return looks;
    }

    private static HttpResponse<String> request(Admin admin, Look look) {
        String type = look.form().startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
        return admin.request(
                look.user(),
                look.form().isEmpty() ? "GET" : "POST",
                "/session-admin" + look.path(),
                BodyPublishers.ofString(look.form()),
                "Content-Type",
                type);
    }

    // ------------------------------------------------------------------ what must not change

    /** Rows with their places in the table, the trail, what the three live sessions say of themselves, and how many there are. */
    private static String state(TestDatabase db, TomcatNode node, List<String> ids) {
        return String.join(
                "\n",
                rows(db, "select xmin::text, ctid::text, s.* from tomcat_sessions s order by session_id"),
                rows(db, "select xmin::text, ctid::text, a.* from tomcat_sessions_audit a order by id"),
                ids.subList(0, 3).stream().map(id -> times(node, id)).toList().toString(),
                sessions(node, "/shop"),
                sessions(node, "/session-admin"));
    }

    private static String rows(TestDatabase db, String sql) {
        return db.rows(sql).stream()
                .map(row -> {
                    var copy = new TreeMap<String, Object>(row);
                    copy.replaceAll((name, value) -> value instanceof byte[] bytes ? Arrays.hashCode(bytes) : value);
                    return copy;
                })
                .toList()
                .toString();
    }

    private static String lastAccess(TomcatNode node, String id) {
        return jmx(node, "invoke=" + manager("/shop") + "&op=getLastAccessedTimestamp&ps=" + id)
                .replaceAll("(?s).*?(\\d{13}).*", "$1");
    }

    private static String times(TomcatNode node, String id) {
        String invoke = "invoke=" + manager("/shop") + "&op=";
        return jmx(node, invoke + "getLastAccessedTimestamp&ps=" + id)
                + jmx(node, invoke + "getCreationTimestamp&ps=" + id)
                + jmx(node, invoke + "getSessionAttribute&ps=" + id + ",color");
    }

    /** How many there are, and how many there ever were. */
    private static String sessions(TomcatNode node, String context) {
        return jmx(node, "get=" + manager(context) + "&att=activeSessions")
                + jmx(node, "get=" + manager(context) + "&att=sessionCounter");
    }

    private static String manager(String context) {
        return Admin.encode("Catalina:type=Manager,host=localhost,context=" + context);
    }

    private static String jmx(TomcatNode node, String query) {
        return node.get("/manager/jmxproxy/?" + query, TomcatNode.ADMIN).body();
    }
}
