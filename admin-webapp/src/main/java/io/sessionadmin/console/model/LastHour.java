package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was in memory of this node over the last hour: one sample a minute for each context, and no more than sixty. Looks
 * at sessions in memory only, and asks no store. Safe for use by several threads.
 */
final class LastHour {

    static final int SAMPLES = 60;

    private static final int CONTEXTS_AT_MOST = 1_000;

    /** The last samples of one context, in a place that does not grow. */
    private static final class Ring {

        private final Sample[] samples = new Sample[SAMPLES];
        private int next;

        synchronized void add(Sample sample) {
            samples[next] = sample;
            next = (next + 1) % SAMPLES;
        }

        synchronized List<Sample> inOrder() {
            List<Sample> ordered = new ArrayList<>(SAMPLES);
            for (int i = 0; i < SAMPLES; i++) {
                Sample sample = samples[(next + i) % SAMPLES];
                if (sample != null) {
                    ordered.add(sample);
                }
            }
            return ordered;
        }
    }

    private final Map<ContextAddress.Deployed, Ring> rings = new ConcurrentHashMap<>();

    void sample(Collection<DeployedContext> contexts, Instant now) {
        rings.keySet().retainAll(contexts.stream().map(DeployedContext::address).toList());
        contexts.stream().limit(CONTEXTS_AT_MOST).forEach(context -> rings.computeIfAbsent(
                        context.address(), address -> new Ring())
                .add(sample(context, now)));
    }

    private static Sample sample(DeployedContext context, Instant now) {
        long live = 0;
        long atRisk = 0;
        StoredSessions stored = context.stored();
        boolean notes = stored instanceof TableSessions table && table.notes();
        boolean told = notes || stored instanceof StoredSessions.InMemoryOnly;
        for (LiveSession session : context.live(now)) {
            if (session.isExpired()) {
                continue;
            }
            live++;
            if (!notes
                    || session.note().state(stored.latestAccess(session), now.toEpochMilli(), null)
                            != SessionBackup.State.CURRENT) {
                atRisk++;
            }
        }
        return new Sample(now, live, told ? atRisk : -1);
    }

    /** The oldest first; empty for a context that was not looked at yet. */
    List<Sample> of(ContextAddress context) {
        Ring ring = context instanceof ContextAddress.Deployed deployed ? rings.get(deployed) : null;
        return ring == null ? List.of() : ring.inOrder();
    }
}
