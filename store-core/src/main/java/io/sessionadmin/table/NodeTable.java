package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The table in which the nodes of a cluster announce themselves, so that any console sees all of them. It holds a row for
 * each node, context and start.
 *
 * <p>The store works without it. Each method says by a {@link TableMismatchException} that the table is missing or that
 * this user has no right to it; that answer is asked for again after a minute. Safe for use by several threads.
 */
public final class NodeTable {

    /** How often a node announces itself. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);

    /** A node that was silent for longer than this is not alive. */
    public static final Duration SILENCE = INTERVAL.multipliedBy(3);

    /** What was silent for longer than this is forgotten. */
    public static final Duration MEMORY = Duration.ofDays(7);

    private final OptionalTable table;

    /** Whether the table has a place for what fails: one that a former version made has none. */
    private volatile boolean tells;

    /** Touches nothing yet. */
    public NodeTable(ConnectionSource connections, TableNames names) {
        this(connections, names, System::nanoTime);
    }

    NodeTable(ConnectionSource connections, TableNames names, LongSupplier nanoTime) {
        this.table = new OptionalTable(connections, names, "tomcat_sessions_nodes", nanoTime);
    }

    /** Asks PostgreSQL whether the table is there and this user may write to it. */
    public boolean isThere() throws StoreUnavailableException {
        return shortcoming().isEmpty();
    }

    /** What stands in the way of using the table and what to run, in a line for the log; empty when nothing does. */
    public Optional<String> shortcoming() throws StoreUnavailableException {
        return table.shortcoming();
    }

    private static final String ANNOUNCE = """
            with forgotten as (
                delete from tomcat_sessions_nodes
                 where (app_name, node, instance) in (
                     select app_name, node, instance
                       from tomcat_sessions_nodes
                      where not (app_name = ? and node = ? and instance = ?)
                        and (heartbeat < clock_timestamp() - ? * interval '1 millisecond'
                             or app_name = ? and node = ?
                                and (stopped or heartbeat < clock_timestamp() - ? * interval '1 millisecond'))
                        for update skip locked))
            insert into tomcat_sessions_nodes (app_name, node, instance, tomcat, store, coherence, max_idle_backup,
                                               window_ms, started_at, heartbeat, node_time, live, at_risk, overdue,
                                               failing, oldest_unsaved, listening, stopped)
            values (?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() - ? * interval '1 millisecond', clock_timestamp(), ?, ?,
                    ?, ?, ?, ?, ?, false)
            on conflict (app_name, node, instance) do update
               set tomcat          = excluded.tomcat,
                   store           = excluded.store,
                   coherence       = excluded.coherence,
                   max_idle_backup = excluded.max_idle_backup,
                   window_ms       = excluded.window_ms,
                   started_at      = excluded.started_at,
                   heartbeat       = excluded.heartbeat,
                   node_time       = excluded.node_time,
                   live            = excluded.live,
                   at_risk         = excluded.at_risk,
                   overdue         = excluded.overdue,
                   failing         = excluded.failing,
                   oldest_unsaved  = excluded.oldest_unsaved,
                   listening       = excluded.listening,
                   stopped         = false""";

