package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Runs the scripts of {@code sql/postgresql}, the same that a DBA can run, with the configured names in place of the
 * documented ones.
 */
final class Schema {

    private final Database database;
    private final TableNames names;

    Schema(Database database, TableNames names) {
        this.database = database;
        this.names = names;
    }

    void apply(SchemaMode mode) throws StoreUnavailableException {
        if (mode == SchemaMode.CREATE || mode == SchemaMode.UPGRADE) {
            database.transaction(connection -> {
                lockOutOtherNodes(connection);
                if (!exists(connection, "tomcat_sessions")) {
                    run(connection, sessions("schema.sql"));
                } else if (mode == SchemaMode.UPGRADE && !isUpToDate(connection)) {
                    run(connection, sessions("upgrade-from-tomcat.sql"));
                }
                return mode;
            });
            addOptionalTables(mode);
        }
    }

    /**
     * In a transaction of its own: a user that may not create tables still gets a session table that is up to date. The
     * table that is missing then says so itself.
     */
    private void addOptionalTables(SchemaMode mode) throws StoreUnavailableException {
        try {
            database.transaction(connection -> {
                lockOutOtherNodes(connection);
                if (!allExist(connection)
                        || (mode == SchemaMode.UPGRADE
                                && !OptionalTable.nodesTellWhy(
                                        connection, OptionalTable.in(names, "tomcat_sessions_nodes")))) {
                    run(connection, optionalTables());
                }
                return connection;
            });
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheTable()) {
                throw e;
            }
        }
    }

    private boolean allExist(Connection connection) throws SQLException {
        for (String table : OptionalTable.ALL) {
            if (!exists(connection, table)) {
                return false;
            }
        }
        return true;
    }

    /** Two nodes that start at once must not create the table twice. The lock ends with the transaction. */
    private static void lockOutOtherNodes(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtext('io.sessionadmin.table.Schema'))");
        }
    }

    private boolean exists(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select to_regclass(?) is not null")) {
            statement.setString(1, OptionalTable.in(names, table));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Even an upgrade with nothing to do would wait for, and hold up, everybody who uses the table. */
    private boolean isUpToDate(Connection connection) throws SQLException {
        try {
            return TableLayout.read(connection, names).shortcomings().isEmpty();
        } catch (TableMismatchException e) {
            return false; // what the script can't mend is reported when the layout is read next
        }
    }

    /** The part of a script that is about the sessions themselves. */
    private static String sessions(String script) {
        String text = text(script);
        return text.substring(0, startOfOptionalTables(text));
    }

    /** The other part, the same in all scripts. It does not touch the sessions' table, so nobody waits for it. */
    private static String optionalTables() {
        String text = text("schema.sql");
        return text.substring(startOfOptionalTables(text));
    }

    private static int startOfOptionalTables(String text) {
        int start = text.indexOf("\n-- Optional, all of them:");
        if (start < 0) {
            throw new IllegalStateException("the jar of the store has a script without its optional tables");
        }
        return start;
    }

    private void run(Connection connection, String sql) throws SQLException {
        int networkTimeout = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, 0); // building an index may take minutes
        try (Statement statement = connection.createStatement()) {
            // Gives up when others keep the table busy, rather than queue everybody behind itself.
            statement.execute("set local lock_timeout = '5s'; set local statement_timeout = 0");
            statement.execute(OptionalTable.in(names, sql));
        } finally {
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        }
    }

    private static String text(String script) {
        String path = "/io/sessionadmin/sql/postgresql/" + script;
        try (InputStream in = Schema.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the jar of the store is incomplete: it lacks " + path);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
