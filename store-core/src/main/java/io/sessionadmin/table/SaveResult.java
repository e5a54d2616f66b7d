package io.sessionadmin.table;

/** What became of a save. Anything but {@link Saved} wrote nothing. */
public sealed interface SaveResult {

    /** The row is there, committed. */
    record Saved() implements SaveResult {}

    /** Somebody invalidated the session: its tombstone stays, the copy that was to be saved must end. */
    record Invalidated() implements SaveResult {}

    /** The row holds a later access than the copy that was to be saved. */
    record Stale() implements SaveResult {}

    /** The table's key is the id alone, and another context has a session with this id. */
    record TakenByContext(String context) implements SaveResult {}
}
