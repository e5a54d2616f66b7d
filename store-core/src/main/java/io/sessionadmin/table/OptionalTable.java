package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A table beside the one of the sessions that the store can do without: where it is missing, or this user has no right
 * to it, that is an answer of its own, and not an outage.
 *
 * <p>Such an answer is remembered for a minute, and PostgreSQL not asked again: an upgrade under a running node is
 * noticed soon, and costs nobody a statement that fails with each request. Safe for use by several threads.
 */
final class OptionalTable {

    /** By their documented names. */
    static final List<String> ALL = List.of(
            "tomcat_sessions_nodes", "tomcat_sessions_locks", "tomcat_sessions_answers", "tomcat_sessions_audit");

    static final Duration ASKED_AGAIN_AFTER = Duration.ofMinutes(1);

    private static final String REMEDY = "run sql/postgresql/upgrade-from-tomcat.sql, or set schema=\"upgrade\"";

    /** What is known to be wrong, and when it was found out. */
    private record Missing(String reason, long nanos) {}

    private final Database database;
    private final TableNames names;
    private final String documentedName;
    private final LongSupplier nanoTime;
    private volatile @Nullable Missing missing;

    OptionalTable(ConnectionSource connections, TableNames names, String documentedName, LongSupplier nanoTime) {
        this.database = new Database(connections);
        this.names = names;
        this.documentedName = documentedName;
        this.nanoTime = nanoTime;
    }

    /**
     * Documented SQL with the configured names. The table is in the schema of the session table: an index has no schema
     * of its own in a script, but a table has.
     */
    static String in(TableNames names, String documentedSql) {
        String sessions = names.quotedTable();
        int bare = sessions.indexOf("\".\"");
        if (bare < 0) {
            return names.in(documentedSql);
        }
        String schema = sessions.substring(0, bare + 2);
        String sql = names.in(documentedSql);
        for (String table : ALL) {
            sql = sql.replace(names.in(table), schema + names.in(table));
        }
        return sql;
    }

    PreparedStatement prepare(Connection connection, String documentedSql) throws SQLException {
        return connection.prepareStatement(in(names, documentedSql));
    }

    /**
     * Runs one idempotent statement on the table, in its own transaction.
     *
     * @throws TableMismatchException when the table is missing, or does not allow it; says what to do
     */
    <T> T statement(Database.Work<T> work) throws StoreUnavailableException, TableMismatchException {
        Missing known = missing;
        if (known != null && nanoTime.getAsLong() - known.nanos() < ASKED_AGAIN_AFTER.toNanos()) {
            throw new TableMismatchException(known.reason());
        }
        try {
            T result = database.statement(work);
            missing = null;
            return result;
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheTable()) {
                throw e;
            }
            throw new TableMismatchException(remember(reason(e)));
        }
    }

    private static final String STATE = """
            select to_regclass(?) is not null,
                   has_table_privilege(to_regclass(?), 'select') and has_table_privilege(to_regclass(?), 'insert')
                   and has_table_privilege(to_regclass(?), 'update') and has_table_privilege(to_regclass(?), 'delete')""";

    /** Asks PostgreSQL what stands in the way of using the table, in words for the log; empty when nothing does. */
    Optional<String> shortcoming() throws StoreUnavailableException {
        Optional<String> found;
        try {
            found = database.statement(this::askForShortcoming);
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheTable()) {
                throw e;
            }
            found = Optional.of(reason(e));
        }
        if (found.isPresent()) {
            remember(found.get());
        } else {
            missing = null;
        }
        return found;
    }

    private Optional<String> askForShortcoming(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            for (int i = 1; i <= 5; i++) {
                statement.setString(i, quotedName());
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    return Optional.of(absent());
                }
                return row.getBoolean(2) ? Optional.empty() : Optional.of(forbidden());
            }
        }
    }

    private static final String TELLS_WHY = """
            select count(*) from pg_attribute
             where attrelid = to_regclass(?) and attname = 'failure' and not attisdropped""";

    /** Whether the table of nodes has a place for what fails: one that a former version made has none. */
    static boolean nodesTellWhy(Connection connection, String quotedTable) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELLS_WHY)) {
            statement.setString(1, quotedTable);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getInt(1) > 0;
            }
        }
    }

    private String reason(StoreUnavailableException e) {
        return switch (String.valueOf(e.sqlState())) {
            case "42P01" -> absent();
            case "42501" -> forbidden();
            default -> "table " + shownName() + " can't be used (" + e.getMessage() + "): drop it, and " + REMEDY;
        };
    }

    private String absent() {
        return "there is no table " + shownName() + ": " + REMEDY;
    }

    private String forbidden() {
        return "this user may not use table " + shownName() + ": grant select, insert, update, delete on " + shownName()
                + " to the user of <Store>";
    }

    /** As SQL writes it. */
    String quotedName() {
        return in(names, documentedName);
    }

    private String shownName() {
        return quotedName().replace("\"", "");
    }

    private String remember(String reason) {
        missing = new Missing(reason, nanoTime.getAsLong());
        return reason;
    }
}
