package io.sessionadmin.testbed;

import static io.sessionadmin.testbed.TwoNodes.meanwhile;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL goes away in all the ways that it has: what is in memory is served and saved afterwards, what is not is
 * refused for the time, and nothing is lost, revived, waited for without end, or said more than once.
 */
final class OutageTest {
    /** The time limits: 1 s for a connection, 3 s for an answer. Twice that, for a look and a save; the rest is slack for a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private static final String LIMITS =
            "connectionTimeout=\"1000\" validationTimeout=\"500\" dataSource.socketTimeout=\"3\" ";
    private static final Pattern CHANGE_OF_STATE =
            Pattern.compile("Sessions of (\\S+) (still )?can('t)? be (saved|read)");

    private static @Nullable Cluster nodes;

    /**
     * One of each line, with /shop; /fresh, which gives a new session rather than an error; /narrow, which has one
     * connection. What happens at one node and is looked for at the other is done in both directions.
     */
    private static Cluster nodes() {
        if (nodes == null) {
            TestDatabase db = TestPostgres.own().database();
            String each = "processExpiresFrequency=\"1\" stopTimeout=\"5\" ";
            nodes = Cluster.ofBothLines(db, node -> node.shop(StoreXml.sharedManager(db, each, LIMITS))
                    .webapp(
                            "fresh",
                            ShopWar.standard(),
                            StoreXml.sharedManager(db, each + "onStoreUnavailable=\"newSession\"", LIMITS))
                    .webapp(
                            "narrow",
                            ShopWar.standard(),
                            StoreXml.sharedManager(db, each, LIMITS + "maximumPoolSize=\"1\"")));
        }
        return nodes;
    }

    @AfterAll
    static void close() {
        if (nodes != null) {
            nodes.close();
            nodes.database().server().close();
        }
    }

    // ------------------------------------------------------------------ it is away

    @Test
    void itIsStopped() {
        outage(TestPostgres::stop, TestPostgres::start, Shoppers::cannotBeRead);
    }

    @Test
    void itIsKilled() {
        outage(TestPostgres::kill, TestPostgres::start, Shoppers::cannotBeRead);
    }

    @Test
    void itHangs() {
        outage(TestPostgres::suspend, TestPostgres::resume, Shoppers::cannotBeRead);
    }

    @Test
    void itRefusesConnections() {
        TestDatabase db = nodes().database();
        String database = "alter database " + db.name() + " allow_connections ";
        outage(
                postgres -> {
                    postgres.postgres().update(database + "false");
                    db.dropConnections();
                },
                postgres -> postgres.postgres().update(database + "true"),
                Shoppers::cannotBeRead);
    }

    /** Reading works then: whoever comes to another node is served what was saved before. */
    @Test
    void itIsReadOnly() {
        TestDatabase db = nodes().database();
        String database = "alter database " + db.name() + " set default_transaction_read_only = ";
        outage(
                postgres -> {
                    postgres.postgres().update(database + "on");
                    db.dropConnections();
                },
                postgres -> {
                    postgres.postgres().update(database + "off");
                    db.dropConnections();
                },
                Shoppers::canBeRead);
    }

    @Test
    void itsDiskIsFull() {
        TestDatabase db = nodes().database();
        outage(
                postgres -> {
                    db.update("""
                            create or replace function full_disk() returns trigger language plpgsql as $$
                            begin raise 'could not extend file: No space left on device' using errcode = '53100'; end $$""");
                    db.update("create trigger full_disk before insert or update on tomcat_sessions"
                            + " for each row execute function full_disk()");
                },
                postgres -> db.update("drop trigger full_disk on tomcat_sessions"),
                Shoppers::canBeRead);
    }

    private static void outage(Consumer<TestPostgres> down, Consumer<TestPostgres> up, Consumer<Shoppers> meanwhile) {
        TestPostgres postgres = nodes().database().server();
        TomcatNode one = nodes().node(0);
        TomcatNode two = nodes().node(1);
        List<Shoppers> shoppers = List.of(new Shoppers(one, two), new Shoppers(two, one));
        Log log = new Log(nodes());
        down.accept(postgres);
        try {
            shoppers.forEach(Shoppers::goOn);
            shoppers.forEach(meanwhile);
        } finally {
            up.accept(postgres);
        }
        shoppers.forEach(Shoppers::findItAllAgain);
        shoppers.forEach(Shoppers::findNoIdInLogs);
        log.assertTerse();
    }

