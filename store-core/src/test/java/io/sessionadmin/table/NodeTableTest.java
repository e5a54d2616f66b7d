package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NodeTableTest {

    static final String SHOP = "/Catalina/localhost/shop";

    private DataSource database;
    private NodeTable table;

    @BeforeEach
    void aFreshTable() throws Exception {
        database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
        table = new NodeTable(database::getConnection, TableNames.DOCUMENTED);
    }

    @Test
    void whatANodeTellsIsReadByTheOthers() throws Exception {
        NodeReport report = report("tc-1", "i1");
        table.announce(report);

        assertThat(table.nodes()).singleElement().satisfies(node -> {
            assertThat(node.report()).isEqualTo(report);
            assertThat(node.heartbeatAge()).isBetween(Duration.ZERO, Duration.ofSeconds(60));
            assertThat(node.state()).isEqualTo(ClusterNode.State.ALIVE);
            assertThat(node.alive()).isTrue();
        });
    }

    @Test
    void whatIsNotThereStaysUnknown() throws Exception {
        var origin = new NodeReport.Origin(SHOP, "tc-1", "i1", "11.0.21", "0.1.0", "strict", -1, null);
        NodeReport report = new NodeReport(origin, Duration.ZERO, 0, 0, 0, 0, 0, null, "", false);
        table.announce(report);

        assertThat(table.nodes()).extracting(ClusterNode::report).containsExactly(report);
    }

    @Test
    void aTableOfAnEarlierVersionTellsAllButTheReason() throws Exception {
        Postgres.execute(database, "alter table tomcat_sessions_nodes drop column failure");
        table.announce(report("tc-1", "i1"));

        assertThat(table.nodes()).singleElement().satisfies(node -> {
            assertThat(node.report().failing()).isEqualTo(1);
            assertThat(node.report().failure()).as("not told").isNull();
        });
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.UPGRADE);
        assertThat(table.nodes().get(0).report().failure())
                .as("not told until it announces itself again")
                .isNull();
        table.announce(report("tc-1", "i1"));
        assertThat(table.nodes().get(0).report().failure()).isEqualTo("read only");
    }

    @Test
    void aReasonIsOneLineOfBoundedLength() throws Exception {
        var origin = report("tc-1", "i1").origin();
        table.announce(new NodeReport(
                origin, Duration.ZERO, 0, 1, 1, 0, 1, Duration.ZERO, "no\r\nspace " + "x".repeat(1_000), true));

        assertThat(table.nodes().get(0).report().failure())
                .startsWith("no space xxx")
                .endsWith("\u2026")
                .hasSize(NodeReport.FAILURE_AT_MOST);
    }

    @Test
    void theNextAnnouncementReplacesTheLast() throws Exception {
        table.announce(report("tc-1", "i1"));
        NodeReport later = new NodeReport(
                report("tc-1", "i1").origin(),
                Duration.ofSeconds(20),
                5,
                1,
                1,
                1,
                1,
                Duration.ofSeconds(7),
                "full",
                false);
        table.announce(later);

        assertThat(table.nodes()).extracting(ClusterNode::report).containsExactly(later);
    }

    @Test
    void aClockThatIsWrongIsSeen() throws Exception {
        table.announce(report("tc-1", "i1", System.currentTimeMillis() + 60_000));
        table.announce(report("tc-2", "i2", System.currentTimeMillis() - 60_000));

        assertThat(table.nodes().get(0).clockAhead()).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(61));
        assertThat(table.nodes().get(1).clockAhead()).isBetween(Duration.ofSeconds(-65), Duration.ofSeconds(-59));
    }

    @Test
    void aNodeThatIsSilentIsNotAlive() throws Exception {
        table.announce(report("tc-1", "i1"));
        age("tc-1", "29 seconds");
        assertThat(states()).containsExactly("tc-1 i1 ALIVE");

        age("tc-1", "2 seconds");
        assertThat(states()).containsExactly("tc-1 i1 SILENT");
        assertThat(table.nodes().get(0).report().uptime())
                .as("as it was when it was heard of")
                .isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void aNodeThatLeavesHasNothingInMemoryAndStaysToBeSeen() throws Exception {
        table.announce(report("tc-1", "i1"));
        table.announce(report("tc-2", "i2"));
        table.leave(report("tc-1", "i1").origin());

        assertThat(states()).containsExactly("tc-1 i1 STOPPED", "tc-2 i2 ALIVE");
        assertThat(table.nodes().get(0).report().live()).isZero();
        assertThat(table.nodes().get(0).report().oldestUnsaved()).isNull();
    }

    @Test
    void aRestartForgetsTheStartBefore() throws Exception {
        table.announce(report("tc-1", "stopped"));
        table.leave(report("tc-1", "stopped").origin());
        table.announce(report("tc-1", "crashed"));
        age("tc-1", "31 seconds");
        table.announce(report("tc-1", "now"));

        assertThat(states()).containsExactly("tc-1 now ALIVE");
    }

    @Test
    void twoNodesWithOneNameAreBothSeen() throws Exception {
        table.announce(report("tc-1", "i1"));
        table.announce(report("tc-1", "i2"));
        table.announce(report("tc-1", "i1"));

        assertThat(states()).containsExactlyInAnyOrder("tc-1 i1 ALIVE", "tc-1 i2 ALIVE");
    }

    @Test
    void whoeverWasSilentForAWeekIsForgottenByTheOthers() throws Exception {
        table.announce(report("old", "i0"));
        table.announce(report("older", "i0"));
        age("old", "6 days");
        age("older", "8 days");
        table.announce(report("tc-1", "i1"));

        assertThat(states()).containsExactlyInAnyOrder("old i0 SILENT", "tc-1 i1 ALIVE");
    }

    @Test
    void aNodeThatWasSilentForAWeekItselfComesBack() throws Exception {
        table.announce(report("tc-1", "i1"));
        age("tc-1", "8 days");
        table.announce(report("tc-1", "i1"));

        assertThat(states()).containsExactly("tc-1 i1 ALIVE");
    }

    @Test
    void anAnnouncementDoesNotWaitForARowThatSomebodyElseForgets() throws Exception {
        table.announce(report("older", "i0"));
        age("older", "8 days");
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select 1 from tomcat_sessions_nodes for update");
            table.announce(report("tc-1", "i1"));
        }
        assertThat(states()).containsExactlyInAnyOrder("older i0 SILENT", "tc-1 i1 ALIVE");
    }

    @Test
    void manyNodesThatStartAtOnceAreAllThere() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> starts = IntStream.range(0, 20)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        table.announce(report("tc-" + i % 10, "i" + i));
                        return null;
                    })
                    .toList();
            for (Future<Void> start : threads.invokeAll(starts)) {
                start.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(table.nodes()).hasSize(20).allMatch(ClusterNode::alive);
    }

    static NodeReport report(String node, String instance) {
        return report(node, instance, 1_700_000_000_000L);
    }

    private static NodeReport report(String node, String instance, long nodeTime) {
        var origin = new NodeReport.Origin(
                SHOP, node, instance, "Apache Tomcat/11.0.21", "0.1.0", "strict", 60, Duration.ofSeconds(70));
        return new NodeReport(
                origin, Duration.ofMinutes(3), nodeTime, 100, 9, 3, 1, Duration.ofMillis(4_321), "read only", true);
    }

    private List<String> states() throws Exception {
        return table.nodes().stream()
                .map(node -> node.report().origin().node() + " "
                        + node.report().origin().instance() + " " + node.state())
                .toList();
    }

    /** As if it had announced itself that much earlier. */
    private void age(String node, String by) throws Exception {
        Postgres.execute(
                database,
                "update tomcat_sessions_nodes set heartbeat = heartbeat - interval '%s', started_at = started_at - interval '%s' where node = '%s'"
                        .formatted(by, by, node));
    }
}