    /**
     * Says that this node is there; to be called each {@link #INTERVAL}. Forgets what nobody needs any more: an earlier
     * start of the same context on the same node, and whoever was silent for {@link #MEMORY}.
     */
    public void announce(NodeReport report) throws StoreUnavailableException, TableMismatchException {
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, ANNOUNCE)) {
                bind(statement, report);
                statement.executeUpdate();
            }
            return tells(connection) ? tellWhy(connection, report) : 0;
        });
    }

    /** Asked for until it is there, so that an upgrade under a running node is noticed. */
    private boolean tells(Connection connection) throws SQLException {
        if (!tells) {
            tells = OptionalTable.nodesTellWhy(connection, table.quotedName());
        }
        return tells;
    }

    private static final String TELL_WHY = """
            update tomcat_sessions_nodes
               set failure = ?
             where app_name = ? and node = ? and instance = ? and failure is distinct from ?""";

    /** A statement of its own, which writes when that changes, and which a table without the column is spared. */
    private int tellWhy(Connection connection, NodeReport report) throws SQLException {
        try (PreparedStatement statement = table.prepare(connection, TELL_WHY)) {
            statement.setString(1, report.failure());
            int next = bindKey(statement, 2, report.origin());
            statement.setString(next, report.failure());
            return statement.executeUpdate();
        } catch (SQLException e) {
            tells = false;
            throw e;
        }
    }

    private static void bind(PreparedStatement statement, NodeReport report) throws SQLException {
        NodeReport.Origin origin = report.origin();
        int next = bindKey(statement, 1, origin);
        statement.setLong(next++, MEMORY.toMillis());
        statement.setString(next++, origin.context());
        statement.setString(next++, origin.node());
        statement.setLong(next++, SILENCE.toMillis());
        next = bindKey(statement, next, origin);
        statement.setString(next++, origin.tomcat());
        statement.setString(next++, origin.store());
        statement.setString(next++, origin.coherence());
        statement.setInt(next++, origin.maxIdleBackup());
        setMillis(statement, next++, origin.window());
        statement.setLong(next++, report.uptime().toMillis());
        statement.setLong(next++, report.nodeTime());
        statement.setLong(next++, report.live());
        statement.setLong(next++, report.atRisk());
        statement.setLong(next++, report.overdue());
        statement.setLong(next++, report.failing());
        setMillis(statement, next++, report.oldestUnsaved());
        statement.setBoolean(next, report.listening());
    }

    private static final String LEAVE = """
            update tomcat_sessions_nodes
               set stopped   = true,
                   heartbeat = clock_timestamp(),
                   live = 0, at_risk = 0, overdue = 0, failing = 0, oldest_unsaved = null, listening = false
             where app_name = ? and node = ? and instance = ?""";

    /** Says that this node stops. Its row stays for a while, so that people see what has been there. */
    public void leave(NodeReport.Origin origin) throws StoreUnavailableException, TableMismatchException {
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, LEAVE)) {
                bindKey(statement, 1, origin);
                return statement.executeUpdate();
            }
        });
    }

    private static final String NODES = """
            select app_name, node, instance, tomcat, store, coherence, max_idle_backup, window_ms, node_time, live,
                   at_risk, overdue, failing, oldest_unsaved, listening, stopped,
                   to_jsonb(n) ->> 'failure' as failure, -- null also where there is no such column
                   (extract(epoch from heartbeat - started_at) * 1000)::bigint              as uptime,
                   (extract(epoch from clock_timestamp() - heartbeat) * 1000)::bigint       as heartbeat_age,
                   node_time - (extract(epoch from heartbeat) * 1000)::bigint               as clock_ahead
              from tomcat_sessions_nodes n
             order by 1, 2, started_at, 3""";

    /** All nodes that have announced themselves lately: by context, by name, the one that was started last at the end. */
    public List<ClusterNode> nodes() throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, NODES);
                    ResultSet rows = statement.executeQuery()) {
                List<ClusterNode> nodes = new ArrayList<>();
                while (rows.next()) {
                    nodes.add(node(rows));
                }
                return nodes;
            }
        });
    }

    private static ClusterNode node(ResultSet row) throws SQLException {
        NodeReport.Origin origin = new NodeReport.Origin(
                row.getString(1),
                row.getString("node"),
                row.getString("instance"),
                row.getString("tomcat"),
                row.getString("store"),
                row.getString("coherence"),
                row.getInt("max_idle_backup"),
                millis(row, "window_ms"));
        NodeReport report = new NodeReport(
                origin,
                Duration.ofMillis(row.getLong("uptime")),
                row.getLong("node_time"),
                row.getLong("live"),
                row.getLong("at_risk"),
                row.getLong("overdue"),
                row.getLong("failing"),
                millis(row, "oldest_unsaved"),
                row.getString("failure"),
                row.getBoolean("listening"));
        Duration age = Duration.ofMillis(row.getLong("heartbeat_age"));
        return new ClusterNode(
                report, age, Duration.ofMillis(row.getLong("clock_ahead")), state(row.getBoolean("stopped"), age));
    }

    private static ClusterNode.State state(boolean stopped, Duration age) {
        if (stopped) {
            return ClusterNode.State.STOPPED;
        }
        return age.compareTo(SILENCE) < 0 ? ClusterNode.State.ALIVE : ClusterNode.State.SILENT;
    }

    private static int bindKey(PreparedStatement statement, int from, NodeReport.Origin origin) throws SQLException {
        statement.setString(from, origin.context());
        statement.setString(from + 1, origin.node());
        statement.setString(from + 2, origin.instance());
        return from + 3;
    }

    private static void setMillis(PreparedStatement statement, int index, @Nullable Duration duration)
            throws SQLException {
        if (duration == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, duration.toMillis());
        }
    }

    private static @Nullable Duration millis(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Duration.ofMillis(millis);
    }
}
