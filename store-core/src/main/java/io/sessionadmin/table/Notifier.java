package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells all nodes that sessions have ended, on a thread of its own, after their transactions: once for all that ended
 * within {@value #TOGETHER} ms. A transaction that notifies holds a lock of the whole database until its commit is on the
 * disk (decision 22). While PostgreSQL does not take it, it is tried again. Safe for use by several threads.
 */
final class Notifier implements AutoCloseable {

    /** Milliseconds between two notifications; the first is sent at once. */
    private static final int TOGETHER = 10;

    private static final int AGAIN_AFTER = 500;
    private static final int PATIENCE_AT_CLOSE = 1_000;

    private final TableAccess table;

    /** The contexts of which something has ended that nobody was told of. */
    private final Set<String> due = ConcurrentHashMap.newKeySet();

    private final ScheduledThreadPoolExecutor thread;
    private volatile Consumer<StoreUnavailableException> whenRefused = refusal -> {};
    private volatile boolean refused;
    private volatile long toldAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(TOGETHER);

    /** Starts no thread yet. */
    Notifier(TableAccess table) {
        this.table = table;
        this.thread = new ScheduledThreadPoolExecutor(
                1, Notifier::newThread, (late, closed) -> tell()); // by the caller itself
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(null, work, "session-store notifier", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Notifier.class.getClassLoader());
        return thread;
    }

    /**
     * Starts the thread. Else the first end does, and the thread keeps the class loader of that request's application.
     *
     * @param whenRefused called when PostgreSQL refuses to tell, once until it does not
     */
    void start(Consumer<StoreUnavailableException> whenRefused) {
        this.whenRefused = whenRefused;
        thread.prestartCoreThread();
    }

    /** A session of this context has ended, and its transaction is done. */
    void ended(String context) {
        boolean first = due.add(context);
        if (thread.isShutdown()) {
            tell();
        } else if (first) {
            long since = System.nanoTime() - toldAt;
            schedule(TimeUnit.MILLISECONDS.toNanos(TOGETHER) - since);
        }
    }

    private void schedule(long nanos) {
        Future<?> unused = thread.schedule(this::tell, nanos, TimeUnit.NANOSECONDS); // what fails is tried again
    }

    private static final String TELL =
            "select pg_notify('" + InvalidationListener.CHANNEL + "', context) from unnest(?::text[]) as context";

    /** Heard when the transaction commits. */
    static boolean tellAllNodes(Connection connection, Collection<String> contexts) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELL)) {
            new Parameters(statement).array(Parameters.texts(connection, contexts.toArray()));
            return statement.execute();
        }
    }

    private void tell() {
        List<String> contexts = List.copyOf(due);
        contexts.forEach(due::remove); // before: what ends from now on is told later
        toldAt = System.nanoTime();
        boolean told = false;
        try {
            told = table.run(any -> connection -> tellAllNodes(connection, contexts));
            refused = false;
        } catch (StoreUnavailableException e) {
            if (!refused) {
                refused = true;
                whenRefused.accept(e);
            }
        } finally {
            if (!told && due.addAll(contexts) && !thread.isShutdown()) {
                schedule(TimeUnit.MILLISECONDS.toNanos(AGAIN_AFTER));
            }
        }
    }

    /** Tells what is to be told, and ends the thread. What ends later is told by the caller itself. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE_AT_CLOSE, TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
        if (!due.isEmpty()) {
            tell();
        }
    }
}
