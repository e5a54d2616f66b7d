package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

final class ClusterNodesTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    @Test
    void aNodeIsAliveWhileItAnnouncesItself() throws Exception {
        DataSource database = Postgres.freshSchema();
        SessionTable table = table(database);
        table.nodes().announce(report(SHOP, "here"));
        table.nodes().announce(report(SHOP, "there"));
        table.nodes().announce(report(SHOP, "dead"));
        table.nodes().announce(report(SHOP, "stopped"));
        table.nodes().announce(report("/Catalina/localhost/other", "elsewhere"));
        table.nodes().leave(report(SHOP, "stopped").origin());
        Postgres.execute(
                database,
                "update tomcat_sessions_nodes set heartbeat = heartbeat - interval '31 s' where node = 'dead'");

        ClusterNodes nodes = ClusterNodes.of(table.catalog(), SHOP, "instance of here");

        assertThat(nodes.isKnown()).isTrue();
        assertThat(nodes.isAlive("here")).isTrue();
        assertThat(nodes.isAlive("there")).isTrue();
        assertThat(nodes.isAlive("dead")).isFalse();
        assertThat(nodes.isAlive("stopped")).isFalse();
        assertThat(nodes.isAlive("elsewhere")).as("of another context").isFalse();
        assertThat(nodes.others()).extracting(ClusterNodesTest::name).containsExactly("there");
        assertThat(nodes.nodes().stream().filter(nodes::isOwn))
                .extracting(ClusterNodesTest::name)
                .containsExactly("here");
    }

    @Test
    void sessionsThatOnlyAnotherNodeKnowsMayBeThereUnlessAllAreSavedAtOnce() {
        var shop = new ContextAddress.Deployed("localhost", "/shop");

        assertThat(nodes("strict", ClusterNode.State.ALIVE).unseen(shop)).isEmpty();
        assertThat(nodes("sticky", ClusterNode.State.STOPPED).unseen(shop)).isEmpty();
        assertThat(nodes("sticky", ClusterNode.State.ALIVE).unseen(shop))
                .contains(Reason.of("preview.unseen", "/shop", "there"));
        assertThat(nodes("", ClusterNode.State.ALIVE).unseen(shop))
                .as("Tomcat's own manager")
                .isPresent();
    }

    private static ClusterNodes nodes(String coherence, ClusterNode.State state) {
        var origin = new NodeReport.Origin(SHOP, "there", "another", "11.0.21", "0.1.0", coherence, -1, Duration.ZERO);
        var report = new NodeReport(origin, Duration.ofMinutes(1), 0, 3, 1, 0, 0, null, "", true);
        return new ClusterNodes(
                List.of(new ClusterNode(report, Duration.ZERO, Duration.ZERO, state)), "own", Reason.NONE);
    }

    @Test
    void whereNoNodeAnnouncesItselfNobodyIsSaidToBeDead() throws Exception {
        DataSource database = Postgres.freshSchema();
        SessionTable table = table(database);
        Postgres.execute(database, "drop table tomcat_sessions_nodes");

        ClusterNodes nodes = ClusterNodes.of(table.catalog(), SHOP, "");

        assertThat(nodes.isKnown()).isFalse();
        assertThat(nodes.unknown().arguments().toString()).contains("there is no table");
    }

    @Test
    void aDatabaseThatIsAwayIsAReason() {
        SessionTable table = new SessionTable(
                () -> {
                    throw new SQLException("no connection");
                },
                TableNames.DOCUMENTED,
                "");

        assertThat(ClusterNodes.of(table.catalog(), SHOP, "").isKnown()).isFalse();
    }

    private static SessionTable table(DataSource database) throws Exception {
        SessionTable table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "");
        table.prepare(SchemaMode.CREATE);
        return table;
    }

    private static NodeReport report(String context, String node) {
        var origin = new NodeReport.Origin(
                context, node, "instance of " + node, "11.0.21", "0.1.0", "strict", -1, Duration.ZERO);
        return new NodeReport(origin, Duration.ofMinutes(1), System.currentTimeMillis(), 3, 1, 0, 0, null, "", true);
    }

    private static String name(ClusterNode node) {
        return node.report().origin().node();
    }
}
