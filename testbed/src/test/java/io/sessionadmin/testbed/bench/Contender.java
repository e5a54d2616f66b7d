package io.sessionadmin.testbed.bench;

import org.jspecify.annotations.Nullable;

/** A way to keep sessions, as its users run it. Several threads may use clients of their own. */
interface Contender {

    /** In tables and plots. */
    String name();

    /** Whether it has such an operation at all. */
    boolean does(Operation operation);

    /** A visitor whose session is not there yet. */
    Client client(Payload payload) throws Exception;

    /** Waits until all is written that the last operations have left to the background. */
    default void settle() throws Exception {}

    /** How many sessions it has stored. */
    long stored() throws Exception;

    void close() throws Exception;

    /** The session of one visitor. One thread at a time uses it. */
    interface Client {

        /** Does what comes before the operation and is not timed: the application's part of a request. */
        Step prepare(Operation operation) throws Exception;

        /** An attribute as it is stored, read anew; null when the session is not stored. Not timed. */
        @Nullable
        Object read(String attribute) throws Exception;
    }

    /** What is timed. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }
}
