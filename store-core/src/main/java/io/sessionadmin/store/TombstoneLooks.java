package io.sessionadmin.store;

import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TombstoneList;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which sessions have ended since this node looked last, and what of them it may have missed: a tombstone is dated when
 * it is written, and seen when its transaction is done. A look goes back to the last one of which all transactions are
 * done, so that a storm of logouts costs each look what has ended just now. Safe for use by several threads.
 */
final class TombstoneLooks {

    /** No transaction that ends a session takes longer; milliseconds. A longer one of somebody else's holds up nothing. */
    private static final long LONGEST_TRANSACTION = 30_000;

    /** From the date of a tombstone until PostgreSQL gives its transaction a number; milliseconds, with much to spare. */
    private static final long UNTIL_NUMBERED = 1_000;

    /** A look that was made, and the number of the first transaction that began after it. */
    private record Made(long at, long nextTransaction) {}

    private final SessionTable table;
    private final String context;
    private final Clock clock;

    /** Those during which transactions were running that the latest one has not seen the end of; the oldest first. */
    private final Deque<Made> unsettled = new ArrayDeque<>();

    /** When the latest look was made of which all transactions have been seen; 0 when nothing is sure. */
    private long settled;

    TombstoneLooks(SessionTable table, String context, Clock clock) {
        this.table = table;
        this.context = context;
        this.clock = clock;
    }

    /** What is done about those that have ended; when it throws, the next look finds them again. */
    @FunctionalInterface
    interface Work {
        void on(TombstoneList look) throws StoreUnavailableException;
    }

    /** Nothing was heard for a while: the next look is one at all that has ended. */
    synchronized void distrust() {
        settled = 0;
        unsettled.clear();
    }

    /** Somebody said that sessions have ended. */
    void heard(Work work) throws StoreUnavailableException {
        long since = since();
        long now = clock.millis();
        TombstoneList look =
                since == 0 ? table.tombstones(context, 0) : table.latestTombstones(context, since - UNTIL_NUMBERED);
        work.on(look);
        made(now, look);
    }

    /** Without having heard: also at sessions that were ended by hand, by an SQL statement. */
    void regularly(Work work) throws StoreUnavailableException {
        long since = since();
        long now = clock.millis();
        TombstoneList look = table.tombstones(context, since == 0 ? 0 : since - LONGEST_TRANSACTION);
        work.on(look);
        made(now, look);
    }

    private synchronized long since() {
        return settled;
    }

    private synchronized void made(long now, TombstoneList look) {
        unsettled.add(new Made(now, look.nextTransaction()));
        while (!unsettled.isEmpty() && isSettled(unsettled.peek(), now, look)) {
            settled = Math.max(settled, unsettled.remove().at());
        }
    }

    private static boolean isSettled(Made earlier, long now, TombstoneList look) {
        return earlier.nextTransaction() <= look.oldestRunning() || now - earlier.at() > LONGEST_TRANSACTION;
    }
}
