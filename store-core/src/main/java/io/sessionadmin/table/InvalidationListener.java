package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears at once that a session was invalidated on any node, by PostgreSQL's
 * <a href="https://www.postgresql.org/docs/current/sql-listen.html">LISTEN</a>.
 *
 * <p>A notification says "look" and nothing more: what has ended is read from the table. So nothing is lost when a
 * connection breaks, silently or not: after each new connection the table is looked at as well. It holds a connection of
 * its own, and one thread.
 */
public final class InvalidationListener implements AutoCloseable {

    /** The channel; the payload is the name of the context. */
    static final String CHANNEL = "session_store_invalidated";

    /** After so many milliseconds of silence the connection is asked whether it is alive. */
    private static final int SILENCE = 10_000;

    private static final int PAUSE_BEFORE_RECONNECTING = 2_000;

    /** What is said within so many milliseconds after a look at the table waits for the next: logouts come in storms. */
    private static final int LOOK_EVERY = 50;

    /** What a listener tells. Called by its own thread. */
    public interface Ears {

        /** Sessions of the context may have been invalidated: look at the table. */
        void invalidated();

        /** Nothing is heard from now on, until the next {@link #invalidated()}. */
        void deaf(Exception reason);
    }

    private final ConnectionSource connections;
    private final String context;
    private final Ears ears;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Connection listening;

    /**
     * Starts to listen, on a thread of its own.
     *
     * @param connections direct ones: through a pooler in transaction mode nothing is heard
     */
    public InvalidationListener(ConnectionSource connections, String context, Ears ears) {
        this.connections = connections;
        this.context = context;
        this.ears = ears;
        this.thread = new Thread(this::run, "session-store " + context + " listener");
        thread.setDaemon(true);
        thread.setContextClassLoader(InvalidationListener.class.getClassLoader());
        thread.start();
    }

    private void run() {
        while (!closed) {
            try (Connection connection = connections.open()) {
                listen(connection);
            } catch (SQLException | RuntimeException e) {
                missed(e);
            } catch (Error e) { // one of today must not leave this node deaf tomorrow
                missed(new IllegalStateException(e));
            }
        }
    }

    private void missed(Exception reason) {
        if (!closed) {
            ears.deaf(reason);
            pause(PAUSE_BEFORE_RECONNECTING);
        }
    }

    private void listen(Connection connection) throws SQLException {
        if (!connection.isWrapperFor(PGConnection.class)) {
            closed = true;
            ears.deaf(new SQLException("the driver is not PostgreSQL's own"));
            return;
        }
        PGConnection notifications = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement()) {
            if (closed) {
                return;
            }
            statement.execute("listen " + CHANNEL);
            listening = connection;
            ears.invalidated(); // whatever was said before
            while (!closed) {
                PGNotification[] heard = notifications.getNotifications(SILENCE);
                if (heard == null || heard.length == 0) {
                    statement.execute("select 1");
                } else if (concerns(heard)) {
                    ears.invalidated();
                    pause(LOOK_EVERY);
                }
            }
        } finally {
            listening = null;
        }
    }

    private boolean concerns(PGNotification[] heard) {
        for (PGNotification notification : heard) {
            if (notification.getParameter().equals(context)) {
                return true;
            }
        }
        return false;
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            closed = true; // only close() interrupts
        }
    }

    /** Ends the thread and the connection; waits for both for a moment. */
    @Override
    public void close() {
        closed = true;
        Connection open = listening;
        try {
            if (open != null) {
                open.abort(Runnable::run); // the thread is waiting inside of it
            }
            thread.interrupt();
            thread.join(5_000);
        } catch (SQLException e) {
            thread.interrupt(); // it sees the broken connection itself
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
