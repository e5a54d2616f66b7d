package io.sessionadmin.testbed.shop;

import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the container tells about attributes of sessions. */
public final class AttributeCounter implements HttpSessionAttributeListener {
    private static final AtomicInteger ADDED = new AtomicInteger();
    private static final AtomicInteger REPLACED = new AtomicInteger();
    private static final AtomicInteger REMOVED = new AtomicInteger();

    static String report() {
        return "added=" + ADDED + " replaced=" + REPLACED + " removed=" + REMOVED;
    }

    @Override
    public void attributeAdded(HttpSessionBindingEvent event) {
        ADDED.incrementAndGet();
    }

    @Override
    public void attributeReplaced(HttpSessionBindingEvent event) {
        REPLACED.incrementAndGet();
    }

    @Override
    public void attributeRemoved(HttpSessionBindingEvent event) {
        REMOVED.incrementAndGet();
    }
}
