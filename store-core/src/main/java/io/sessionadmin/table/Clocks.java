package io.sessionadmin.table;

/**
 * Takes times from this node's clock to the database's and back, at the beginning of a transaction. What travels is how
 * long ago something was; {@code now()} on the other side is the same moment, however long a statement then waits for a
 * lock.
 *
 * @param here this node's clock, milliseconds since 1970-01-01 UTC
 */
record Clocks(long here) {

    /** How far two conversions of one moment may be apart, in milliseconds. */
    static final long APART = 1_000;

    /** How long ago; what lies ahead is a clock that was set back, and is now. */
    long age(long at) {
        return Math.max(0, here - at);
    }

    /** What the database's clock said, on this node's. */
    long here(long there, long nowThere) {
        return here - (nowThere - there);
    }
}
