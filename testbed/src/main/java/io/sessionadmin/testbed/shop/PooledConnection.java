package io.sessionadmin.testbed.shop;

/** What applications put into sessions by mistake: it can't be serialised. */
public final class PooledConnection {
    private final Thread owner = Thread.currentThread();

    public String owner() {
        return owner.getName();
    }
}
