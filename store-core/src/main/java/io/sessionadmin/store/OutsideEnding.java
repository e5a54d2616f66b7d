package io.sessionadmin.store;

import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.session.StandardSession;

/**
 * Ends sessions of one context for somebody outside of the application: for all nodes, and for good. Their tombstones
 * come first, so that no save that is under way brings one back. While PostgreSQL is away the ends are remembered. Safe
 * for use by several threads.
 */
final class OutsideEnding {

    /** The copies in this node's memory. */
    interface Copies {

        /** Those of these sessions that are there, by id. */
        Map<String, StandardSession> find(Collection<String> ids);

        /** Whether it falls to the caller to end the copy: another thread may be about to. */
        boolean decideEnd(StandardSession copy);

        /** @param tell whether it falls to this node to tell the listeners */
        void end(StandardSession copy, boolean tell);

        /** Tells the listeners of a session that is in no memory. */
        void tellOfEnd(StoredSession stored);

        /** Leaves the tombstone as soon as PostgreSQL is back. */
        void remember(String id);
    }

    private final String context;
    private final SessionTable table;
    private final Copies copies;
    private final Claims claims;
    private final StoreHealth saving;
    private final Clock clock;

    /** Ids that are being ended here just now. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    OutsideEnding(String context, SessionTable table, Copies copies, Claims claims, StoreHealth saving, Clock clock) {
        this.context = context;
        this.table = table;
        this.copies = copies;
        this.claims = claims;
        this.saving = saving;
        this.clock = clock;
    }

    /** This node hears of its own tombstones, too: they are being dealt with. */
    boolean isUnderWay(String id) {
        return underWay.contains(id);
    }

    /**
     * Ends these sessions.
     *
     * @param ids a hundred or so at most
     * @return what it did to each
     */
    Map<String, Invalidation> invalidate(Collection<String> ids) {
        underWay.addAll(ids);
        try {
            Map<String, StandardSession> here = new HashMap<>(copies.find(ids));
            List<StoredSession> stored = List.of();
            boolean tombstones = false;
            try {
                stored = table.invalidate(context, ids, clock.millis());
                tombstones = true;
                saving.worked();
            } catch (StoreUnavailableException e) {
                ids.forEach(copies::remember);
                saving.failed(e);
            }
            copies.find(ids).forEach(here::putIfAbsent); // swapped in meanwhile
            endCopies(here, tombstones);
            tellOfStored(stored, here.keySet());
            return results(ids, stored, here.keySet(), tombstones);
        } finally {
            underWay.removeAll(ids);
        }
    }

    private void endCopies(Map<String, StandardSession> here, boolean tombstones) {
        Map<String, StandardSession> decided = new HashMap<>();
        here.forEach((id, copy) -> {
            if (copies.decideEnd(copy)) {
                decided.put(id, copy);
            }
        });
        Set<String> ours = tombstones ? claims.ours(context, decided.keySet()) : decided.keySet();
        decided.forEach((id, copy) -> copies.end(copy, ours.contains(id)));
    }

    private void tellOfStored(List<StoredSession> stored, Set<String> here) {
        List<StoredSession> inNoMemoryHere = stored.stream()
                .filter(session -> !here.contains(session.key().id()))
                .toList();
        Set<String> ours = claims.ours(context, inNoMemoryHere);
        for (StoredSession session : inNoMemoryHere) {
            if (ours.contains(session.key().id())) {
                copies.tellOfEnd(session);
            }
        }
    }

    private static Map<String, Invalidation> results(
            Collection<String> ids, List<StoredSession> stored, Set<String> here, boolean tombstones) {
        Set<String> found = new HashSet<>();
        stored.forEach(session -> found.add(session.key().id()));
        Map<String, Invalidation> results = new HashMap<>();
        for (String id : new ArrayList<>(ids)) {
            results.put(id, new Invalidation(tombstones, found.contains(id), here.contains(id)));
        }
        return results;
    }
}
