package io.sessionadmin.store;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.juli.logging.Log;

/**
 * A store's own thread: once a second, whatever Tomcat's background process does. So accesses are written in time, other
 * nodes hear of this one, and it is noticed without a visitor's request that PostgreSQL is back.
 */
final class Housekeeper implements AutoCloseable {

    private static final int PATIENCE_AT_STOP = 5;

    private final Log log;
    private final Runnable work;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /** Starts the thread. */
    Housekeeper(Log log, String context, Runnable work) {
        this.log = log;
        this.work = work;
        this.thread = new Thread(this::run, "session-store " + context + " housekeeper");
        thread.setDaemon(true);
        thread.setContextClassLoader(Housekeeper.class.getClassLoader());
        thread.start();
    }

    private void run() {
        try {
            while (!stopped.await(1, TimeUnit.SECONDS)) {
                try {
                    work.run();
                } catch (Throwable t) { // an Error of today must not leave accesses unwritten tomorrow
                    log.error(thread.getName() + " goes on after", t);
                }
            }
        } catch (InterruptedException e) {
            log.debug("The housekeeper ends", e); // only close() interrupts
        }
    }

    /** Ends the thread; waits for it for a moment. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_AT_STOP));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
