package io.sessionadmin.table;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Runs pieces of SQL work: takes a connection, commits or rolls back, gives it back, and says in one way that
 * PostgreSQL was not available. Safe for use by several threads.
 */
final class Database {

    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private static final Duration READ_AT_MOST = Duration.ofSeconds(5);
    private static final int NETWORK_MILLIS_AT_MOST = 10_000;

    private final ConnectionSource connections;

    Database(ConnectionSource connections) {
        this.connections = connections;
    }

    /**
     * Runs one idempotent statement, in its own transaction. It is tried a second time when the connection turns out
     * to be dead, as a pooled one is after a restart of PostgreSQL.
     */
    <T> T statement(Work<T> work) throws StoreUnavailableException {
        try {
            return committed(work);
        } catch (SQLException first) {
            if (!isWorthASecondTry(first)) {
                throw unavailable(first);
            }
            try {
                return committed(work);
            } catch (SQLException second) {
                throw unavailable(second);
            }
        }
    }

    /** Runs several statements as one transaction: all of them count, or none. */
    <T> T transaction(Work<T> work) throws StoreUnavailableException {
        try (Connection connection = connections.open()) {
            boolean autoCommit = connection.getAutoCommit();
            if (autoCommit) {
                connection.setAutoCommit(false);
            } else {
                connection.rollback(); // a validation query may have begun a transaction, and so set now()
            }
            T result = committed(connection, work);
            connection.setAutoCommit(autoCommit);
            return result;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /**
     * Looks at the table for people, in one transaction. The server ends a statement that takes too long: a timeout of
     * the driver's would start a timer thread in it, which holds the class loader of whoever asked first for as long as
     * a connection lives. Each statement is planned for the very context that is looked at: one plan for all contexts reads
     * the whole table for one of few rows. Tried a second time as {@link #statement} is.
     */
    <T> T reading(Work<T> work) throws StoreUnavailableException {
        return reading(READ_AT_MOST, work);
    }

    /** @param atMost of each statement; less than a connection waits for the server */
    <T> T reading(Duration atMost, Work<T> work) throws StoreUnavailableException {
        Work<T> limited = connection -> {
            try (Statement limit = connection.createStatement()) {
                limit.execute("set local statement_timeout = " + atMost.toMillis()
                        + "; set local plan_cache_mode = force_custom_plan");
            }
            return work.on(connection);
        };
        try {
            return transaction(limited);
        } catch (StoreUnavailableException first) {
            if (!first.isLostConnection()) {
                throw first;
            }
            return transaction(limited);
        }
    }

    private <T> T committed(Work<T> work) throws SQLException {
        try (Connection connection = connections.open()) {
            // A DataSource of the operator's may be configured not to commit by itself.
            if (connection.getAutoCommit()) {
                return bounded(connection, work);
            }
            connection.rollback(); // a validation query may have begun a transaction, and so set now()
            return committed(connection, work);
        }
    }

    /** Whatever goes wrong, an Error too: a connection never goes back to its pool with half of a transaction. */
    private static <T> T committed(Connection connection, Work<T> work) throws SQLException {
        boolean done = false;
        try {
            T result = bounded(connection, work);
            connection.commit();
            done = true;
            return result;
        } finally {
            if (!done && !connection.isClosed()) {
                connection.rollback();
            }
        }
    }

    /** A server that hangs must not hold a thread for ever; a DataSource's own limit wins. */
    private static <T> T bounded(Connection connection, Work<T> work) throws SQLException {
        if (connection.getNetworkTimeout() > 0) {
            return work.on(connection);
        }
        connection.setNetworkTimeout(Runnable::run, NETWORK_MILLIS_AT_MOST);
        try {
            return work.on(connection);
        } finally {
            if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, 0);
            }
        }
    }

    private StoreUnavailableException unavailable(SQLException e) {
        if (isTimeout(e)) {
            connections.gaveUp(e);
        }
        return new StoreUnavailableException(e);
    }

    /** A connection that is dead is worth a second try; a server that does not answer has had its time. */
    private static boolean isWorthASecondTry(SQLException e) {
        return isLostConnection(e.getSQLState()) && !isTimeout(e);
    }

    private static boolean isTimeout(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Class 08, or the server said that it is shutting down (57P01 to 57P03). */
    private static boolean isLostConnection(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P0"));
    }
}
