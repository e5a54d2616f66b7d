package io.sessionadmin.store;

import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TombstoneList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which sessions have ended since this node looked last, and what of them it may have missed: a tombstone is dated when
 * it is written, and seen when its transaction is done. A look goes back to the last one of which all transactions are
 * done, and a little further, so that a storm of logouts costs each look what has ended just now. Times are on the clock
 * of the database. Safe for use by several threads.
 */
final class TombstoneLooks {

    /** What is open for longer is mostly somebody else's, and holds up nothing; what ends a session is found by a pass. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(30);

    /** From the date of a tombstone until PostgreSQL gives its transaction a number, with much to spare. */
    static final Duration UNTIL_NUMBERED = Duration.ofSeconds(1);

    /** A look that was made, and the number of the first transaction that had not begun. */
    private record Made(Instant at, long nextTransaction) {}

    /** How far a look goes back, and which trust it stands on. */
    private record Since(Instant time, int trust) {}

    private final SessionTable table;
    private final String context;
    private final Duration longestTransaction;

    /** Those during which transactions were running that no later look has seen the end of; the oldest first. */
    private final Deque<Made> unsettled = new ArrayDeque<>();

    /** When the latest look was made of which all transactions have been seen; the epoch when nothing is sure. */
    private Instant settled = Instant.EPOCH;

    private Instant lastRegular = Instant.EPOCH;
    private int trust;

    TombstoneLooks(SessionTable table, String context) {
        this(table, context, LONGEST_TRANSACTION);
    }

    TombstoneLooks(SessionTable table, String context, Duration longestTransaction) {
        this.table = table;
        this.context = context;
        this.longestTransaction = longestTransaction;
    }

    /** What is done about those that have ended; when it throws, the next look finds them again. */
    @FunctionalInterface
    interface Work {
        void on(TombstoneList look) throws StoreUnavailableException;
    }

    /** Nothing was heard for a while: the next look is one at all that has ended. */
    synchronized void distrust() {
        settled = Instant.EPOCH;
        lastRegular = Instant.EPOCH;
        unsettled.clear();
        trust++;
    }

    /** Somebody said that sessions have ended. */
    void heard(Work work) throws StoreUnavailableException {
        Since since = since(false);
        TombstoneList look = since.time().equals(Instant.EPOCH)
                ? table.tombstones(context, Instant.EPOCH)
                : table.latestTombstones(context, since.time());
        work.on(look);
        made(look, since, false);
    }

    /**
     * Without having heard: at all that has ended since the last regular look, and at sessions that were ended by hand, by
     * an SQL statement.
     */
    void regularly(Work work) throws StoreUnavailableException {
        Since since = since(true);
        TombstoneList look = table.tombstones(context, since.time());
        work.on(look);
        made(look, since, true);
    }

    private synchronized Since since(boolean regular) {
        Instant known = regular ? lastRegular : settled;
        Duration further = regular ? longestTransaction : UNTIL_NUMBERED;
        return new Since(known.equals(Instant.EPOCH) ? known : known.minus(further), trust);
    }

    private synchronized void made(TombstoneList look, Since since, boolean regular) {
        if (since.trust() != trust) {
            return;
        }
        if (look.asOf().isBefore(settled.minus(longestTransaction))) { // the clock of the database was set back
            distrust();
            return;
        }
        if (regular) {
            lastRegular = look.asOf();
        }
        unsettled.add(new Made(look.asOf(), look.nextTransaction()));
        while (!unsettled.isEmpty() && isSettled(unsettled.peek(), look)) {
            settled = later(settled, unsettled.remove().at());
        }
    }

    private boolean isSettled(Made earlier, TombstoneList look) {
        return earlier.nextTransaction() <= look.oldestRunning()
                || Duration.between(earlier.at(), look.asOf()).compareTo(longestTransaction) > 0;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
