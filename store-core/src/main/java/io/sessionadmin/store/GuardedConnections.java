package io.sessionadmin.store;

import io.sessionadmin.table.ConnectionSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an unreachable PostgreSQL from costing everybody the pool's whole time limit. After a failure one caller in
 * {@value #PAUSE} ms tries for real, the others are told at once: a stop with a thousand sessions, or a thousand
 * requests, do not wait a thousand times. Safe for use by several threads.
 */
public final class GuardedConnections implements ConnectionSource {

    /** Milliseconds between two tries while PostgreSQL can't be reached. */
    private static final long PAUSE = 2_000;

    private record Refusal(SQLException cause, long retryAt) {}

    private final ConnectionSource connections;
    private final Clock clock;
    private final AtomicBoolean trying = new AtomicBoolean();
    private volatile @Nullable Refusal last;

    GuardedConnections(DataSource connections, Clock clock) {
        this(connections::getConnection, clock);
    }

    public GuardedConnections(ConnectionSource connections, Clock clock) {
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public Connection open() throws SQLException {
        Refusal refusal = last;
        if (refusal == null) {
            return tryToOpen();
        }
        if (clock.millis() < refusal.retryAt() || !trying.compareAndSet(false, true)) {
            throw again(refusal.cause());
        }
        try {
            return tryToOpen();
        } finally {
            trying.set(false);
        }
    }

    private Connection tryToOpen() throws SQLException {
        try {
            Connection connection = connections.open();
            last = null;
            return connection;
        } catch (SQLException e) {
            last = new Refusal(e, clock.millis() + PAUSE);
            throw e;
        }
    }

    private static SQLException again(SQLException cause) {
        return new SQLException(cause.getMessage(), cause.getSQLState(), cause.getCause());
    }
}
