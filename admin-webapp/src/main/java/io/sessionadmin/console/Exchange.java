package io.sessionadmin.console;

import io.sessionadmin.console.model.ActionResult;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.Values;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.Handle;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request to the console and its answer. */
final class Exchange {

    /** How often the overview is read again by itself, for who chooses that. */
    private static final int REFRESH_SECONDS = 30;

    private final Console console;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Messages messages;
    private final Wording words;
    private final String root;
    private @Nullable ConsoleView view;

    Exchange(Console console, HttpServletRequest request, HttpServletResponse response) {
        this.console = console;
        this.request = request;
        this.response = response;
        this.messages = Messages.forReader(request.getLocales());
        this.words = new Wording(messages, console.clock().instant());
        this.root = request.getServletContext().getContextPath(); // that of the request is as the client wrote it
    }

    void run(ConsoleView view) throws IOException {
        this.view = view;
        if (view instanceof ConsoleView.Refused refused) {
            fail(refused.failure(), words.say(refused.reason()), null);
        } else if (!view.needs().isGranted(request)) {
            String roles = view.needs().roles();
            fail(ConsoleFailure.ROLE_MISSING, words.say("failure.roleMissing.reason", user(), roles), null);
        } else if (request.getMethod().equals("POST") && !isFromOwnForm()) {
            fail(ConsoleFailure.STALE_PAGE);
        } else if (view instanceof ConsoleView.Overview) {
            EngineSessions.Overview overview = console.sessions().overview();
            show("overview", words.say("overview.title"), OverviewPage.of(overview, console.sessions(), root, words));
        } else if (view instanceof ConsoleView.Health) {
            show(
                    "health",
                    words.say("health.title"),
                    HealthPage.of(console.sessions().health(console.version()), words));
        } else if (view instanceof ConsoleView.Sessions sessions) {
            list(sessions);
        } else if (view instanceof ConsoleView.Export export) {
            export(export);
        } else if (view instanceof ConsoleView.Session session) {
            detail(session);
        } else if (view instanceof ConsoleView.Confirm confirm) {
            ending().confirm(confirm);
        } else if (view instanceof ConsoleView.Invalidate invalidate) {
            ending().invalidate(invalidate);
        } else if (view instanceof ConsoleView.Job job) {
            ending().job(job);
        } else if (view instanceof ConsoleView.StopJob stop) {
            ending().stop(stop);
        } else if (view instanceof ConsoleView.Activity activity) {
            ending().activity(activity);
        } else if (view instanceof ConsoleView.Act act) {
            act(act);
        } else if (view instanceof ConsoleView.Lookup lookup) {
            lookUp(lookup);
        }
    }

    // ------------------------------------------------------------------ reading

    private void list(ConsoleView.Sessions view) throws IOException {
        ContextAddress context = view.query().scope().address();
        Optional<SessionsPage> page = console.sessions()
                .list(view.query())
                .map(listing -> SessionsPage.of(view, listing, cannotInvalidate(context), token(), root, words));
        if (page.isEmpty()) {
            fail(ConsoleFailure.NO_SUCH_CONTEXT);
            return;
        }
        String title = context == null ? words.say("sessions.all") : words.say("sessions.title", context.title());
        show("sessions", title, page.get());
    }

    private void export(ConsoleView.Export view) throws IOException {
        ContextAddress context = view.query().scope().address();
        if (context != null && !console.sessions().knows(context)) {
            fail(ConsoleFailure.NO_SUCH_CONTEXT);
            return;
        }
        response.setContentType(view.format().type());
        response.setCharacterEncoding("UTF-8");
        response.setHeader(
                "Content-Disposition",
                "attachment; filename=\"sessions." + view.format().word() + "\"");
        SessionExport export = new SessionExport(console.sessions(), view.query(), words, response.getWriter());
        if (request.getMethod().equals("HEAD")) {
            return;
        }
        if (view.format() == ConsoleView.Format.CSV) {
            export.csv();
        } else {
            export.json();
        }
    }

