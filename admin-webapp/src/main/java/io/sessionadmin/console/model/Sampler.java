package io.sessionadmin.console.model;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** Has {@link EngineSessions} look at what is in memory once a minute, on a thread that ends with the console. */
public final class Sampler implements AutoCloseable {

    private static final Log log = LogFactory.getLog(Sampler.class);
    private static final long END_SECONDS = 10;

    private final ScheduledExecutorService work;
    private volatile @Nullable Thread thread;

    public Sampler(EngineSessions sessions) {
        work = Executors.newSingleThreadScheduledExecutor(this::thread);
        var unused = work.scheduleAtFixedRate(() -> sample(sessions), 0, 1, TimeUnit.MINUTES);
    }

    private Thread thread(Runnable samples) {
        Thread sampler = new Thread(samples, "session-admin sampler");
        sampler.setDaemon(true);
        thread = sampler;
        return sampler;
    }

    /** A task that throws would not run again. */
    private static void sample(EngineSessions sessions) {
        try {
            sessions.sample();
        } catch (RuntimeException | LinkageError e) {
            log.warn("What is in memory could not be counted this minute", e);
        }
    }

    /**
     * Waits for the end of the thread, which must not outlive the class loader of the console. An executor is terminated
     * when its last task is done, and its thread lives for a moment longer: long enough for Tomcat to call it a leak.
     */
    @Override
    public void close() {
        work.shutdownNow();
        Thread last = thread;
        if (last == null) {
            return;
        }
        try {
            last.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
            if (last.isAlive()) {
                log.warn("The sampler has not ended after " + END_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
