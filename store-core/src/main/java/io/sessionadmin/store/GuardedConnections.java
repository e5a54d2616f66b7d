package io.sessionadmin.store;

import io.sessionadmin.table.ConnectionSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an unreachable PostgreSQL from costing everybody the whole time limit. After a failure one caller in
 * {@value #PAUSE} ms tries for real, the others are told at once: a stop with a thousand sessions, or a thousand
 * requests, do not wait a thousand times. Where somebody {@linkplain #probe() probes}, that is the one who tries. Safe
 * for use by several threads.
 */
public final class GuardedConnections implements ConnectionSource {

    /** Milliseconds between two tries while PostgreSQL can't be reached. */
    private static final long PAUSE = 2_000;

    private static final long NANOS = 1_000_000;

    private static final int VALIDATION_SECONDS = 2;

    /** A probe that hangs takes so long at most, in nanoseconds. */
    private static final long PROBED_LATELY = 30_000 * NANOS;

    /** Until when, on the clock of {@link System#nanoTime}, which nobody sets back. */
    private record Refusal(SQLException cause, long retryAt) {}

    private final ConnectionSource connections;
    private final AtomicBoolean trying = new AtomicBoolean();
    private volatile long probedAt = System.nanoTime() - PROBED_LATELY;
    private volatile @Nullable Refusal last;

    public GuardedConnections(ConnectionSource connections) {
        this.connections = connections;
    }

    @Override
    public Connection open() throws SQLException {
        Refusal refusal = last;
        if (refusal == null) {
            return tryToOpen();
        }
        boolean probed = System.nanoTime() - probedAt < PROBED_LATELY;
        if (probed || System.nanoTime() - refusal.retryAt() < 0 || !trying.compareAndSet(false, true)) {
            throw again(refusal.cause());
        }
        try {
            return tryToOpen();
        } finally {
            trying.set(false);
        }
    }

    /** Tries for all others whether PostgreSQL can be reached again; does nothing while it can. For one thread. */
    public void probe() {
        probedAt = System.nanoTime();
        if (last == null) {
            return;
        }
        try (Connection connection = tryToOpen()) {
            if (!connection.isValid(VALIDATION_SECONDS)) {
                gaveUp(new SQLException("PostgreSQL does not answer", "08000"));
            }
        } catch (SQLException e) {
            gaveUp(e);
        }
    }

    private Connection tryToOpen() throws SQLException {
        try {
            Connection connection = connections.open();
            last = null;
            return connection;
        } catch (SQLException e) {
            // A pool that is merely exhausted has a connection for the next caller soon.
            if (e.getCause() != null || String.valueOf(e.getSQLState()).startsWith("08")) {
                gaveUp(e);
            }
            throw e;
        }
    }

    @Override
    public void gaveUp(SQLException reason) {
        last = new Refusal(reason, System.nanoTime() + PAUSE * NANOS);
    }

    private static SQLException again(SQLException cause) {
        return new SQLException(cause.getMessage(), cause.getSQLState(), cause.getCause());
    }
}
