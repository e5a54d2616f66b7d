package io.sessionadmin.console.model;

/** Where a session is in its life, seen from this node. */
public enum SessionState {
    /** In the memory of this node. */
    LIVE,
    /** Only in the store, as far as this node knows. */
    SWAPPED_OUT,
    /** Past last access + max inactive interval, not yet reaped. */
    EXPIRED,
    /** A tombstone: nobody may save this id again. */
    INVALIDATED,
    /** Stored, and can't be turned into a session. */
    UNREADABLE
}
