package io.sessionadmin.console.model;

import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.ReplicaState;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The replicas from which stored sessions are read instead of from where they are saved, and how far behind these are. */
public final class Replicas {

    private Replicas() {}

    /** Each is asked once, with one short statement. */
    static List<ReplicaState> of(Collection<DeployedContext> contexts) {
        Map<String, ReplicaState> found = new LinkedHashMap<>();
        for (DeployedContext context : contexts) {
            context.jdbcStore().ifPresent(store -> store.replica()
                    .ifPresent(place -> found.computeIfAbsent(place, known -> state(store, known))));
        }
        return List.copyOf(found.values());
    }

    private static ReplicaState state(JdbcStore store, String place) {
        return store.replicaState().orElse(new ReplicaState(place, ReplicaState.Kind.AWAY, null, ""));
    }

    /** In words: where the rows come from, and how old they may be. */
    public static Reason said(ReplicaState replica) {
        Duration behind = replica.behind();
        long seconds = behind == null ? 0 : behind.toSeconds();
        return switch (replica.kind()) {
            case CURRENT -> Reason.of("source.replica.current", replica.place());
            case BEHIND -> Reason.of("source.replica.behind", replica.place(), seconds);
            case CUT_OFF -> Reason.of("source.replica.cutOff", replica.place(), seconds);
            case NO_STANDBY -> Reason.of("source.replica.noStandby", replica.place());
            case AWAY -> Reason.of("source.replica.away", replica.place());
        };
    }
}
