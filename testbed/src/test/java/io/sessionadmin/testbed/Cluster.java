package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Some nodes of one line on one database, with nothing between them that would pin a visitor to one. */
final class Cluster implements AutoCloseable {
    private static final Pattern DESTROYED = Pattern.compile("destroyed=(\\d+)");
    private static final Map<TomcatLine, Cluster> THREE = new EnumMap<>(TomcatLine.class);

    private static final AtomicInteger SECOND = new AtomicInteger();

    private final TestDatabase database;
    private final List<TomcatNode> nodes;

    private Cluster(TestDatabase database, List<TomcatNode> nodes) {
        this.database = database;
        this.nodes = nodes;
    }

    /** Nodes that are all the same. */
    static Cluster of(int size, TomcatLine line, TestDatabase database, Consumer<TomcatSetup> setup) {
        return of(line, database, Collections.nCopies(size, setup));
    }

    static Cluster of(TomcatLine line, TestDatabase database, List<Consumer<TomcatSetup>> setups) {
        List<TomcatSetup> nodes = new ArrayList<>();
        for (Consumer<TomcatSetup> setup : setups) {
            nodes.add(TomcatNode.on(line).withStore());
            setup.accept(nodes.get(nodes.size() - 1));
        }
        return start(database, nodes);
    }

    /** A node of each line, which are the same but for that. */
    static Cluster ofBothLines(TestDatabase database, Consumer<TomcatSetup> setup) {
        List<TomcatSetup> nodes = new ArrayList<>();
        for (TomcatLine line : TomcatLine.values()) {
            nodes.add(TomcatNode.on(line).withStore());
            setup.accept(nodes.get(nodes.size() - 1));
        }
        return start(database, nodes);
    }

    private static Cluster start(TestDatabase database, List<TomcatSetup> nodes) {
        List<CompletableFuture<TomcatNode>> starting = nodes.stream()
                .map(node -> CompletableFuture.supplyAsync(node::start))
                .toList();
        return new Cluster(
                database, starting.stream().map(CompletableFuture::join).toList());
    }

    /**
     * The three nodes of this JVM. All have these contexts, and the first one has the console, too.
     *
     * <ul>
     *   <li>/shop: strict; hears of ends, sweeps each second, and takes rows of other contexts for orphans after two
     *   <li>/deaf: strict; hears of nothing, and does nothing in the background
     *   <li>/sticky: hears of ends, and does nothing in the background but a {@link #pass}
     *   <li>/backup: sticky; hears of nothing, backs up and sweeps each second
     *   <li>/quiet: sticky; hears of nothing, and does nothing in the background but a {@link #pass}
     * </ul>
     */
    static synchronized Cluster three(TomcatLine line) {
        return THREE.computeIfAbsent(line, Cluster::startThree);
    }

    private static Cluster startThree(TomcatLine line) {
        TestDatabase db = TestPostgres.shared().database();
        String never = "processExpiresFrequency=\"100000\" ";
        String eachSecond = "processExpiresFrequency=\"1\" ";
        String sticky = "coherence=\"sticky\" maxIdleBackup=\"0\" ";
        Consumer<TomcatSetup> node = setup -> setup.globalResource(dataSource(db))
                .manager()
                .shop(StoreXml.sharedManager(db, eachSecond, "orphanTimeout=\"2\""))
                .webapp("deaf", ShopWar.standard(), deaf(never))
                .webapp("sticky", ShopWar.standard(), StoreXml.sharedManager(db, sticky + never, ""))
                .webapp("backup", ShopWar.standard(), deaf(sticky + eachSecond))
                .webapp("quiet", ShopWar.standard(), deaf(sticky + never));
        return of(line, db, List.of(node.andThen(TomcatSetup::console), node, node));
    }

    /** For a server; {@link #deaf} uses it. */
    static String dataSource(TestDatabase db) {
        return """
                <Resource name="jdbc/sessions" auth="Container" type="javax.sql.DataSource" maxTotal="20" maxIdle="2"
                          driverClassName="org.postgresql.Driver" url="%s" username="%s" password="%s"/>
                """.formatted(db.jdbcUrl(), db.user(), db.password());
    }

