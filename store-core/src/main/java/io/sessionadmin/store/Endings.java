package io.sessionadmin.store;

import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

    /** Longer than any look-up that began before an end takes; nanoseconds. */
    private static final long LATELY = TimeUnit.SECONDS.toNanos(60);

    /** Ids whose tombstone is under way. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    /** Ids that have ended on this node lately, and when on the clock of {@link System#nanoTime}. */
    private final Map<String, Long> lately = new ConcurrentHashMap<>();

    /** Ids, and when they ended: milliseconds since 1970-01-01 UTC. */
    private final Map<String, Long> toBeBuried = new ConcurrentHashMap<>();

    /** Likewise, of ids that have been given to another session since. */
    private final Map<String, Long> predecessors = new ConcurrentHashMap<>();

    Endings(Log log, String context, SessionTable table, StoreHealth saving, Clock clock) {
        this.log = log;
        this.context = context;
        this.table = table;
        this.saving = saving;
        this.clock = clock;
    }

    /** Whether a session has ended here, and the table does not know yet. */
    boolean isRemembered(String id) {
        return underWay.contains(id) || toBeBuried.containsKey(id);
    }

    /** A session is about to end here, or to give up this id: from now on nobody loads it. */
    void begin(String id) {
        underWay.add(id);
        lately.put(id, System.nanoTime());
    }

    /** The table knows, or is going to be told. */
    void done(String id) {
        underWay.remove(id);
    }

    /** Tomcat gives the id to a new session, as it does where contexts share a cookie path. */
    void givenAgain(String id) {
        lately.remove(id);
        Long endedAt = toBeBuried.remove(id);
        if (underWay.remove(id) && endedAt == null) {
            endedAt = clock.millis();
        }
        if (endedAt != null) {
            predecessors.put(id, endedAt);
        }
    }

    /** Before a session is saved for the first time: the row of an ended one that had its id must not be taken for its. */
    void makeWay(String id) throws StoreUnavailableException {
        Long endedAt = predecessors.get(id);
        if (endedAt != null) {
            buryPredecessor(id, endedAt);
        }
    }

    private void buryPredecessor(String id, long endedAt) throws StoreUnavailableException {
        table.buryPredecessor(new SessionKey(context, id), endedAt);
        predecessors.remove(id, endedAt);
    }

    /** Whether a session with this id has ended here at that time or later, on the clock of {@link System#nanoTime}. */
    boolean hasEndedSince(String id, long nanos) {
        Long at = lately.get(id);
        return at != null && at - nanos >= 0;
    }

    /** Whether this node has ended it lately: its tombstone is this node's own word. */
    boolean hasEndedLately(String id) {
        return lately.containsKey(id);
    }

    void forgetOld() {
        long now = System.nanoTime();
        lately.values().removeIf(at -> now - at > LATELY);
    }

    /** Leaves a tombstone in the place of the session's row. */
    void bury(String id) {
        long now = clock.millis();
        try {
            table.bury(new SessionKey(context, id), now);
            predecessors.remove(id);
            saving.worked();
        } catch (StoreUnavailableException e) {
            toBeBuried.put(id, now);
            saving.failed(e);
        } finally {
            done(id);
        }
    }

    /** Remembers an end that could not be written. */
    void remember(String id) {
        toBeBuried.put(id, clock.millis());
    }

    /** What ended while PostgreSQL was away. */
    void finish() throws StoreUnavailableException {
        for (Map.Entry<String, Long> ended : List.copyOf(toBeBuried.entrySet())) {
            table.buryLate(new SessionKey(context, ended.getKey()), ended.getValue());
            toBeBuried.remove(ended.getKey());
        }
    }

    /** What is not told now never will be. */
    void finishBeforeStop() {
        try {
            finish();
            for (Map.Entry<String, Long> ended : List.copyOf(predecessors.entrySet())) {
                buryPredecessor(ended.getKey(), ended.getValue()); // the other session with its id was not saved
            }
        } catch (StoreUnavailableException e) {
            log.error(toBeBuried.size() + predecessors.size() + " sessions of " + context
                    + " that have ended here are still in the table: " + e.getMessage());
        }
    }
}
