package io.sessionadmin.console.model;

import java.time.Instant;

/**
 * How many of the rows or files that were read can't be turned into sessions.
 *
 * @param unreadable of those that were read
 * @param read at most one page of them
 * @param all whether there are no others
 * @param asOf when they were read, on this node's clock
 * @param unknown why none could be read; none when some were, or there is none
 */
public record Readability(long unreadable, long read, boolean all, Instant asOf, Reason unknown) {

    /** How many sessions of the context can't be read, as far as that is known. */
    public Figure figure() {
        if (unknown.isGiven()) {
            return Figure.unknown(unknown);
        }
        return all
                ? Figure.exact(unreadable)
                : new Figure(unreadable, Figure.Certainty.AT_LEAST, Reason.of("reason.someRead", read));
    }
}
