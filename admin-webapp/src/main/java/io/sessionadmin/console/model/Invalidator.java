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

    List<InvalidationResult> invalidate(List<Handle> handles) {
        SessionPage found = SessionPage.read(context, handles, now);
        Map<Handle, SessionEntry> entries = new HashMap<>();
        found.entries().forEach(entry -> entries.put(entry.handle(), entry));
        return handles.stream()
                .map(handle -> invalidate(handle, entries.get(handle), found.problem()))
                .toList();
    }

    /** @param problem why the store did not answer; none when it did */
    private InvalidationResult invalidate(Handle handle, @Nullable SessionEntry entry, Reason problem) {
        if (entry == null) {
            return problem.isGiven()
                    ? new InvalidationResult(handle, Optional.empty(), Outcome.FAILED, List.of(problem))
                    : new InvalidationResult(handle, Optional.empty(), Outcome.GONE, List.of());
        }
        Optional<String> user = entry.user(); // while it still has one
        Ended ended = end(entry, problem);
        return new InvalidationResult(handle, user, ended.outcome(), ended.details());
    }

    private record Ended(Outcome outcome, List<Reason> details) {}

    private Ended end(SessionEntry entry, Reason problem) {
        try {
            JdbcStore jdbc = context.jdbcStore().orElse(null);
            return jdbc == null ? withStockStore(entry, problem) : withTombstone(jdbc, entry);
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
        return new Ended(!done.tombstone() ? Outcome.ENDED_HERE : found ? Outcome.ENDED : Outcome.GONE, details);
    }

    /** Without tombstones: the session is expired here and its row or file removed. */
    private Ended withStockStore(SessionEntry entry, Reason problem) {
        List<Reason> details = new ArrayList<>();
        LiveSession live = entry.live();
        if (live != null) {
            expire(live);
            if (live.isValid()) {
                return new Ended(Outcome.FAILED, List.of(Reason.of("result.stillLive")));
            }
            details.add(Reason.of("result.expiredHere"));
        }
        Store store = context.store().orElse(null);
        if (store == null) {
            return new Ended(Outcome.ENDED, details);
        }
        Reason stillThere = problem.isGiven() ? problem : remove(store, entry, details);
        if (stillThere.isGiven()) {
            details.add(stillThere);
            return new Ended(live == null ? Outcome.FAILED : Outcome.ENDED_HERE, details);
        }
        details.add(Reason.of("result.mayComeBack"));
        return new Ended(Outcome.ENDED_HERE, details);
    }

    private void expire(LiveSession live) {
        ClassLoader before = context.context().bind(false, null);
        try {
            live.session().expire();
        } finally {
            context.context().unbind(false, before);
        }
    }

    /** None when the store has no such session any more. */
    private Reason remove(Store store, SessionEntry entry, List<Reason> details) {
        try {
            if (entry.row() == null) {
                return Reason.NONE;
            }
            store.remove(entry.id());
            if (context.stored().find(entry.handle()).isPresent()) {
                return Reason.of("result.stillStored");
            }
            details.add(Reason.of("result.removed"));
            return Reason.NONE;
        } catch (IOException e) {
            // FileStore names the file, and so the session id, in its message
            return context.stored() instanceof FileSessions ? Reason.of("result.stillStored") : Reason.of(e);
        }
    }
}
