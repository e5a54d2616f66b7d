package io.sessionadmin.table;

import java.time.Duration;

/**
 * A context on a node as it was announced last.
 *
 * @param report what it told then; the uptime is the one that it had then
 * @param heartbeatAge how long ago that was, on the database's clock
 * @param clockAhead how far the node's clock was ahead of the database's then, and negative when it was behind;
 *     accurate to the time that a statement takes
 */
public record ClusterNode(NodeReport report, Duration heartbeatAge, Duration clockAhead, State state) {

    /** Whether there is somebody. */
    public enum State {
        /** It has announced itself lately. */
        ALIVE,
        /** It has not, and did not say that it would stop: it crashed, hangs, or can't reach PostgreSQL. */
        SILENT,
        /** It was stopped, or undeployed. */
        STOPPED
    }

    public boolean alive() {
        return state == State.ALIVE;
    }
}
