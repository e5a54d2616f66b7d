package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

    private static final int READ_MILLIS_AT_MOST = 5_000;

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
            if (!isLostConnection(first.getSQLState())) {
                throw new StoreUnavailableException(first);
            }
            try {
                return committed(work);
            } catch (SQLException second) {
                throw new StoreUnavailableException(second);
            }
        }
    }

    /** Runs several statements as one transaction: all of them count, or none. */
    <T> T transaction(Work<T> work) throws StoreUnavailableException {
        try (Connection connection = connections.open()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            } finally {
                restore(connection, autoCommit);
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException(e);
        }
    }

    /**
     * Looks at the table for people, in one transaction. The server ends a statement that takes too long: a timeout of
     * the driver's would start a timer thread in it, which holds the class loader of whoever asked first for as long as
     * a connection lives. Tried a second time as {@link #statement} is.
     */
    <T> T reading(Work<T> work) throws StoreUnavailableException {
        Work<T> limited = connection -> {
            try (Statement limit = connection.createStatement()) {
                limit.execute("set local statement_timeout = " + READ_MILLIS_AT_MOST);
            }
            return work.on(connection);
        };
        try {
            return transaction(limited);
        } catch (StoreUnavailableException first) {
            if (!isLostConnection(first.sqlState())) {
                throw first;
            }
            return transaction(limited);
        }
    }

    private <T> T committed(Work<T> work) throws SQLException {
        try (Connection connection = connections.open()) {
            T result = work.on(connection);
            if (!connection.getAutoCommit()) { // a DataSource of the operator's may be configured so
                connection.commit();
            }
            return result;
        }
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private static void restore(Connection connection, boolean autoCommit) throws SQLException {
        if (!connection.isClosed()) {
            connection.setAutoCommit(autoCommit);
        }
    }

    /** Class 08, or the server said that it is shutting down (57P01 to 57P03). */
    private static boolean isLostConnection(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P0"));
    }
}
