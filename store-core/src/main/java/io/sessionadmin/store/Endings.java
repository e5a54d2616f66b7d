package io.sessionadmin.store;

import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.juli.logging.Log;

/**
 * Sessions that have ended on this node: their tombstones, at once or, while PostgreSQL is away, as soon as it is back.
 * Until then they are remembered here, and not loaded. Safe for use by several threads.
 */
final class Endings {

    private final Log log;
    private final String context;
    private final SessionTable table;
    private final StoreHealth saving;
    private final Clock clock;

    /** Ids, and when they ended: milliseconds since 1970-01-01 UTC. */
    private final Map<String, Long> toBeBuried = new ConcurrentHashMap<>();

    Endings(Log log, String context, SessionTable table, StoreHealth saving, Clock clock) {
        this.log = log;
        this.context = context;
        this.table = table;
        this.saving = saving;
        this.clock = clock;
    }

    /** Whether a session has ended here, and the table does not know yet. */
    boolean isRemembered(String id) {
        return toBeBuried.containsKey(id);
    }

    /** Leaves a tombstone in the place of the session's row. */
    void bury(String id) {
        long now = clock.millis();
        try {
            table.bury(new SessionKey(context, id), now);
            saving.worked();
        } catch (StoreUnavailableException e) {
            toBeBuried.put(id, now);
            saving.failed(e);
        }
    }

    /** Remembers an end that could not be written. */
    void remember(String id) {
        toBeBuried.put(id, clock.millis());
    }

    /** What ended while PostgreSQL was away. */
    void finish() throws StoreUnavailableException {
        for (Map.Entry<String, Long> ended : List.copyOf(toBeBuried.entrySet())) {
            table.bury(new SessionKey(context, ended.getKey()), ended.getValue());
            toBeBuried.remove(ended.getKey());
        }
    }

    /** What is not told now never will be. */
    void finishBeforeStop() {
        try {
            finish();
        } catch (StoreUnavailableException e) {
            log.error(toBeBuried.size() + " sessions of " + context + " that have ended here are still in the table: "
                    + e.getMessage());
        }
    }
}
