package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One real node with its store on a real PostgreSQL, and what others have left there. */
final class ClusterCensusTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    private final Tomcat tomcat = new Tomcat();
    private final SharedPersistentManager manager = new SharedPersistentManager();
    private final JdbcStore store = new JdbcStore();
    private final String url = Postgres.freshUrl();
    private final DataSource database = Postgres.of(url);
    private final SessionTable table =
            new SessionTable(database::getConnection, TableNames.DOCUMENTED, "there", SchemaMode.CREATE);

    ClusterCensusTest() throws SQLException {}

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        tomcat.setBaseDir(Files.createDirectories(directory.resolve("base")).toString());
        tomcat.getEngine().setName("Catalina");
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        var context = (StandardContext) tomcat.addContext("/shop", directory.toString());
        Map.of(
                        "connectionURL", url + "&password=SECRET",
                        "connectionPassword", "SECRET",
                        "dataSource.sslpassword", "SECRET",
                        "schema", "create",
                        "sessionTable", "tomcat_sessions",
                        "sessionAppCol", "app_name",
                        "sessionIdCol", "session_id",
                        "sessionDataCol", "session_data",
                        "sessionValidCol", "valid_session",
                        "sessionMaxInactiveCol", "max_inactive")
                .forEach((name, value) -> IntrospectionUtils.setProperty(store, name, value));
        IntrospectionUtils.setProperty(store, "sessionLastAccessedCol", "last_access");
        IntrospectionUtils.setProperty(manager, "node", "here");
        manager.setStore(store);
        context.setManager(manager);
        tomcat.start();
        await(() -> !census().nodes().nodes().isEmpty());
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void aSessionIsCountedOnceOnHoweverManyNodesItIs() throws Exception {
        Session alsoThere = saved();
        saved();
        announce("there", 3, 0);
        hold(alsoThere.getIdInternal(), "there");
        row("ONLY THERE", "there", true);
        row("SWAPPED OUT", "there", false);

        ContextSummary summary = census();

        assertThat(summary.liveHere()).isEqualTo(Figure.exact(2));
        assertThat(summary.elsewhere().live()).isEqualTo(Figure.exact(1));
        assertThat(summary.live()).isEqualTo(Figure.exact(3));
        assertThat(summary.swappedOut()).isEqualTo(Figure.exact(1));
        assertThat(summary.atRisk()).isEqualTo(Figure.ZERO);
    }

    /** It announces itself each ten seconds; the page that shows its memory as well must not contradict itself. */
    @Test
    void ofThisNodeItsMemoryTellsAndNotWhatItAnnounced() throws Exception {
        saved();
        saved();

        NodeSummary here = NodeSummary.of(List.of(census())).get(0);

        assertThat(here.own()).isTrue();
        assertThat(here.live()).isEqualTo(2);
    }

    @Test
    void whatHasNoRowYetIsLiveAndAtRiskWhereItIs() throws Exception {
        announce("there", "sticky", 4, 4);

        ContextSummary summary = census();

        assertThat(summary.live()).isEqualTo(Figure.exact(4));
        assertThat(summary.atRisk()).isEqualTo(Figure.exact(4));
        assertThat(summary.atRiskHere()).isEqualTo(Figure.ZERO);
        assertThat(summary.elsewhere().oldestUnsaved()).isEqualTo(Duration.ofSeconds(43));
        assertThat(summary.elsewhere().oldestOn()).isEqualTo("there");
    }

    @Test
    void whatMayBeACopyOfASessionWithARowIsNotCountedTwice() throws Exception {
        announce("there", 4, 4);

        assertThat(census().live()).isEqualTo(new Figure(0, Figure.Certainty.AT_LEAST, Reason.of("reason.withoutRow")));
    }

    @Test
    void whatADeadNodeHeldIsSwappedOut() throws Exception {
        announce("there", 2, 1);
        row("ONE", "there", true);
        row("TWO", "there", true);
        assertThat(census().live()).isEqualTo(Figure.exact(2));

        Postgres.execute(
                database,
                "update tomcat_sessions_nodes set heartbeat = heartbeat - interval '31 s' where node = 'there'");
        ContextSummary summary = census();

        assertThat(summary.live()).isEqualTo(Figure.ZERO);
        assertThat(summary.swappedOut()).isEqualTo(Figure.exact(2));
        List<NodeSummary> nodes = NodeSummary.of(List.of(summary));
        assertThat(nodes).extracting(NodeSummary::name).containsExactly("here", "there");
        assertThat(nodes.get(1).heldRows()).isEqualTo(2);
        assertThat(nodes.get(1).atRisk()).as("when it was last heard of").isEqualTo(1);
    }

    @Test
    void whatALateNodeHasAtRiskIsNotKnownAndNot0() throws Exception {
        announce("there", "sticky", 2, 1);
        heard("there", "31 s");

        ContextSummary summary = census();

        assertThat(summary.atRisk())
                .isEqualTo(new Figure(0, Figure.Certainty.AT_LEAST, Reason.of("reason.late", "there")));
        assertThat(summary.elsewhere().failingFigure().certainty()).isEqualTo(Figure.Certainty.AT_LEAST);
        heard("there", "2 hours");
        assertThat(census().atRisk()).as("nobody waits for it any more").isEqualTo(Figure.ZERO);
    }

    private void heard(String node, String ago) throws SQLException {
        Postgres.execute(
                database,
                "update tomcat_sessions_nodes set heartbeat = now() - interval '" + ago + "' where node = '" + node
                        + "'");
    }

    @Test
    void theRowsOfANodesFormerLifeAreNotLive() throws Exception {
        announce("there", 0, 0);
        row("OF THE FORMER LIFE", "there", true);

        assertThat(census().live()).isEqualTo(Figure.ZERO);
        assertThat(census().swappedOut()).isEqualTo(Figure.exact(1));
    }

    @Test
    void manyRowsAreSampledAndTheFigureSaysSo() throws Exception {
        announce("there", 15_000, 0);
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, node, held)
                select '/Catalina/localhost/shop', 'S' || i, '1', 1800, (extract(epoch from now()) * 1000)::bigint,
                       'there', i % 2 = 0
                  from generate_series(1, 30000) i""");

        Figure live = census().elsewhere().live();

        assertThat(live.certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
        assertThat(live.value()).isBetween(14_000L, 15_000L);
    }

    @Test
    void rowsThatCannotBeReadAreCountedAPageAMinute() throws Exception {
        row("GARBAGE", "there", false);
        Session whole = saved();
        manager.removeSuper(whole);
        ReadingRounds rounds = new ReadingRounds();
        Instant now = Instant.now();

        assertThat(census(rounds, now).readable().figure()).isEqualTo(Figure.exact(1));
        row("MORE GARBAGE", "there", false);
        assertThat(census(rounds, now.plusSeconds(59)).readable().figure()).isEqualTo(Figure.exact(1));
        assertThat(census(rounds, now.plusSeconds(60)).readable().figure()).isEqualTo(Figure.exact(2));
    }

    @Test
    void ofMoreRowsThanAPageTheNextOnesAreReadTheNextTime() throws Exception {
        for (int i = 0; i < 150; i++) {
            row("GARBAGE " + i, "there", false);
        }
        ReadingRounds rounds = new ReadingRounds();
        Instant now = Instant.now();

        assertThat(census(rounds, now).readable().figure().value()).isEqualTo(100);
        assertThat(census(rounds, now).readable().figure().certainty()).isEqualTo(Figure.Certainty.AT_LEAST);
        assertThat(census(rounds, now.plusSeconds(60)).readable().figure().value())
                .isEqualTo(50);
        assertThat(census(rounds, now.plusSeconds(120)).readable().figure().value())
                .isEqualTo(100);
    }

    @Test
    void withoutTheTableOfNodesWhatIsElsewhereIsNotKnown() throws Exception {
        saved();
        Postgres.execute(database, "drop table tomcat_sessions_nodes");

        ContextSummary summary = census();

        assertThat(summary.live().certainty()).isEqualTo(Figure.Certainty.AT_LEAST);
        assertThat(summary.live().value()).isEqualTo(1);
        assertThat(summary.atRisk().isKnown()).isFalse();
        assertThat(Doctor.findings(patient())).extracting(Finding::id).contains("nodes-unknown");
    }

    @Test
    void theDoctorReadsTheTableAndShowsNoPassword() throws Exception {
        Postgres.execute(database, "create index mine on tomcat_sessions (app_name) where last_access > 0");
        Postgres.execute(database, "drop index tomcat_sessions_reap");

        assertThat(Doctor.findings(patient()))
                .extracting(Finding::id)
                .contains("index-slows-touches", "no-reap-index")
                .doesNotContain("six-columns", "no-handle-index", "key-on-id-alone", "nodes-unknown");
        Health health = new EngineSessions(tomcat.getEngine(), java.time.Clock.systemUTC()).health("");
        assertThat(health.unexamined()).isEmpty();
        assertThat(health.contexts().get(0).settings())
                .as("what nobody wrote is shown as a default")
                .contains(
                        new Setting("Store", "maximumPoolSize", "10", false, false),
                        new Setting("Store", "minimumIdle", "1", false, false),
                        new Setting("Store", "connectionTimeout", "5000", false, false),
                        new Setting("Store", "idleTimeout", "600000", false, false),
                        new Setting("Store", "keepaliveTime", "120000", false, false),
                        new Setting("Store", "maxLifetime", "1800000", false, false),
                        new Setting("Store", "leakDetectionThreshold", "0", false, false),
                        new Setting("Store", "schema", "create", true, true));
        assertThat(health.toString())
                .contains("maximumPoolSize", "sessionActivityCheck", "coherence", "sessionIdLength")
                .doesNotContain("SECRET");
    }

    @Test
    void theLastHourIsSixtySamplesAndNoMore() throws Exception {
        saved();
        LastHour hour = new LastHour();
        Instant start = Instant.now();
        DeployedContext shop = deployed();
        for (int minute = 0; minute < 100; minute++) {
            hour.sample(List.of(shop), start.plusSeconds(60L * minute));
        }

        List<Sample> samples = hour.of(shop.address());
        assertThat(samples).hasSize(LastHour.SAMPLES);
        assertThat(samples.get(0).at()).isEqualTo(start.plusSeconds(60 * 40));
        assertThat(samples.get(59)).isEqualTo(new Sample(start.plusSeconds(60 * 99), 1, 0));
        hour.sample(List.of(), start);
        assertThat(hour.of(shop.address())).as("it was undeployed").isEmpty();
    }

    @Test
    void theLastHourEndsWithWhatIsNow() throws Exception {
        saved();
        EngineSessions sessions = new EngineSessions(tomcat.getEngine(), Clock.systemUTC());
        sessions.sample();
        ContextSummary now = census();

        List<Sample> hour = sessions.lastHour(now);
        assertThat(hour).hasSize(2);
        assertThat(hour.get(1)).isEqualTo(new Sample(now.now(), 1, 0));
    }

    // ------------------------------------------------------------------ this node and another

    private DeployedContext deployed() {
        return new Deployments(tomcat.getEngine())
                .find(new ContextAddress.Deployed("localhost", "/shop"))
                .orElseThrow();
    }

    private ContextSummary census() {
        return census(new ReadingRounds(), Instant.now());
    }

    private ContextSummary census(ReadingRounds rounds, Instant now) {
        return Census.of(deployed(), now, Census.FOR_OVERVIEW, rounds);
    }

    private Patient patient() {
        return Doctor.patient(deployed(), "", Instant.now());
    }

    /** A session of this node, with a row. */
    private Session saved() throws Exception {
        Session session = manager.createSession(null);
        session.getSession().setAttribute("color", "green");
        store.save(session);
        return session;
    }

    private void announce(String node, long live, long atRisk) throws Exception {
        announce(node, "strict", live, atRisk);
    }

    private void announce(String node, String coherence, long live, long atRisk) throws Exception {
        var origin = new NodeReport.Origin(
                SHOP, node, "instance of " + node, "11.0.21", "0.1.0", coherence, -1, Duration.ZERO);
        Duration oldest = atRisk == 0 ? null : Duration.ofSeconds(43);
        table.nodes()
                .announce(new NodeReport(
                        origin,
                        Duration.ofMinutes(1),
                        System.currentTimeMillis(),
                        live,
                        atRisk,
                        0,
                        0,
                        oldest,
                        "",
                        true));
    }

    private void row(String id, String node, boolean held) throws SQLException {
        Postgres.execute(
                database,
                "insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, node,"
                        + " held, session_data) values ('" + SHOP + "', '" + id
                        + "', '1', 1800, (extract(epoch from now()) * 1000)::bigint, '" + node + "', " + held
                        + ", 'not a stream')");
    }

    private void hold(String id, String node) throws SQLException {
        Postgres.execute(
                database,
                "update tomcat_sessions set node = '" + node + "', held = true where session_id = '" + id + "'");
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
