package io.sessionadmin.table;

/** What became of a save. Anything but {@link Saved} wrote nothing. */
public sealed interface SaveResult {

    /** The row is there, committed, and this is its state. */
    record Saved(RowVersion version) implements SaveResult {}

    /** Somebody invalidated the session: its tombstone stays, the copy that was to be saved must end. */
    record Invalidated() implements SaveResult {}

    /** There was a row, and it is gone: the session has ended, the copy that was to be saved must end. */
    record Gone() implements SaveResult {}

    /** The row is in another state than the one that the copy comes from. */
    record Stale() implements SaveResult {}

    /** The table's key is the id alone, and another context has a session with this id. */
    record TakenByContext(String context) implements SaveResult {}

    /**
     * One of several that were saved together, and PostgreSQL refused this one, or went away before its turn. Where one
     * session is saved this is thrown.
     */
    record NotSaved(StoreUnavailableException cause) implements SaveResult {}
}
