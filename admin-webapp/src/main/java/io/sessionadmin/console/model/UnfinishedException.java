package io.sessionadmin.console.model;

import java.io.Serial;
import java.time.Duration;

/** There was no time to look through all sessions: how many would end is not known, and none does. */
public final class UnfinishedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    UnfinishedException(Duration patience) {
        super("no time to look through all sessions");
        this.reason = Reason.of("start.unfinished", Math.max(1, patience.toSeconds()));
    }

    /** What happened, and what to do. */
    public Reason reason() {
        return reason;
    }
}
