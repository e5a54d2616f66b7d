package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import io.sessionadmin.table.Look;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.Tombstone;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Ends this node's copies of sessions that have ended elsewhere, or live on there alone. Safe for use by several threads. */
final class EndedElsewhere {

    private final SharedPersistentManager manager;
    private final SessionRows rows;
    private final Endings endings;
    private final Claims claims;
    private final Answers answers;
    private final StoreStatistics statistics;
    private final Clock clock;

    EndedElsewhere(
            SharedPersistentManager manager,
            SessionRows rows,
            Endings endings,
            Claims claims,
            Answers answers,
            StoreStatistics statistics,
            Clock clock) {
        this.manager = manager;
        this.rows = rows;
        this.endings = endings;
        this.claims = claims;
        this.answers = answers;
        this.statistics = statistics;
        this.clock = clock;
    }

    /** The row of this copy is gone, or a tombstone: the copy ends, and its listeners are told by one node. */
    void end(SharedSession copy, Look look) {
        end(copy, rows.key(copy), look);
    }

    /** The same of a copy that has another id by now. */
    void end(SharedSession copy, SessionKey key, Look look) {
        answers.ended(key.id()); // first: whoever finds that this one ends must find that it was noted
        if (!copy.decideEnd()) {
            return; // another thread asks the same
        }
        End how;
        if (look instanceof Look.Ended ended) {
            // A tombstone with this node's name is a DBA's doing, unless this node has ended it itself.
            boolean ours = !endings.hasEndedLately(key.id()) && claims.isOurs(key, ended.toldBy());
            how = ours ? End.TELL : End.SILENT;
        } else {
            // Deleted by hand, or reaped by another node, which told the listeners.
            how = !copy.isOverdue(clock.millis()) && claims.isOursWithoutARow(key) ? End.TELL : End.SILENT;
        }
        statistics.invalidated(1);
        manager.end(copy, how);
    }

    /** The same of many at once, whose tombstones this node has found. */
    void endAll(Map<SharedSession, Tombstone> copies) {
        Map<SharedSession, Tombstone> decided = new LinkedHashMap<>();
        Set<String> untold = new HashSet<>();
        copies.forEach((copy, tombstone) -> {
            answers.ended(tombstone.id());
            if (copy.decideEnd()) {
                decided.put(copy, tombstone);
                if (tombstone.toldBy() == null && !endings.hasEndedLately(tombstone.id())) {
                    untold.add(tombstone.id());
                }
            }
        });
        Set<String> ours = claims.ours(manager.contextName(), untold);
        decided.forEach((copy, tombstone) -> {
            boolean tell = tombstone.toldBy() == null
                    ? ours.contains(tombstone.id())
                    : !endings.hasEndedLately(tombstone.id())
                            && claims.isOurs(rows.key(tombstone.id()), tombstone.toldBy());
            statistics.invalidated(1);
            manager.end(copy, tell ? End.TELL : End.SILENT);
        });
    }

    /** Puts a copy out of memory that the store knows all of, without a word to the application. */
    void forget(SharedSession copy) {
        if (copy.decideEnd()) {
            manager.end(copy, End.SILENT);
        }
    }
}
