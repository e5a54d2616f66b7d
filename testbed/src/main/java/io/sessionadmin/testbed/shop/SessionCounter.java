package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the container tells about sessions, and logs it without naming any. */
public final class SessionCounter implements HttpSessionListener, HttpSessionIdListener {
    private static final AtomicInteger CREATED = new AtomicInteger();
    private static final AtomicInteger DESTROYED = new AtomicInteger();
    private static final AtomicInteger RENAMED = new AtomicInteger();

    static String report() {
        return "created=" + CREATED + " destroyed=" + DESTROYED + " renamed=" + RENAMED;
    }

    @Override
    public void sessionCreated(HttpSessionEvent event) {
        log(event, "created", CREATED);
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        log(event, "destroyed", DESTROYED);
    }

    @Override
    public void sessionIdChanged(HttpSessionEvent event, String oldId) {
        log(event, "renamed", RENAMED);
    }

    private static void log(HttpSessionEvent event, String what, AtomicInteger counter) {
        int count = counter.incrementAndGet();
        event.getSession().getServletContext().log("shop: session " + what + ", " + count + " so far");
    }
}
