package io.sessionadmin.store;

import io.sessionadmin.table.StoredSession;
import java.util.HashSet;
import java.util.Set;

/**
 * What the row of a session consists of: all of it as it was once, and what has changed since. Decides whether the next
 * save writes the changes alone. Immutable.
 *
 * @param wholeBytes the size of the whole stream
 * @param changedSince names of attributes that were set or removed since it was written
 * @param apart whether attributes can be written apart from each other
 * @param wholeSaves how many times in a row all of it was written because the changes were too large
 */
record RowContent(int wholeBytes, Set<String> changedSince, Apart apart, int wholeSaves) {

    /** Whether attributes share objects, so that one can't be written without the others. */
    enum Apart {
        UNKNOWN,
        /** They can if the first change finds them so: the session was created and saved here. */
        AT_FIRST,
        YES,
        NO
    }

    /** A row of this size is no longer kept out of line by PostgreSQL, and so is written again with each update. */
    static final int SMALLEST_WHOLE = 2_500;

    /** Larger ones are not looked through for objects that attributes share. */
    private static final int LARGEST_WHOLE = 4 << 20;

    /** Changes are folded into the whole stream when they are as large as half of it. */
    private static final int LARGEST_PART = 2;

    /** After so many whole saves it is tried again whether the changes have become small. */
    private static final int PATIENCE = 8;

    /** There is no row, or it is not known what it consists of. */
    static final RowContent UNKNOWN = new RowContent(0, Set.of(), Apart.UNKNOWN, 0);

    RowContent {
        changedSince = Set.copyOf(changedSince);
    }

    boolean hasChanges() {
        return !changedSince.isEmpty();
    }

    /** The names that changes have to hold, with those that are changed now. */
    Set<String> changedSince(Set<String> now) {
        if (changedSince.containsAll(now)) {
            return changedSince;
        }
        Set<String> all = new HashSet<>(changedSince);
        all.addAll(now);
        return all;
    }

    /** Whether a save may write changes alone, as far as sizes go. */
    boolean isWorthWhile() {
        return wholeBytes >= SMALLEST_WHOLE
                && wholeBytes <= LARGEST_WHOLE
                && apart != Apart.NO
                && wholeSaves % PATIENCE == 0;
    }

    boolean isSmallEnough(int changes) {
        return changes <= wholeBytes / LARGEST_PART;
    }

    /** What a row that was read consists of; without its whole stream that is the one of before. */
    RowContent of(StoredSession stored, Set<String> since) {
        Apart known = stored.changes() == null ? Apart.UNKNOWN : Apart.YES;
        return stored.partial()
                ? new RowContent(wholeBytes, since, known, wholeSaves)
                : new RowContent(stored.data().length, since, known, 0);
    }

    /** All of it was written because it had to be. */
    RowContent whole(int bytes, Apart known) {
        int again = wholeSaves % PATIENCE == 0 ? 0 : wholeSaves + 1;
        return new RowContent(bytes, Set.of(), known, again);
    }

    /** The same, of a session that was created here and is saved for the first time. */
    RowContent apartAtFirst() {
        return new RowContent(wholeBytes, changedSince, Apart.AT_FIRST, wholeSaves);
    }

    /** The same, and its first change has found them apart. */
    RowContent apartStill() {
        return new RowContent(wholeBytes, changedSince, Apart.YES, wholeSaves);
    }

    /** All of it was written because the changes were too large to be worth while. */
    RowContent wholeAsTooLarge(int bytes) {
        return new RowContent(bytes, Set.of(), apart, 1);
    }

    /** The changes were written. */
    RowContent changed(Set<String> since) {
        return new RowContent(wholeBytes, since, apart, 0);
    }
}
