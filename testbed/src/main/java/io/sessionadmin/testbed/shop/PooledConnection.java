package io.sessionadmin.testbed.shop;

import java.io.Serializable;

/**
 * What applications put into sessions by mistake: it can't be serialised. Tomcat refuses it in a distributable context,
 * but not when it hides in something that is {@link java.io.Serializable}.
 */
public final class PooledConnection {
    /** A bean that looks serialisable and is not. */
    public static final class Holder implements Serializable {
        private static final long serialVersionUID = 1;

        private final Object connection = new PooledConnection();

        @Override
        public String toString() {
            return "Holder of " + connection;
        }
    }

    private final Thread owner = Thread.currentThread();

    public String owner() {
        return owner.getName();
    }
}
