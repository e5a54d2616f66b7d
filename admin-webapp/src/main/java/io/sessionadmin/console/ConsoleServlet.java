package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionPage;
import io.sessionadmin.table.Handle;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.Container;
import org.apache.catalina.ContainerServlet;
import org.apache.catalina.Engine;
import org.apache.catalina.Wrapper;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The console: a request becomes a {@link ConsoleView}, the view a page or a {@link ConsoleFailure}. It keeps no HTTP
 * session and sets no cookie, so that looking changes nothing and no page times out.
 *
 * <p>Tomcat hands it its {@link Wrapper} because the context is privileged; from there it sees all hosts of the engine.
 */
public final class ConsoleServlet extends HttpServlet implements ContainerServlet {

    private static final long serialVersionUID = 1L;
    private static final Log log = LogFactory.getLog(ConsoleServlet.class);

    private final transient Clock clock = Clock.systemUTC();
    private final transient CsrfToken csrf = new CsrfToken(clock);
    private transient @Nullable Wrapper wrapper;
    private transient @Nullable Console console;

    /** All that exists while the servlet is in service. */
    private record Console(EngineSessions sessions, Templates templates, String stylesheet, String icon) {}

    @Override
    public @Nullable Wrapper getWrapper() {
        return wrapper;
    }

    @Override
    public void setWrapper(@Nullable Wrapper wrapper) {
        this.wrapper = wrapper;
    }

    @Override
    public void init() throws ServletException {
        Container container = wrapper;
        while (container != null && !(container instanceof Engine)) {
            container = container.getParent();
        }
        if (!(container instanceof Engine engine)) {
            throw new ServletException(
                    "Session Admin sees no Engine: its context needs privileged=\"true\", as its META-INF/context.xml has");
        }
        Templates templates = new Templates(getServletContext());
        console = new Console(
                new EngineSessions(engine, clock),
                templates,
                templates.address("console.css"),
                templates.address("icon.svg"));
    }

    @Override
    public void destroy() {
        console = null;
        Messages.forget();
    }

    /** One request. */
    private final class Exchange {
        private final Console console;
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final Messages messages;
        private final Wording words;
        private final String root;

        Exchange(Console console, HttpServletRequest request, HttpServletResponse response) {
            this.console = console;
            this.request = request;
            this.response = response;
            this.messages = Messages.forReader(request.getLocales());
            this.words = new Wording(messages, clock.instant());
            this.root = request.getContextPath();
        }

        void run(ConsoleView view) throws IOException {
            boolean change = request.getMethod().equals("POST");
            if (change && !(view instanceof ConsoleView.Refused) && !isFromOwnForm()) {
                fail(ConsoleFailure.STALE_PAGE, "", null);
                return;
            }
            if (view instanceof ConsoleView.Overview) {
                EngineSessions.Overview overview = console.sessions().overview();
                show("overview", words.say("overview.title"), OverviewPage.of(overview, root, words));
            } else if (view instanceof ConsoleView.Sessions sessions) {
                list(sessions);
            } else if (view instanceof ConsoleView.Session session) {
                detail(session);
            } else if (view instanceof ConsoleView.Confirm confirm) {
                confirm(confirm);
            } else if (view instanceof ConsoleView.Invalidate invalidate) {
                invalidate(invalidate);
            } else if (view instanceof ConsoleView.Lookup lookup) {
                lookUp(lookup);
            } else if (view instanceof ConsoleView.Refused refused) {
                fail(refused.failure(), "", null);
            }
        }

        private void list(ConsoleView.Sessions view) throws IOException {
            Optional<EngineSessions.Listing> listing = console.sessions().list(view.context(), view.after());
            if (listing.isEmpty()) {
                fail(ConsoleFailure.NO_SUCH_CONTEXT, "", null);
                return;
            }
            boolean endable = console.sessions().reach(view.context()).isPresent();
            String title = words.say("sessions.title", view.context().title());
            show("sessions", title, SessionsPage.of(view, listing.get(), endable, csrf.issue(user()), root, words));
        }

        private void detail(ConsoleView.Session view) throws IOException {
            Optional<SessionDetail> detail = find(view.context(), view.handle());
            if (detail.isPresent()) {
                boolean endable = console.sessions().reach(view.context()).isPresent();
                String title = words.say("session.title", view.handle().brief());
                show("session", title, DetailPage.of(view, detail.get(), endable, csrf.issue(user()), root, words));
            } else if (!response.isCommitted()) {
                boolean known = console.sessions().knows(view.context());
                fail(known ? ConsoleFailure.SESSION_GONE : ConsoleFailure.NO_SUCH_CONTEXT, "", view.context());
            }
        }

