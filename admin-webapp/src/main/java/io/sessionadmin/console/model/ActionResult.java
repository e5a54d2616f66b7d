package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.List;
import java.util.Optional;

/**
 * What came of an action on one live session.
 *
 * @param user who is logged in, as far as that is known
 * @param details what happened, and why not more
 */
public record ActionResult(Handle handle, Optional<String> user, Outcome outcome, List<Reason> details) {

    /** In one word. */
    public enum Outcome {
        /** The store has it now. */
        SAVED,
        /** The store had it. */
        NOTHING_TO_SAVE,
        /** The attribute is gone, here and in the saved copy. */
        REMOVED,
        /** The attribute is gone from memory; the saved copy may still have it. */
        REMOVED_HERE,
        /** There was no such attribute in memory. */
        NO_SUCH_ATTRIBUTE,
        /** The session is not in the memory of this node. */
        NOT_LIVE,
        FAILED
    }
}