    /** People whose sessions one node has in memory, and the other one has not. */
    private static final class Shoppers {
        private final TomcatNode here;
        private final TomcatNode there;
        private final Visitor alice = new Visitor();
        private final Visitor bobsThief;
        private final Visitor bob = new Visitor();
        private final Visitor carol = new Visitor();
        private final Visitor dave = new Visitor();
        private final Visitor erin = new Visitor();

        Shoppers(TomcatNode here, TomcatNode there) {
            this.here = here;
            this.there = there;
            alice.on(here).put("color", "green");
            bob.on(here).login("bob");
            bobsThief = bob.copy();
            carol.on(here).put("color", "green");
            erin.on(here, "/fresh").put("color", "green");
        }

        /** What is in memory is served and changed, sessions begin and end. */
        void goOn() {
            for (int i = 0; i < 10; i++) {
                String size = "size " + i;
                timed(() -> alice.on(here).post("/api/put", "name", "size", "value", size));
                assertThat(alice.on(here).get("size")).isEqualTo(size);
            }
            timed(() -> dave.on(here).post("/api/put", "name", "color", "value", "red"));
            assertThat(dave.on(here).get("color")).isEqualTo("red");
            timed(() -> bob.on(here).post("/api/logout"));
            assertThat(bobsThief.on(here).user())
                    .as("the old cookie is dead at once")
                    .isNull();
        }

        void cannotBeRead() {
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> refused = timed(() -> carol.on(there).post("/api/get", "name", "color"));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            }
            String old = erin.sessionCookie("/fresh").orElseThrow();
            HttpResponse<String> fresh =
                    timed(() -> erin.on(there, "/fresh").post("/api/put", "name", "color", "value", "red"));
            assertThat(fresh.statusCode()).isEqualTo(200);
            assertThat(erin.sessionCookie("/fresh").orElseThrow()).isNotEqualTo(old);
        }

        void canBeRead() {
            assertThat(carol.on(there).get("color")).isEqualTo("green");
            erin.on(there, "/fresh").put("color", "red");
        }

        void findItAllAgain() {
            awaitAttribute(alice, "/shop", there, "size", "size 9");
            awaitAttribute(dave, "/shop", there, "color", "red");
            awaitAttribute(carol, "/shop", there, "color", "green");
            awaitAttribute(erin, "/fresh", here, "color", "red");
            Await.until("bob's logout is carried out", () -> bobsThief.on(there).user() == null);
            assertThat(bobsThief.on(here).user()).isNull();
        }