        /** Empty when there is none, or when the store did not answer, which then is said. */
        private Optional<SessionDetail> find(ContextAddress context, Handle handle) throws IOException {
            Optional<SessionDetail> detail;
            try {
                detail = console.sessions().find(context, handle);
            } catch (IOException e) {
                fail(ConsoleFailure.STORE_SILENT, words.say(EngineSessions.reason(e)), context);
                response.flushBuffer();
                return Optional.empty();
            }
            return detail;
        }

        private void confirm(ConsoleView.Confirm view) throws IOException {
            Optional<EngineSessions.Reach> reach = console.sessions().reach(view.context());
            Optional<SessionPage> found = console.sessions().entries(view.context(), view.handles());
            if (reach.isEmpty() || found.isEmpty()) {
                fail(ConsoleFailure.CANNOT_INVALIDATE, "", view.context());
            } else if (found.get().entries().isEmpty()) {
                fail(ConsoleFailure.SESSION_GONE, words.say(found.get().problem()), view.context());
            } else {
                ConfirmPage page = ConfirmPage.of(view, found.get(), reach.get(), csrf.issue(user()), root, words);
                show("confirm", page.question(), page);
            }
        }

        private void invalidate(ConsoleView.Invalidate view) throws IOException {
            Optional<List<InvalidationResult>> results = view.context() instanceof ContextAddress.Deployed deployed
                    ? console.sessions().invalidate(deployed, view.handles())
                    : Optional.empty();
            if (results.isEmpty()) {
                fail(ConsoleFailure.CANNOT_INVALIDATE, "", view.context());
                return;
            }
            for (InvalidationResult result : results.get()) {
                log.info("Invalidated session " + result.handle().brief() + " of "
                        + oneLine(view.context().title()) + ": " + result.outcome() + "; by user " + oneLine(user())
                        + " from " + oneLine(request.getRemoteAddr()));
            }
            ResultPage page = ResultPage.of(view.context(), results.get(), root, words);
            show("result", page.title(), page);
        }

        private void lookUp(ConsoleView.Lookup view) throws IOException {
            Handle handle = Handle.of(view.id());
            if (find(view.context(), handle).isPresent()) {
                response.setStatus(HttpServletResponse.SC_SEE_OTHER);
                response.setHeader("Location", new ConsoleView.Session(view.context(), handle).href(root));
            } else if (!response.isCommitted()) {
                fail(ConsoleFailure.ID_NOT_FOUND, "", view.context());
            }
        }

        /** A browser says where a form came from; what it does not say, the token proves. */
        private boolean isFromOwnForm() {
            String site = request.getHeader("Sec-Fetch-Site");
            if (site != null && !site.equals("same-origin") && !site.equals("none")) {
                return false;
            }
            String token = request.getParameter("csrf");
            return token != null && csrf.accepts(user(), token);
        }

        private String user() {
            Principal principal = request.getUserPrincipal();
            return principal == null ? "" : principal.getName();
        }

        void fail(ConsoleFailure failure, String reason, @Nullable ContextAddress context) throws IOException {
            String back = context == null
                    ? new ConsoleView.Overview().href(root)
                    : new ConsoleView.Sessions(context, null).href(root);
            String backText = context == null
                    ? words.say("failure.toOverview")
                    : words.say("failure.toSessions", context.title());
            response.setStatus(failure.status());
            show("failure", words.say(failure.title()), FailurePage.of(failure, reason, back, backText, words));
        }

        private void show(String template, String title, Object page) throws IOException {
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
                    console.sessions().node(),
                    words.say("shell.asOf", words.moment(words.now())),
                    refresh());
            console.templates().write(template, shell, page, messages, response.getWriter());
        }

        /** The address of a page can be read again, the answer to a form can't. */
        private String refresh() {
            if (!request.getMethod().equals("GET") || request.getDispatcherType() == DispatcherType.ERROR) {
                return "";
            }
            String query = request.getQueryString();
            return request.getRequestURI() + (query == null ? "" : "?" + query);
        }
    }

    /** Nothing that somebody else named begins a line of the log. */
    private static String oneLine(@Nullable String text) {
        return text == null ? "" : text.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Console running = console;
        if (running == null) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        Exchange exchange = new Exchange(running, request, response);
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
            exchange.fail(ConsoleFailure.ofStatus(status instanceof Integer code ? code : 500), "", null);
            return;
        }
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        try {
            exchange.run(ConsoleView.parse(request.getMethod(), path, request.getParameterMap()));
        } catch (RuntimeException e) {
            log.error("The console failed to answer " + request.getMethod() + " " + oneLine(path), e);
            if (response.isCommitted()) {
                throw e;
            }
            response.resetBuffer();
            exchange.fail(ConsoleFailure.CONSOLE_FAILED, "", null);
        }
    }
}
