package io.sessionadmin.testbed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database of its own for one test. */
public final class TestDatabase implements AutoCloseable {
    static {
        // DriverManager has looked for drivers before, when this runs inside of Maven.
        try {
            Class.forName("org.postgresql.Driver");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The PostgreSQL driver is missing", e);
        }
    }

    private final TestPostgres server;
    private final String name;

    TestDatabase(TestPostgres server, String name) {
        this.server = server;
        this.name = name;
    }

    /** The same one on a standby; not to be closed. */
    public TestDatabase on(TestPostgres standby) {
        return new TestDatabase(standby, name);
    }

    public String name() {
        return name;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + name;
    }

    public String user() {
        return "postgres";
    }

    public String password() {
        return "postgres";
    }

    public TestPostgres server() {
        return server;
    }

    /** A new connection; yours to close. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), user(), password());
    }

    /** The number of rows changed. */
    public int update(String sql, @Nullable Object... parameters) {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** All rows, each as column name to value. */
    public List<Map<String, @Nullable Object>> rows(String sql, @Nullable Object... parameters) {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet results = statement.executeQuery()) {
            ResultSetMetaData columns = results.getMetaData();
            var rows = new ArrayList<Map<String, @Nullable Object>>();
            while (results.next()) {
                var row = new LinkedHashMap<String, @Nullable Object>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.put(columns.getColumnLabel(i), results.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of the only row, as text; null for SQL's null and when there is no row. */
    public @Nullable String query(String sql, @Nullable Object... parameters) {
        List<Map<String, @Nullable Object>> rows = rows(sql, parameters);
        if (rows.size() > 1) {
            throw new IllegalStateException(rows.size() + " rows, not one: " + sql);
        }
        return rows.isEmpty()
                ? null
                : rows.get(0).values().stream().findFirst().map(String::valueOf).orElse(null);
    }

    /** How many rows a query or a table has. */
    public long count(String from, @Nullable Object... parameters) {
        return Long.parseLong(String.valueOf(query("select count(*) from " + from, parameters)));
    }

    /** From now on each insert and update of a row of that table takes so long, where the condition on {@code new} holds. */
    public void delaySaves(String table, Duration delay, String condition) {
        update("""
                create or replace function delay() returns trigger language plpgsql as $$
                begin perform pg_sleep(tg_argv[0]::float8 / 1000); return new; end $$""");
        update("create trigger delay before insert or update on " + table + " for each row when (" + condition
                + ") execute function delay(" + delay.toMillis() + ")");
    }

    /** Cuts all connections to this database, as a fail-over does. */
    public void dropConnections() {
        server.postgres()
                .rows(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = ? and pid <> pg_backend_pid()",
                        name);
    }

    @Override
    public void close() {
        if (server.isRunning()) {
            server.postgres().update("drop database if exists " + name + " with (force)");
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
