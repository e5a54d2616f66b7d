package io.sessionadmin.testbed.bench;

/**
 * Under what conditions operations are measured.
 *
 * @param bytes of a session, about
 * @param threads that use sessions of their own
 * @param sessions of all threads together, in one round
 */
record Scenario(int bytes, int threads, int sessions) {

    @Override
    public String toString() {
        return bytes / 1024 + " kB, " + threads + (threads == 1 ? " thread" : " threads");
    }
}