        void findNoIdInLogs() {
            for (Visitor visitor : List.of(alice, bobsThief, carol, dave)) {
                nodes().assertNoLogHas(visitor, "/shop");
            }
            nodes().assertNoLogHas(erin, "/fresh");
        }
    }

    private static void awaitAttribute(Visitor visitor, String context, TomcatNode node, String name, String value) {
        Await.until(
                name + " is " + value + " on " + node,
                () -> value.equals(
                        visitor.on(node, context).post("/api/get", "name", name).body()));
    }

    private static HttpResponse<String> timed(Supplier<HttpResponse<String>> request) {
        long before = System.nanoTime();
        HttpResponse<String> response = request.get();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LONGEST);
        return response;
    }

    // ------------------------------------------------------------------ all connections are in use

    @Test
    void itsOnlyConnectionIsInUse() {
        Cluster nodes = nodes();
        TestDatabase db = nodes.database();
        TomcatNode one = nodes.node(0);
        var alice = new Visitor();
        alice.on(one, "/narrow").put("color", "green");
        var bob = new Visitor();
        bob.on(one, "/narrow").put("color", "green");
        var carol = new Visitor();
        carol.on(nodes.node(1), "/narrow").put("color", "green");
        Log log = new Log(nodes);
        db.delaySaves("tomcat_sessions", Duration.ofMillis(2_500), "new.app_name = '/Catalina/localhost/narrow'");
        try {
            var slow = meanwhile(() -> alice.on(one, "/narrow").put("color", "blue"));
            Await.until(
                    "the connection is in use",
                    () -> db.count("pg_stat_activity where wait_event = 'PgSleep' and datname = ?", db.name()) == 1);
            assertThat(bob.on(one, "/narrow").get("color")).isEqualTo("green");
            HttpResponse<String> refused = timed(() -> carol.on(one, "/narrow").post("/api/get", "name", "color"));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(slow).as("the connection was in use all the time").isNotDone();
            slow.join();
        } finally {
            db.update("drop trigger delay on tomcat_sessions");
        }
        Await.until("carol is served", () -> "green"
                .equals(carol.on(one, "/narrow")
                        .post("/api/get", "name", "color")
                        .body()));
        assertThat(alice.on(nodes.node(1), "/narrow").get("color")).isEqualTo("blue");
        log.assertTerse();
    }

    // ------------------------------------------------------------------ it is silent

    /** After 10 s of silence a node asks, and it waits 3 s for the answer. */
    @Test
    void aConnectionThatListensAndHasDiedSilentlyIsNoticed() {
        Cluster nodes = nodes();
        List<Long> backends = new ArrayList<>();
        nodes.database()
                .rows(
                        "select pid from pg_stat_activity where application_name = 'session-store listener' and datname = ?",
                        nodes.database().name())
                .forEach(row -> backends.add(((Number) java.util.Objects.requireNonNull(row.get("pid"))).longValue()));
        assertThat(backends).hasSize(6);
        int before = nodes.node(1).log().length();
        backends.forEach(backend -> Reaper.signal("STOP", backend));
        try {
            var alice = new Visitor();
            alice.on(nodes.node(0)).put("color", "green");
            assertThat(alice.on(nodes.node(1)).get("color")).isEqualTo("green");
            var thief = alice.copy();
            alice.on(nodes.node(0)).logout();
            assertThat(thief.on(nodes.node(1)).get("color")).isNull();
            for (String words : List.of("not heard of at once", "heard of at once again")) {
                Await.until(words, () -> nodes.node(1)
                        .log()
                        .substring(before)
                        .lines()
                        .anyMatch(entry -> entry.contains("/shop that end elsewhere") && entry.contains(words)));
            }
        } finally {
            backends.forEach(backend -> Reaper.signal("CONT", backend));
        }
    }

    // ------------------------------------------------------------------ a node stops meanwhile

    @Test
    void aStopMeanwhileComesToAnEnd() {
        Cluster nodes = nodes();
        TestPostgres postgres = nodes.database().server();
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            visitors.add(new Visitor());
            visitors.get(i).on(nodes.node(0)).put("color", "green");
        }
        postgres.suspend();
        try {
            visitors.forEach(visitor -> visitor.on(nodes.node(0)).put("color", "blue"));
            long before = System.nanoTime();
            nodes.node(0).stop();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
        } finally {
            postgres.resume();
        }
        nodes.node(0).start();
        visitors.forEach(
                visitor -> assertThat(visitor.on(nodes.node(0)).get("color")).isIn("green", "blue"));
        assertThat(nodes.node(0).log())
                .containsPattern("\\d+ sessions of /Catalina/localhost/shop are not in the store");
    }

    // ------------------------------------------------------------------ what is said about it

    /** What two nodes have logged since. */
    private record Log(List<TomcatNode> nodes, List<Integer> lengths) {
        Log(Cluster cluster) {
            this(
                    cluster.nodes(),
                    cluster.nodes().stream().map(node -> node.log().length()).toList());
        }

        /** A line for each change of state, be it that the reason is another one; and none for a request. */
        void assertTerse() {
            for (int i = 0; i < nodes.size(); i++) {
                List<String> lines =
                        nodes.get(i).log().substring(lengths.get(i)).lines().toList();
                var told = lines.stream()
                        .filter(entry -> CHANGE_OF_STATE.matcher(entry).find())
                        .collect(Collectors.groupingBy(Log::context));
                told.forEach((context, changes) ->
                        assertThat(changes).as("of " + context).hasSizeLessThanOrEqualTo(8));
                List<String> ours = withoutTheDriver(lines);
                assertThat(ours).noneMatch(entry -> entry.startsWith("\t"));
                assertThat(ours.stream().filter(entry -> !entry.contains("shop: session")))
                        .hasSizeLessThan(36);
            }
        }

        /**
         * The driver tells with a stack trace that a server went away in the middle of a new connection's first
         * message, which is a matter of chance and of its own logger.
         */
        private static List<String> withoutTheDriver(List<String> lines) {
            List<String> others = new ArrayList<>();
            boolean ofTheDriver = false;
            for (String line : lines) {
                if (!line.startsWith("\t")) {
                    ofTheDriver = line.contains(" org.postgresql.");
                }
                if (!ofTheDriver) {
                    others.add(line);
                }
            }
            return others;
        }

        private static String context(String change) {
            var matcher = CHANGE_OF_STATE.matcher(change);
            return matcher.find() ? matcher.group(1) : "";
        }
    }
}
