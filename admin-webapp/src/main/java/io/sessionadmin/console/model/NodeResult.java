package io.sessionadmin.console.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to copies of ended sessions on one node.
 *
 * @param context whose sessions
 * @param node its name; empty for all nodes of which nothing is known
 * @param ended how many copies it has ended
 * @param silence how long ago it was heard of; null where that does not matter
 * @param reason why nothing is known; none when something is
 */
public record NodeResult(
        ContextAddress context,
        String node,
        State state,
        int ended,
        @Nullable Duration silence,
        Reason reason) {

    /** How far it is. */
    public enum State {
        /** This node: it has ended its copies. */
        HERE,
        /** It has ended those that it had, and holds no other. */
        LOOKED,
        /** It hears of ends, and has not answered. */
        NO_ANSWER,
        /** It does not hear of ends: it will find out at its next look-up or background pass. */
        LATER,
        /** It has not been heard of for a while. */
        SILENT,
        /** Whether there are other nodes, or what they hold, is not known. */
        UNKNOWN
    }
}
