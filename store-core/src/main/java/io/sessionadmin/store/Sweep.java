package io.sessionadmin.store;

import io.sessionadmin.table.LiveSessions;
import io.sessionadmin.table.Reaping;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.time.Duration;
import java.util.function.Consumer;

/** A whole sweep for the expired sessions of a context, in batches. */
final class Sweep {

    private static final int REAPED_AT_ONCE = 1_000;

    private Sweep() {}

    /**
     * Removes all that have expired. Where a batch was full of sessions that somebody was told of, the next one takes no
     * more than it can read: it would lock the others in vain.
     *
     * @param grace how long an expired session is left alone
     * @param work what is done about each batch; what it has removed is gone
     */
    static void run(SessionTable table, String context, Duration grace, LiveSessions live, Consumer<Reaping> work)
            throws StoreUnavailableException {
        String next = "";
        int atOnce = REAPED_AT_ONCE;
        while (next != null) {
            Reaping reaping = table.reap(context, next, atOnce, grace, live);
            work.accept(reaping);
            atOnce = reaping.expired().size() < SessionTable.READ_AT_ONCE ? REAPED_AT_ONCE : SessionTable.READ_AT_ONCE;
            next = reaping.next();
        }
    }
}
