package io.sessionadmin.console.model;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.store.Invalidation;
import io.sessionadmin.store.JdbcStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.catalina.Session;
import org.apache.catalina.Store;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Ends sessions of one context, and looks afterwards whether they have ended: Tomcat's stores log a failed removal and
 * go on.
 */
final class Invalidator {

    private static final Log log = LogFactory.getLog(Invalidator.class);

    private final DeployedContext context;

    Invalidator(DeployedContext context) {
        this.context = context;
    }

    /** Ends sessions that were there when they were listed: with one transaction where the store allows. */
    List<InvalidationResult> invalidate(List<Target> targets) {
        JdbcStore jdbc = context.jdbcStore().orElse(null);
        if (jdbc == null) {
            return targets.stream()
                    .map(target -> result(target, guarded(target, () -> withoutTombstone(target))))
                    .toList();
        }
        try {
            Map<String, Invalidation> done =
                    jdbc.invalidate(targets.stream().map(Target::id).toList());
            return targets.stream()
                    .map(target -> result(target, withTombstone(Objects.requireNonNull(done.get(target.id())))))
                    .toList();
        } catch (IOException | RuntimeException e) {
            Ended failed = failed(targets.get(0), e);
            return targets.stream().map(target -> result(target, failed)).toList();
        }
    }

    private static InvalidationResult result(Target target, Ended ended) {
        return new InvalidationResult(target.handle(), target.user(), ended.outcome(), ended.details());
    }

    private record Ended(Outcome outcome, List<Reason> details) {}

    private Ended guarded(Target target, Supplier<Ended> end) {
        try {
            return end.get();
        } catch (RuntimeException e) {
            return failed(target, e);
        }
    }

    /**
     * A listener of the application may throw, say: one session must not keep the others alive. Messages of Tomcat's own
     * exceptions hold the session id, so the log has the class and the place.
     */
    private Ended failed(Target target, Exception e) {
        if (e instanceof IOException io) {
            return new Ended(Outcome.FAILED, List.of(Reason.of(io)));
        }
        StackTraceElement[] trace = e.getStackTrace();
        log.warn("Invalidating session " + target.handle().brief() + " of " + context.app() + " failed: "
                + e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
        return new Ended(
                Outcome.FAILED, List.of(Reason.of("result.threw", e.getClass().getName())));
    }

    private static Ended withTombstone(Invalidation done) {
        List<Reason> details = new ArrayList<>();
        if (done.liveCopyExpired()) {
            details.add(Reason.of("result.expiredHere"));
        }
        details.add(Reason.of(done.tombstone() ? "result.tombstone" : "result.tombstonePending"));
        boolean found = done.liveCopyExpired() || done.rowFound();
        return new Ended(!done.tombstone() ? Outcome.ENDED_FOR_NOW : found ? Outcome.ENDED : Outcome.GONE, details);
    }

    /**
     * The session is expired here, and its row or file removed. The manager may swap it out or in meanwhile, so what
     * counts is what there is afterwards, under the id that it had.
     */
    private Ended withoutTombstone(Target target) {
        String id = target.id();
        List<Reason> details = new ArrayList<>();
        boolean expired = expire(id);
        Reason remains = remove(id);
        expired |= expire(id);
        if (expired) {
            details.add(Reason.of("result.expiredHere"));
        }
        if (context.inMemory(id).isPresent()) {
            details.add(Reason.of("result.stillLive"));
            return new Ended(Outcome.FAILED, details);
        }
        if (remains.isGiven()) {
            details.add(remains);
            if (expired && context.store().isEmpty()) {
                return new Ended(Outcome.ENDED_HERE, details); // a manager that may have its own way to keep them
            }
            details.add(Reason.of("result.copyRemains"));
            return new Ended(expired ? Outcome.ENDED_FOR_NOW : Outcome.FAILED, details);
        }
        if (context.stored() instanceof StoredSessions.InMemoryOnly) {
            return new Ended(expired ? Outcome.ENDED : Outcome.GONE, details);
        }
        if (target.stored()) {
            details.add(Reason.of("result.removed"));
        }
        if (!expired) {
            details.add(Reason.of("result.listenersNotTold"));
        }
        details.add(Reason.of("result.mayComeBack"));
        return new Ended(Outcome.ENDED_HERE, details);
    }

    /** Whether there was a live copy; a session that was swapped out at this moment has lost its id. */
    private boolean expire(String id) {
        Session live = context.inMemory(id).orElse(null);
        if (live == null) {
            return false;
        }
        ClassLoader before = context.context().bind(false, null);
        try {
            live.expire();
        } finally {
            context.context().unbind(false, before);
        }
        return id.equals(live.getIdInternal());
    }

    /** None when there is no store, or it has no such session any more. */
    private Reason remove(String id) {
        try {
            Store store = context.store().orElse(null);
            if (store != null) {
                store.remove(id);
            }
            return context.stored().holds(id) ? Reason.of("result.stillStored") : Reason.NONE;
        } catch (IOException e) {
            // FileStore names the file, and so the session id, in its message
            return context.stored() instanceof FileSessions ? Reason.of("result.stillStored") : Reason.of(e);
        }
    }
}
