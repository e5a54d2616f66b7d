package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import io.sessionadmin.console.model.BadParameterException;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Invalidations.Start;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.Preview;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionPage;
import io.sessionadmin.console.model.SessionScope;
import io.sessionadmin.console.model.UnfinishedException;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.Handle;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ends sessions for a program, in the background as for everybody, and waits a while for the result. */
final class EndedSessions {

    /** Thousands have ended by then; what has not is asked for by the name of the job. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int REASON_AT_MOST = 500;

    private final Console console;
    private final HttpServletRequest request;

    EndedSessions(Console console, HttpServletRequest request) {
        this.console = console;
        this.request = request;
    }

    static Selection named(ContextAddress context, List<?> handles) throws RefusedException {
        Set<Handle> named = new LinkedHashSet<>();
        for (Object handle : handles) {
            named.add(Handle.parse(handle.toString())
                    .orElseThrow(() -> new RefusedException(
                            Problem.BAD_PARAMETER,
                            "A handle has 32 digits of 0-9 and a-f. A session id is no handle: look it up first.")));
        }
        if (named.isEmpty() || named.size() > SessionPage.SIZE) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER,
                    "Name 1 to " + SessionPage.SIZE + " sessions by their handles, or more by a filter.");
        }
        return new Selection.Named(context, List.copyOf(named));
    }

    /** @param context null for all contexts */
    static Selection matching(@Nullable ContextAddress context, Map<?, ?> conditions) throws RefusedException {
        Map<String, String[]> parameters = new HashMap<>();
        conditions.forEach((name, value) -> parameters.put(name.toString(), new String[] {value.toString()}));
        try {
            return new Selection.Matching(SessionScope.of(context), SessionFilter.parse(parameters, Set.of()));
        } catch (BadParameterException e) {
            throw new RefusedException(Problem.BAD_PARAMETER, Sentences.say(e.reason()));
        }
    }

    /** What would end now; nothing is done. */
    Preview preview(Selection selection) throws RefusedException {
        try {
            return console.invalidations().preview(selection, Set.of()).orElseThrow(EndedSessions::cannotEnd);
        } catch (UnfinishedException e) {
            throw new RefusedException(Problem.CANNOT_INVALIDATE, Sentences.say(e.reason()));
        }
    }

    /**
     * Ends them if there are as many as expected.
     *
     * @param expected empty where the sessions are named, and all that are still there are meant
     * @return how far it is after a while
     */
    JobStatus end(Selection selection, OptionalInt expected, String reason) throws RefusedException {
        if (reason.length() > REASON_AT_MOST) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER, "A reason has " + REASON_AT_MOST + " characters at most.");
        }
        Start start = console.invalidations().start(selection, expected, reason, actor(), Set.of());
        if (start instanceof Start.Started started) {
            console.invalidations().await(started.job(), PATIENCE);
            return job(started.job());
        }
        if (start instanceof Start.Drifted drifted) {
            int count = drifted.now().count();
            throw new RefusedException(
                    Problem.COUNT_DRIFTED,
                    expected.isEmpty()
                            ? "Say how many sessions you expect: a filter takes " + count + " now. Nothing was done."
                            : "It is " + count + " sessions now. Nothing was done.",
                    new Fields().put("count", count));
        }
        throw refused(selection, ((Start.Refused) start).reason());
    }

    private RefusedException refused(Selection selection, Reason reason) {
        ContextAddress context = selection instanceof Selection.Named named
                ? named.context()
                : ((Selection.Matching) selection).in().address();
        return context != null && !console.sessions().knows(context)
                ? TextAnswers.noSuchContext()
                : new RefusedException(Problem.CANNOT_INVALIDATE, Sentences.say(reason));
    }

    private static RefusedException cannotEnd() {
        return new RefusedException(
                Problem.CANNOT_INVALIDATE,
                "Sessions can be ended while their context runs on this node: its listeners have to be told.");
    }

    JobStatus job(String id) throws RefusedException {
        return console.invalidations()
                .job(id)
                .orElseThrow(() -> new RefusedException(
                        Problem.NO_SUCH_JOB, "It was another console's, or is forgotten; the audit trail has it."));
    }

    JobStatus stop(String id) throws RefusedException {
        console.invalidations().stop(id);
        console.invalidations().await(id, PATIENCE);
        return job(id);
    }

    /** For the audit trail. */
    private AuditEntry.Actor actor() {
        Principal user = request.getUserPrincipal();
        return new AuditEntry.Actor(
                user == null ? "" : user.getName(),
                request.getRemoteAddr(),
                console.sessions().node());
    }
}
