package io.sessionadmin.console.model;

import io.sessionadmin.console.model.ActionResult.Outcome;
import io.sessionadmin.store.BackupResult;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.LiveAttributes;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.Session;
import org.apache.catalina.Store;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to one live session of a running context beside ending it. None of it counts as an access. Afterwards
 * the store is looked at: Tomcat's own stores log a failed save and go on.
 */
final class SessionActions {

    private static final Log log = LogFactory.getLog(SessionActions.class);

    private final DeployedContext context;
    private final Clock clock;

    SessionActions(DeployedContext context, Clock clock) {
        this.context = context;
        this.clock = clock;
    }

    /** A session in memory, and who it belongs to. */
    private record Target(Handle handle, Session session, String id, Optional<String> user) {

        ActionResult is(Outcome outcome, List<Reason> details) {
            return new ActionResult(handle, user, outcome, details);
        }

        ActionResult is(Outcome outcome, Reason... details) {
            return is(outcome, List.of(details));
        }
    }

    @FunctionalInterface
    private interface Action {
        ActionResult on(Target target) throws IOException;
    }

    private ActionResult act(Handle handle, Action action) {
        LiveSession live = context.live(handle, clock.instant()).orElse(null);
        Session session = live == null ? null : context.inMemory(live.id()).orElse(null);
        if (live == null || session == null) {
            return new ActionResult(handle, Optional.empty(), Outcome.NOT_LIVE, List.of(whereElse(handle)));
        }
        Target target = new Target(handle, session, live.id(), live.user());
        ClassLoader before = context.context().bind(false, null);
        try {
            return action.on(target);
        } catch (IOException e) {
            return target.is(Outcome.FAILED, said(e));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            // The application's own code. Messages of Tomcat's exceptions hold the session id.
            StackTraceElement[] trace = e.getStackTrace();
            log.warn("An action on session " + handle.brief() + " of " + context.app() + " failed: "
                    + e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
            return target.is(
                    Outcome.FAILED, Reason.of("result.threw", e.getClass().getName()));
        } finally {
            context.context().unbind(false, before);
        }
    }

    /** FileStore names its file in a message, and so the session's id; of a foreign store nobody knows. */
    private Reason said(IOException e) {
        return context.stored() instanceof TableSessions || e instanceof Reason.StoreNotReadableException
                ? Reason.of(e)
                : Reason.of("action.storeThrew", e.getClass().getName());
    }

    /** Why nothing can be done here to a session that is not in this node's memory. */
    private Reason whereElse(Handle handle) {
        StoredRow row;
        try {
            row = context.stored().find(List.of(handle)).stream().findFirst().orElse(null);
        } catch (IOException e) {
            return Reason.of("action.notHereStoreSilent");
        }
        if (row == null) {
            return Reason.of("action.gone");
        }
        if (!row.valid()) {
            return Reason.of("action.invalidated");
        }
        String node = row.node();
        return node != null && Boolean.TRUE.equals(row.held())
                ? Reason.of("action.liveElsewhere", node)
                : Reason.of("action.storedOnly");
    }

    // ------------------------------------------------------------------ back up

    ActionResult backUp(Handle handle) {
        return act(handle, target -> {
            Store store = context.store().orElse(null);
            if (store == null) {
                return target.is(Outcome.FAILED, Reason.of("action.noStore"));
            }
            return store instanceof JdbcStore jdbc ? backUp(jdbc, target) : backUp(store, target);
        });
    }

    private static ActionResult backUp(JdbcStore store, Target target) throws IOException {
        BackupResult result = store.backUp(target.id());
        if (result instanceof BackupResult.Saved saved) {
            List<Reason> details = new ArrayList<>();
            saved.leftOut()
                    .forEach(left ->
                            details.add(Reason.of("action.leftOut", Legible.text(left, ValueTrees.TEXT_AT_MOST))));
            return target.is(Outcome.SAVED, details);
        }
        if (result instanceof BackupResult.AccessSaved) {
            return target.is(Outcome.SAVED, Reason.of("action.accessSaved"));
        }
        if (result instanceof BackupResult.NothingToSave) {
            return target.is(Outcome.NOTHING_TO_SAVE, Reason.of("action.nothingToSave"));
        }
        return result instanceof BackupResult.Failed failed
                ? target.is(Outcome.FAILED, Reason.said(failed.reason()), Reason.of("action.copyStays"))
                : target.is(Outcome.NOT_LIVE, Reason.of("action.endedMeanwhile"));
    }

    private ActionResult backUp(Store store, Target target) throws IOException {
        if (state(target) == SessionBackup.State.CURRENT) {
            return target.is(Outcome.NOTHING_TO_SAVE, Reason.of("action.nothingToSave"));
        }
        save(store, target);
        SessionBackup.State state = state(target);
        if (state == SessionBackup.State.CURRENT) {
            return target.is(Outcome.SAVED);
        }
        return state == null
                ? target.is(Outcome.NOT_LIVE, Reason.of("action.endedMeanwhile"))
                : target.is(Outcome.FAILED, Reason.of("action.notInTheStore"));
    }

    /** How the saved copy stands, as the store has it; null when the session is not live any more. */
    private SessionBackup.@Nullable State state(Target target) throws IOException {
        Instant now = clock.instant();
        LiveSession live = context.live(target.handle(), now).orElse(null);
        if (live == null) {
            return null;
        }
        StoredRow row = context.stored().find(List.of(target.handle())).stream()
                .findFirst()
                .orElse(null);
        SessionEntry.LiveBackup backup =
                context.reader(true, now).read(live, row).backup();
        return backup == null ? null : backup.state();
    }

    /** As the manager does it. Tomcat's own save under the session's lock; ours have locks of their own. */
    private void save(Store store, Target target) throws IOException {
        if (context.context().getManager() instanceof SharedPersistentManager) {
            store.save(target.session());
            return;
        }
        Session session = target.session();
        synchronized (session) {
            store.save(session);
        }
    }

    // ------------------------------------------------------------------ remove an attribute

    /** Through the session, so that the application's listeners hear of it; and saved at once. */
    ActionResult removeAttribute(Handle handle, String name) {
        return act(handle, target -> {
            if (!LiveAttributes.of(target.session()).containsKey(name)) {
                return target.is(Outcome.NO_SUCH_ATTRIBUTE, Reason.of("action.noSuchAttribute"));
            }
            Session session = target.session();
            HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
            try {
                http.removeAttribute(name);
            } catch (IllegalStateException e) {
                return target.is(Outcome.NOT_LIVE, Reason.of("action.endedMeanwhile"));
            }
            if (LiveAttributes.of(session).containsKey(name)) {
                return target.is(Outcome.FAILED, Reason.of("action.putBack"));
            }
            Store store = context.store().orElse(null);
            return store == null
                    ? target.is(Outcome.REMOVED, Reason.of("action.removedHere"))
                    : saveWithout(store, target, name);
        });
    }

    private ActionResult saveWithout(Store store, Target target, String name) {
        List<Reason> details = new ArrayList<>(List.of(Reason.of("action.removedHere")));
        try {
            save(store, target);
            if (isSavedWithout(target, name)) {
                details.add(Reason.of("action.savedWithout"));
                return target.is(Outcome.REMOVED, details);
            }
            details.add(Reason.of("action.copyHasIt"));
        } catch (IOException e) {
            details.add(said(e));
            details.add(Reason.of("action.copyHasIt"));
        }
        return target.is(Outcome.REMOVED_HERE, details);
    }

    private boolean isSavedWithout(Target target, String name) throws IOException {
        StoredRow row = context.stored().find(List.of(target.handle())).stream()
                .findFirst()
                .orElse(null);
        if (row == null || !row.valid()) {
            return false;
        }
        try {
            return SessionStream.read(context.stored().data(row).orElse(row.data())).attributes().stream()
                    .noneMatch(held -> held.name().equals(name));
        } catch (UnreadableStreamException e) {
            return false;
        }
    }
}
