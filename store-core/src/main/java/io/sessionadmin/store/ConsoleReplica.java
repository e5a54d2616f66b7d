package io.sessionadmin.store;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.SessionTable;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica of the database that people's questions go to, so that they cost the one that sessions are saved in nothing.
 * Its connections are few, are opened when somebody asks, and can't write.
 *
 * @param place its URL without what may hold a password
 */
record ConsoleReplica(HikariDataSource pool, SessionCatalog catalog, String place) {

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
        SessionTable table = new SessionTable(new GuardedConnections(pool::getConnection), replica.names(), "");
        return new ConsoleReplica(pool, table.catalog(), replica.place());
    }

    void close() {
        pool.close();
    }
}