    private void detail(ConsoleView.Session view) throws IOException {
        withSession(view.context(), view.handle(), ConsoleFailure.SESSION_GONE, detail -> {
            String refusal = cannotInvalidate(view.context());
            String title = words.say("session.title", view.handle().brief());
            boolean operator = Permission.OPERATE.isGranted(request);
            String form = operator ? token() : "";
            show("session", title, DetailPage.of(view, detail, refusal, operator, form, root, words));
        });
    }

    private void lookUp(ConsoleView.Lookup view) throws IOException {
        Handle handle = Handle.of(view.id());
        ContextAddress named = view.context();
        if (named != null) {
            withSession(
                    named,
                    handle,
                    ConsoleFailure.ID_NOT_FOUND,
                    detail -> seeOther(new ConsoleView.Session(named, handle).href(root)));
            return;
        }
        try {
            List<ContextAddress> found = console.sessions().contextsOf(handle);
            if (found.isEmpty()) {
                fail(ConsoleFailure.ID_NOT_FOUND);
            } else if (found.size() == 1) {
                seeOther(new ConsoleView.Session(found.get(0), handle).href(root));
            } else {
                seeOther(new ConsoleView.Sessions(SessionQuery.of(null).with(SessionFilter.of(handle))).href(root));
            }
        } catch (IOException e) {
            fail(ConsoleFailure.STORE_SILENT, words.say(EngineSessions.reason(e)), null);
        }
    }

    @FunctionalInterface
    private interface Answer {
        void give(SessionDetail detail) throws IOException;
    }

    private Values values() {
        return Permission.SEE_VALUES.isGranted(request) ? Values.SHOWN : Values.HIDDEN;
    }

    private void withSession(ContextAddress context, Handle handle, ConsoleFailure missing, Answer answer)
            throws IOException {
        Optional<SessionDetail> found;
        try {
            found = console.sessions().find(context, handle, values());
        } catch (IOException e) {
            fail(ConsoleFailure.STORE_SILENT, words.say(EngineSessions.reason(e)), context);
            return;
        }
        if (found.isPresent()) {
            answer.give(found.get());
        } else if (console.sessions().knows(context)) {
            fail(missing, "", context);
        } else {
            fail(ConsoleFailure.NO_SUCH_CONTEXT);
        }
    }

    // ------------------------------------------------------------------ ending

    /** Why this user can't end sessions of this context; empty when nothing is in the way. */
    private String cannotInvalidate(@Nullable ContextAddress context) {
        if (!Permission.OPERATE.isGranted(request)) {
            return words.say("sessions.mayNotInvalidate", Permission.OPERATE.roles());
        }
        boolean reached = context == null || console.sessions().reach(context).isPresent();
        return reached ? "" : words.say("sessions.cannotInvalidate");
    }

    /** Who asks, for the audit trail. */
    AuditEntry.Actor actor() {
        return new AuditEntry.Actor(
                user(), request.getRemoteAddr(), console.sessions().node());
    }

    private EndingExchange ending() {
        return new EndingExchange(console, this, request, words, root);
    }

