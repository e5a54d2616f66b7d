package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/**
 * Requests with {@code pause=ms} wait between what they read in the session and what they change there, until that
 * time is over or another request lets all of them go on: so requests overlap for as long as a test wants.
 */
final class Pause {
    private static int waiting;
    private static int opened;

    private Pause() {}

    /** Waits if the request asks for it. */
    static void asked(HttpServletRequest request) {
        String pause = request.getParameter("pause");
        if (pause != null) {
            await(Duration.ofMillis(Long.parseLong(pause)));
        }
    }

    /** How many wait now. */
    static synchronized int waiting() {
        return waiting;
    }

    /** Lets all go on that wait now. */
    static synchronized void end() {
        opened++;
        Pause.class.notifyAll();
    }

    private static synchronized void await(Duration patience) {
        int door = opened;
        long end = System.nanoTime() + patience.toNanos();
        waiting++;
        try {
            for (long left = patience.toMillis(); door == opened && left > 0; ) {
                Pause.class.wait(left);
                left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting--;
        }
    }
}
