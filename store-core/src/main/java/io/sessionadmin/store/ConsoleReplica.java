package io.sessionadmin.store;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.table.ConnectionSource;
import io.sessionadmin.table.NodeTable;
import io.sessionadmin.table.ReplicaState;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica of the database that people's questions go to, so that they cost the one that sessions are saved in nothing.
 * Its connections are few, are opened when somebody asks, and can't write.
 *
 * @param place its URL without what may hold a password
 */
record ConsoleReplica(HikariDataSource pool, ConnectionSource connections, SessionTable table, String place) {

    /**
     * Null when none is configured.
     *
     * @param unreachable is told why it can't be reached at once; it is tried again with each question
     */
    static @Nullable ConsoleReplica open(StoreSettings settings, String context, Consumer<SQLException> unreachable) {
        StoreSettings replica = settings.ofReplica();
        if (replica == null) {
            return null;
        }
        HikariDataSource pool = ConnectionPool.open(replica, "session-store console " + context, unreachable);
        ConnectionSource connections = new Explaining(new GuardedConnections(pool::getConnection), replica.place());
        SessionTable table = new SessionTable(connections, replica.names(), "");
        return new ConsoleReplica(pool, connections, table, replica.place());
    }

    /** Says which database is away, and what to do, instead of what the driver says. */
    private record Explaining(ConnectionSource guarded, String place) implements ConnectionSource {

        /** Without the first exception as its cause, which would be what people read. */
        @Override
        public Connection open() throws SQLException {
            try {
                return guarded.open();
            } catch (SQLException e) {
                String why = new StoreUnavailableException(e).getMessage();
                throw new SQLException(
                        "the replica that the console reads can't be reached (consoleURL=\"" + place
                                + "\"): start it, or take consoleURL from <Store>, so that the console reads where"
                                + " sessions are saved; sessions are saved all the same (" + why + ")",
                        e.getSQLState());
            }
        }

        @Override
        public void gaveUp(SQLException reason) {
            guarded.gaveUp(reason);
        }
    }

    /**
     * The rows for people to look at.
     *
     * @param announced where sessions are saved: whether a node is alive can't be told from a copy that is behind
     */
    SessionCatalog catalog(NodeTable announced) {
        return table.catalog(announced);
    }

    /** How far it is behind; one short statement. */
    ReplicaState state() {
        try (Connection connection = connections.open()) {
            return ReplicaState.ask(connection, place);
        } catch (SQLException e) {
            return ReplicaState.away(place, String.valueOf(new StoreUnavailableException(e).getMessage()));
        }
    }

    void close() {
        pool.close();
    }
}