    /** The answer is at another address, to be read there. */
    void seeOther(String location) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", location);
    }

    void status(int status) {
        response.setStatus(status);
    }

    // ------------------------------------------------------------------ acting on a live session

    private void act(ConsoleView.Act view) throws IOException {
        if (!view.confirmed()) {
            withSession(view.context(), view.handle(), ConsoleFailure.SESSION_GONE, detail -> {
                ActPage page = ActPage.ask(view, detail.entry(), scope(view.context()), token(), root, words);
                show("act", page.title(), page);
            });
            return;
        }
        boolean backup = view.action() == ConsoleView.Action.BACK_UP;
        AuditEntry entry = console.audit()
                .begin(
                        actor(),
                        backup ? "backup" : "remove-attribute",
                        console.sessions().app(view.context()),
                        backup ? "handles" : "attribute=" + view.attribute(),
                        "",
                        1,
                        List.of(view.handle()));
        Optional<ActionResult> result = backup
                ? console.sessions().backUp(view.context(), view.handle())
                : console.sessions().removeAttribute(view.context(), view.handle(), view.attribute());
        String outcome = result.map(done -> done.outcome().name()).orElse("");
        boolean done = !outcome.isEmpty() && !outcome.equals("FAILED");
        console.audit()
                .end(
                        entry.progress(done ? 1 : 0, done ? 0 : 1, entry.handles()),
                        done ? "done" : "failed",
                        outcome.toLowerCase(Locale.ROOT));
        if (result.isEmpty()) {
            fail(ConsoleFailure.CANNOT_ACT, "", view.context());
            return;
        }
        ActPage page = ActPage.tell(view, result.get(), scope(view.context()), root, words);
        show("act", page.title(), page);
    }

    /** The context, with its host where there are several. */
    String scope(ContextAddress context) {
        return context instanceof ContextAddress.Deployed deployed
                        && console.sessions().hasSeveralHosts()
                ? words.say("scope.onHost", deployed.name(), deployed.host())
                : context.title();
    }

    /** Whether one of the console's own pages sent this form: a browser says where it came from, and the token proves it. */
    private boolean isFromOwnForm() {
        if (FetchMetadata.of(request).isFromElsewhere()) {
            return false;
        }
        String token = request.getParameter("csrf");
        return token != null && console.csrf().accepts(user(), token);
    }

    String token() {
        return console.csrf().issue(user());
    }

    String user() {
        Principal principal = request.getUserPrincipal();
        return principal == null ? "" : principal.getName();
    }

    /** Nothing that somebody else named begins a line of the log. */
    static String oneLine(@Nullable String text) {
        return text == null ? "" : text.replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}\\x{85}]", "?");
    }

    // ------------------------------------------------------------------ answering

    void fail(ConsoleFailure failure) throws IOException {
        fail(failure, "", null);
    }

    void fail(ConsoleFailure failure, String reason, @Nullable ContextAddress context) throws IOException {
        String back = context == null
                ? new ConsoleView.Overview().href(root)
                : new ConsoleView.Sessions(context, null).href(root);
        String backText =
                context == null ? words.say("failure.toOverview") : words.say("failure.toSessions", context.title());
        response.setStatus(failure.status());
        if (failure == ConsoleFailure.WRONG_METHOD) {
            response.setHeader("Allow", "GET, HEAD, POST");
        }
        FailurePage page = FailurePage.of(failure, reason, back, backText, words);
        show("failure", page.title(), page);
    }

    void show(String template, String title, Object page) throws IOException {
        response.setContentType("text/html");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Content-Language", messages.locale().toLanguageTag());
        response.setHeader("Vary", "Accept-Language");
        Shell shell = new Shell(
                messages.locale().toLanguageTag(),
                words.say("shell.title", title),
                console.stylesheet(),
                console.icon(),
                new ConsoleView.Overview().href(root),
                user().isEmpty() ? List.of() : Navigation.of(view, root, words),
                user().isEmpty() ? "" : console.sessions().node(),
                words.say("shell.asOf", words.moment(words.now())),
                refresh(),
                again(),
                again() > 0
                        ? new ConsoleView.Overview().href(root)
                        : new ConsoleView.Overview(REFRESH_SECONDS).href(root),
                view instanceof ConsoleView.Overview
                        ? words.say(again() > 0 ? "shell.again.off" : "shell.again.on", REFRESH_SECONDS)
                        : "");
        console.templates().write(template, shell, page, messages, response.getWriter());
    }

    /** Only the overview reads itself again, and only when it was asked to: not under the cursor of a list. */
    private int again() {
        return view instanceof ConsoleView.Overview overview && !refresh().isEmpty() ? overview.refresh() : 0;
    }

    /** A page can be read again, the answer to a form can't. Not the request's address: that may be any host's. */
    private String refresh() {
        if (!request.getMethod().equals("GET") || request.getDispatcherType() == DispatcherType.ERROR) {
            return "";
        }
        ConsoleView asked = view;
        if (asked instanceof ConsoleView.Overview overview) {
            return overview.href(root);
        }
        if (asked instanceof ConsoleView.Health health) {
            return health.href(root);
        }
        if (asked instanceof ConsoleView.Sessions sessions) {
            return sessions.href(root);
        }
        if (asked instanceof ConsoleView.Job job) {
            return job.href(root);
        }
        if (asked instanceof ConsoleView.Activity activity) {
            return activity.href(root);
        }
        return asked instanceof ConsoleView.Session session ? session.href(root) : "";
    }
}
