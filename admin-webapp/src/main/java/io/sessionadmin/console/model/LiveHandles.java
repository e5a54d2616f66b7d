package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The handles of the sessions of one context that are in memory. A handle is a hash of the id: computed for each session with
 * each page, a hundred thousand of them would be what a page costs. Bounded by the sessions that there are. Where they are
 * many, the last look at them is kept, too, until {@link #forgetOld} finds it old. Safe for use by several threads.
 */
final class LiveHandles {

    /** So many that have ended are kept beyond those that are live, before they are looked for. */
    private static final int SPARE = 1_000;

    private final Map<String, Handle> byId = new ConcurrentHashMap<>();
    private volatile LiveSnapshot last = LiveSnapshot.NOTHING;

    Handle of(String id) {
        Handle known = byId.get(id);
        return known != null ? known : byId.computeIfAbsent(id, Handle::of);
    }

    /** Forgets those that have ended, once they are many. */
    void prune(List<LiveSession> live) {
        if (byId.size() <= live.size() + live.size() / 8 + SPARE) {
            return;
        }
        Set<String> ids = new HashSet<>();
        live.forEach(session -> ids.add(session.id()));
        byId.keySet().retainAll(ids);
    }

    /** The last look at them, or another one if that is too old. */
    LiveSnapshot lately(Instant now, Supplier<List<LiveSession>> look) {
        LiveSnapshot known = last;
        if (known.isGoodFor(now)) {
            return known;
        }
        LiveSnapshot taken = new LiveSnapshot(look.get(), now);
        last = taken.isGoodFor(now) ? taken : LiveSnapshot.NOTHING;
        return taken;
    }

    /** Lets sessions go that only this holds. */
    void forgetOld(Instant now) {
        if (!last.isGoodFor(now)) {
            last = LiveSnapshot.NOTHING;
        }
    }

    int size() {
        return byId.size();
    }
}
