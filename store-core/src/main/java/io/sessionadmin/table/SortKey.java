package io.sessionadmin.table;

/**
 * What a session is sorted by: a number, the smallest first, and where it is the same a text, in the order of its code
 * points or the other way round.
 *
 * @param text empty where the order has none
 */
public record SortKey(long number, String text) {

    /** Behind all that have something to be sorted by, in either direction. */
    public static final long LAST = Long.MAX_VALUE;

    public static SortKey of(long number) {
        return new SortKey(number, "");
    }
}
