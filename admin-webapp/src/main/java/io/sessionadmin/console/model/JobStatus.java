package io.sessionadmin.console.model;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far some sessions have been ended.
 *
 * @param who asked for it
 * @param total how many sessions are to be ended
 * @param counts how many have come to which outcome until now
 * @param results of the first sessions, and of the first that failed
 * @param unseen what else may be there, where nobody here sees it
 * @param nodes what has happened on each node; empty while sessions are still being ended
 */
public record JobStatus(
        String id,
        State state,
        Selection selection,
        List<Preview.Part> contexts,
        Optional<String> user,
        String who,
        String reason,
        Instant begunAt,
        @Nullable Instant endedAt,
        int total,
        Map<Outcome, Integer> counts,
        List<Result> results,
        List<Reason> unseen,
        List<NodeResult> nodes) {

    /** Where it is. */
    public enum State {
        /** Its turn has not come. */
        WAITING,
        RUNNING,
        /** All sessions were dealt with; the nodes are being asked. */
        ASKING,
        DONE,
        /** Somebody stopped it, or the console. */
        STOPPED
    }

    /** What became of one session. */
    public record Result(ContextAddress context, InvalidationResult result) {}

    public boolean isOver() {
        return state == State.DONE || state == State.STOPPED;
    }

    public int dealtWith() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    public int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }
}
