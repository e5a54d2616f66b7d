package io.sessionadmin.table;

import java.io.IOException;
import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL did not answer, or refused. It says nothing about whether a session exists.
 *
 * <p>The message is one line for an operator. Neither it nor the cause carries the detail of PostgreSQL's messages,
 * which quotes key values, and so session ids.
 */
public final class StoreUnavailableException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final @Nullable String sqlState;

    public StoreUnavailableException(SQLException e) {
        super(reason(e), withoutDetail(e));
        this.sqlState = deepest(e).getSQLState();
    }

    /** A request to a table that cannot serve: it is missing, or lacks a column. */
    StoreUnavailableException(String reason) {
        super(reason);
        this.sqlState = null;
    }

    /** The <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">SQLSTATE</a>, if there is one. */
    public @Nullable String sqlState() {
        return sqlState;
    }

    /** PostgreSQL refused this row's data, and would take another's: classes 22 and 23, and 54 for what is too large. */
    public boolean isAboutTheRow() {
        return sqlState != null
                && (sqlState.startsWith("22") || sqlState.startsWith("23") || sqlState.startsWith("54"));
    }

    /** Others used the same rows meanwhile (class 40): PostgreSQL ended this transaction, and would take it again. */
    boolean isAboutOthers() {
        return sqlState != null && sqlState.startsWith("40");
    }

    /** Somebody holds this row, or the whole table, for longer than the limit. */
    boolean isAboutALock() {
        return "55P03".equals(sqlState);
    }

    /** The connection broke, or the server said that it is shutting down (57P01 to 57P03). */
    boolean isLostConnection() {
        return sqlState != null && (sqlState.startsWith("08") || sqlState.startsWith("57P0"));
    }

    /** It took longer than it may, or an administrator of the database ended it. */
    boolean isCancelled() {
        return "57014".equals(sqlState);
    }

    /** The statement does not fit the table (class 42): it was changed since it was looked at. */
    boolean isAboutTheTable() {
        return sqlState != null && sqlState.startsWith("42");
    }

    /** HikariCP says how long it waited in its own words; what stands behind it is what an operator needs. */
    private static String reason(SQLException e) {
        SQLException root = deepest(e);
        String line = root == e
                ? firstLine(e).replaceAll("request timed out after \\d+ms", "no connection came free")
                : firstLine(root);
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    private static SQLException deepest(SQLException e) {
        SQLException found = e;
        for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
            if (t instanceof SQLException s) {
                found = s;
            }
        }
        return found;
    }

    private static String firstLine(SQLException e) {
        String message = e.getMessage();
        return message == null
                ? "SQLSTATE " + e.getSQLState()
                : message.lines().findFirst().orElse("");
    }

    private static SQLException withoutDetail(SQLException e) {
        SQLException copy = new SQLException(reason(e), e.getSQLState(), e.getErrorCode());
        copy.setStackTrace(e.getStackTrace());
        return copy;
    }
}
