package io.sessionadmin.store;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.tomcat.util.ExceptionUtils;

/**
 * Whether attributes of a session share objects that can be changed. Written by themselves they would share them no
 * longer, and a change that is made through one of them would be missing in the row's copy of the other.
 */
final class SharedGraph {

    /** More objects than that are not looked through: such a session is written as a whole. */
    private static final int OBJECTS_AT_MOST = 100_000;

    /** Ends a walk: the answer is known. */
    private static final class Found extends IOException {

        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    private final IdentityHashMap<Object, String> owners = new IdentityHashMap<>();

    /** Whether each object that can be changed belongs to one attribute only; false also when that can't be told. */
    static boolean isIndependent(Map<String, Object> attributes) {
        SharedGraph graph = new SharedGraph();
        try {
            for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                graph.walk(attribute.getKey(), attribute.getValue());
            }
            return true;
        } catch (Throwable t) { // also what the application's writeObject throws; the save itself reports that
            ExceptionUtils.handleThrowable(t);
            return false;
        }
    }

    /** The empty collections of the JDK are one object each, for everybody. */
    static boolean canBeChanged(Object object) {
        return !HandedOut.isImmutable(object)
                && object != Collections.EMPTY_LIST
                && object != Collections.EMPTY_SET
                && object != Collections.EMPTY_MAP;
    }

    private void walk(String name, Object value) throws IOException {
        if (HandedOut.isImmutable(value)) {
            return;
        }
        try (Walk walk = new Walk(name)) {
            walk.writeObject(value);
        }
    }

    /** Serialises to nowhere, and sees each object that is met for the first time. */
    private final class Walk extends ObjectOutputStream {

        private final String name;

        Walk(String name) throws IOException {
            super(OutputStream.nullOutputStream());
            this.name = name;
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object met) throws IOException {
            if (canBeChanged(met)) {
                String owner = owners.putIfAbsent(met, name);
                if ((owner != null && !owner.equals(name)) || owners.size() > OBJECTS_AT_MOST) {
                    throw new Found();
                }
            }
            return met;
        }
    }
}
