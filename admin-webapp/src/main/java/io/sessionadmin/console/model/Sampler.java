package io.sessionadmin.console.model;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** Has {@link EngineSessions} look at what is in memory once a minute, on a thread that ends with the console. */
public final class Sampler implements AutoCloseable {

    private static final Log log = LogFactory.getLog(Sampler.class);
    private static final long END_SECONDS = 10;

    private final ScheduledExecutorService thread;

    public Sampler(EngineSessions sessions) {
        thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread sampler = new Thread(work, "session-admin sampler");
            sampler.setDaemon(true);
            return sampler;
        });
        var unused = thread.scheduleAtFixedRate(() -> sample(sessions), 0, 1, TimeUnit.MINUTES);
    }

    /** A task that throws would not run again. */
    private static void sample(EngineSessions sessions) {
        try {
            sessions.sample();
        } catch (RuntimeException | LinkageError e) {
            log.warn("What is in memory could not be counted this minute", e);
        }
    }

    /** Waits for the end of the thread, which must not outlive the class loader of the console. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                log.warn("The sampler has not ended after " + END_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