    /** Our manager and store with a DataSource of the server: there is no connection that listens. */
    static String deaf(String managerAttributes) {
        return """
                <Manager className="io.sessionadmin.store.SharedPersistentManager" %s>
                  <Store className="io.sessionadmin.store.JdbcStore" dataSourceName="jdbc/sessions" schema="create"
                         sessionTable="tomcat_sessions" sessionAppCol="app_name" sessionIdCol="session_id"
                         sessionDataCol="session_data" sessionValidCol="valid_session"
                         sessionMaxInactiveCol="max_inactive" sessionLastAccessedCol="last_access"/>
                </Manager>
                """.formatted(managerAttributes);
    }

    /** What a node that was killed a minute ago has left behind: its last word is that old. */
    static void silentForAMinute(TestDatabase db, String node) {
        db.update("update tomcat_sessions_nodes set heartbeat = heartbeat - interval '1 minute' where node = ?", node);
    }

    /** One pass of what the manager of a context does in the background, now. */
    static void pass(TomcatNode node, String contextPath) {
        String bean = "Catalina%3Atype%3DManager%2Chost%3Dlocalhost%2Ccontext%3D" + contextPath.replace("/", "%2F");
        jmx(node, "set=" + bean + "&att=processExpiresFrequency&val=1");
        jmx(node, "invoke=" + bean + "&op=backgroundProcess");
        jmx(node, "set=" + bean + "&att=processExpiresFrequency&val=100000");
    }

    /** What Tomcat's JMXProxyServlet answers. */
    static String jmx(TomcatNode node, String query) {
        String answer =
                node.get("/manager/jmxproxy/?" + query, TomcatNode.ROBOT).body();
        assertThat(answer).startsWith("OK");
        return answer;
    }

    TestDatabase database() {
        return database;
    }

    TomcatNode node(int number) {
        return nodes.get(number);
    }

    List<TomcatNode> nodes() {
        return nodes;
    }

    /** How many sessions listeners were told the end of, on each node. */
    List<Integer> destroyed(String contextPath) {
        return nodes.stream().map(node -> destroyed(node, contextPath)).toList();
    }

    private static int destroyed(TomcatNode node, String contextPath) {
        String events = new Visitor().on(node, contextPath).events();
        Matcher count = DESTROYED.matcher(events);
        assertThat(count.find()).as(events).isTrue();
        return Integer.parseInt(count.group(1));
    }

    static int sum(List<Integer> counts) {
        return counts.stream().mapToInt(Integer::intValue).sum();
    }

    /** The session is dead, whichever node is asked; this node or another may take a moment to notice. */
    void awaitGone(Visitor visitor, String contextPath) {
        for (TomcatNode node : nodes) {
            Await.until("the session is gone on " + node, Duration.ofSeconds(20), () -> !visitor.copy()
                    .on(node, contextPath)
                    .touch());
        }
    }

    /**
     * A second session in the table that is like the visitor's, and in no node's memory; as old as the first one, and so
     * many seconds more.
     */
    Visitor likeInTable(Visitor visitor, String contextPath, long secondsOlder) {
        String id = visitor.sessionCookie(contextPath).orElseThrow();
        String other = ("%010X".formatted(SECOND.incrementAndGet()) + id.substring(10));
        database.update(
                """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, reap_after,
                                             version, session_data)
                select app_name, ?, '1', max_inactive, last_access - ? * 1000, 0, version,
                       overlay(session_data placing ?::bytea from position(?::bytea in session_data))
                  from tomcat_sessions
                 where app_name = ? and session_id = ?""",
                other,
                secondsOlder,
                other.getBytes(StandardCharsets.US_ASCII),
                id.getBytes(StandardCharsets.US_ASCII),
                "/Catalina/localhost" + contextPath,
                id);
        return new Visitor().withSessionCookie(contextPath, other);
    }

    /** How many usable rows the visitor's session has. */
    long rows(Visitor visitor, String contextPath) {
        return database.count(
                "tomcat_sessions where valid_session <> '0' and app_name = ? and session_id = ?",
                "/Catalina/localhost" + contextPath,
                visitor.sessionCookie(contextPath).orElseThrow());
    }

    /** Ids are credentials: none may be in a log. */
    void assertNoLogHas(Visitor visitor, String contextPath) {
        String id = visitor.sessionCookie(contextPath).orElseThrow();
        for (TomcatNode node : nodes) {
            assertThat(node.log().contains(id))
                    .as("a session id is in the log of " + node)
                    .isFalse();
        }
    }

    @Override
    public void close() {
        nodes.forEach(TomcatNode::close);
        database.close();
    }
}
