package io.sessionadmin.console.model;

import java.util.Locale;

/** Where a session is in its life. */
public enum SessionState {
    /** In the memory of this node, or of another one that is alive. */
    LIVE,
    /** Only in the store. */
    SWAPPED_OUT,
    /** Past last access + max inactive interval, not yet reaped. */
    EXPIRED,
    /** A tombstone: nobody may save this id again. */
    INVALIDATED,
    /** Stored, and can't be turned into a session. */
    UNREADABLE;

    /** Its name in requests and answers for programs. */
    public String word() {
        return this == SWAPPED_OUT ? "swappedOut" : name().toLowerCase(Locale.ROOT);
    }
}
