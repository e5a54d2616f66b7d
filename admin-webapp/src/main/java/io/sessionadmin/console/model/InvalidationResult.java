package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.List;
import java.util.Optional;

/**
 * What invalidating one session did.
 *
 * @param user who was logged in, as far as that is known
 * @param details what happened where, and what can't be promised
 */
public record InvalidationResult(Handle handle, Optional<String> user, Outcome outcome, List<Reason> details) {

    /** In one word. */
    public enum Outcome {
        /** It has ended, and stays ended. */
        ENDED,
        /** It has ended here; something else can't be promised. */
        ENDED_HERE,
        /** It has ended here, and can come back: its saved copy remains, or may remain. */
        ENDED_FOR_NOW,
        /** It had ended before. */
        GONE,
        /** It was used again meanwhile, and left alone. */
        SPARED,
        /** It is still there. */
        FAILED
    }
}
