package io.sessionadmin.console.model;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.store.Invalidation;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.catalina.Session;
import org.apache.catalina.Store;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions of one context, and looks afterwards whether they have ended: Tomcat's stores log a failed removal and
 * go on.
 */
final class Invalidator {

    private static final Log log = LogFactory.getLog(Invalidator.class);

    private final DeployedContext context;
    private final Instant now;

    Invalidator(DeployedContext context, Instant now) {
        this.context = context;
        this.now = now;
    }

    /** @param told of each result as soon as it is one: a later session may take its time */
    List<InvalidationResult> invalidate(List<Handle> handles, Consumer<InvalidationResult> told) {
        SessionPage found = SessionPage.read(context, handles, now);
        Map<Handle, SessionEntry> entries = new HashMap<>();
        found.entries().forEach(entry -> entries.put(entry.handle(), entry));
        List<InvalidationResult> results = new ArrayList<>();
        for (Handle handle : handles) {
            InvalidationResult result = invalidate(handle, entries.get(handle), found.problem());
            told.accept(result);
            results.add(result);
        }
        return results;
    }

    /** @param problem why the store did not answer; none when it did */
    private InvalidationResult invalidate(Handle handle, @Nullable SessionEntry entry, Reason problem) {
        if (entry == null) {
            return problem.isGiven()
                    ? new InvalidationResult(handle, Optional.empty(), Outcome.FAILED, List.of(problem))
                    : new InvalidationResult(handle, Optional.empty(), Outcome.GONE, List.of());
        }
        Optional<String> user = entry.user(); // while it still has one
        Ended ended = end(entry);
        return new InvalidationResult(handle, user, ended.outcome(), ended.details());
    }

    private record Ended(Outcome outcome, List<Reason> details) {}

    private Ended end(SessionEntry entry) {
        try {
            JdbcStore jdbc = context.jdbcStore().orElse(null);
            return jdbc == null ? withoutTombstone(entry) : withTombstone(jdbc, entry);
        } catch (IOException e) {
            return new Ended(Outcome.FAILED, List.of(Reason.of(e)));
        } catch (RuntimeException e) {
            // A listener of the application, say: one session must not keep the others alive. Messages of Tomcat's
            // own exceptions hold the session id, so the log has the class and the place.
            StackTraceElement[] trace = e.getStackTrace();
            log.warn("Invalidating session " + entry.handle().brief() + " of " + context.app() + " failed: "
                    + e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
            return new Ended(
                    Outcome.FAILED,
                    List.of(Reason.of("result.threw", e.getClass().getName())));
        }
    }

    private static Ended withTombstone(JdbcStore store, SessionEntry entry) throws IOException {
        Invalidation done = store.invalidate(entry.id());
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
    private Ended withoutTombstone(SessionEntry entry) {
        String id = entry.id();
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
        if (entry.row() != null) {
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
