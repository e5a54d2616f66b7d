package io.sessionadmin.store;

import java.util.List;

/** What came of saving a live session because somebody asked for it. */
public sealed interface BackupResult {

    /**
     * The store has all that can be saved of it.
     *
     * @param bytes the size of the copy; -1 when it is not known
     * @param leftOut what is in memory and can't be saved, each with the reason
     */
    record Saved(long bytes, List<String> leftOut) implements BackupResult {}

    /** Nothing but the time of its last access was not in the store, and that is there now. */
    record AccessSaved() implements BackupResult {}

    /** The store had all of it; it was asked. */
    record NothingToSave() implements BackupResult {}

    /** It is not in the memory of this node, or has ended by now. */
    record NotLive() implements BackupResult {}

    /** The last good copy is as it was, and the session stays in memory. */
    record Failed(String reason) implements BackupResult {}
}
