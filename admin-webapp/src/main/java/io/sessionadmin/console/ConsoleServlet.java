package io.sessionadmin.console;

import io.sessionadmin.console.model.AuditTrail;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Invalidations;
import io.sessionadmin.console.model.Sampler;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.runtime.ObjectMethods;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Manifest;
import org.apache.catalina.Container;
import org.apache.catalina.ContainerServlet;
import org.apache.catalina.Engine;
import org.apache.catalina.Wrapper;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.ExceptionUtils;
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

    /** The servlets for programs by their names in web.xml. */
    private static final Set<String> PROGRAMS = Set.of("text", "api", "metrics");

    private transient @Nullable Wrapper wrapper;
    private transient @Nullable Console console;
    private transient @Nullable Sampler sampler;

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
            throw new ServletException("Session Admin sees no Engine: its context needs privileged=\"true\","
                    + " as its META-INF/context.xml has");
        }
        Clock clock = Clock.systemUTC();
        Templates templates = new Templates(getServletContext());
        EngineSessions sessions = new EngineSessions(engine, clock);
        AuditTrail audit = sessions.auditTrail(auditRetention());
        Console started = new Console(
                sessions,
                new Invalidations(sessions, audit, clock),
                audit,
                templates,
                new CsrfToken(clock),
                clock,
                templates.address("console.css"),
                templates.address("icon.svg"),
                version());
        started.offerTo(getServletContext());
        console = started;
        sampler = new Sampler(sessions);
    }

    /** As the build has written it into the manifest of the WAR. */
    private String version() {
        try (InputStream manifest = getServletContext().getResourceAsStream("/META-INF/MANIFEST.MF")) {
            String version = manifest == null
                    ? null
                    : new Manifest(manifest).getMainAttributes().getValue("Implementation-Version");
            return version == null ? "" : version;
        } catch (IOException e) {
            log.debug("The WAR has no version", e);
            return "";
        }
    }

    /** How long tables keep what administrators did: the context's parameter {@code auditDays}. */
    private Duration auditRetention() throws ServletException {
        String days = getServletContext().getInitParameter("auditDays");
        if (days == null || !days.strip().matches("[1-9]\\d{0,4}")) {
            throw new ServletException("<Parameter name=\"auditDays\">: use a number of days, 1 or more");
        }
        return Duration.ofDays(Long.parseLong(days.strip()));
    }

    @Override
    public void destroy() {
        Console last = console;
        console = null;
        if (last != null) {
            last.invalidations().close();
        }
        Sampler running = sampler;
        if (running != null) {
            running.close();
        }
        Messages.forget();
        forgetTypes();
    }

    /**
     * Before Java 19 the JDK keeps the classes for which it has linked a record's methods the last time (the field
     * {@code asTypeCache} of handles in {@link ObjectMethods}), and with them this class loader. So a class of the JDK's is
     * the last one.
     */
    private static void forgetTypes() {
        try {
            for (String method : List.of("equals", "hashCode", "toString")) {
                log.trace(ObjectMethods.bootstrap(
                        MethodHandles.lookup(),
                        method,
                        MethodHandle.class,
                        String.class,
                        "text",
                        MethodHandles.identity(String.class)));
            }
        } catch (Throwable t) {
            ExceptionUtils.handleThrowable(t);
            log.debug("The JDK may keep a class of the console", t);
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Console running = console;
        if (running == null) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            RequestDispatcher interfaceForPrograms = interfaceForPrograms(request);
            if (interfaceForPrograms != null) {
                interfaceForPrograms.forward(request, response);
                return;
            }
        }
        Exchange exchange = new Exchange(running, request, response);
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
            exchange.fail(ConsoleFailure.ofStatus(status instanceof Integer code ? code : 500));
            return;
        }
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        try {
            exchange.run(parse(request, path));
        } catch (RuntimeException e) {
            log.error("The console failed to answer " + request.getMethod() + " " + Exchange.oneLine(path), e);
            if (response.isCommitted()) {
                throw e;
            }
            response.resetBuffer();
            exchange.fail(ConsoleFailure.CONSOLE_FAILED);
        }
    }

    /** Of a request that Tomcat refused before one was asked: each says so in its own form. Null for a page. */
    private @Nullable RequestDispatcher interfaceForPrograms(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_SERVLET_NAME) instanceof String name
                        && !name.equals(getServletName())
                        && PROGRAMS.contains(name)
                ? getServletContext().getNamedDispatcher(name)
                : null;
    }

    private static ConsoleView parse(HttpServletRequest request, String path) {
        Map<String, String[]> parameters;
        try {
            parameters = request.getParameterMap();
        } catch (IllegalStateException e) {
            // From Tomcat 11 on; the message quotes the parameter, which may be a session id.
            return new ConsoleView.Refused(ConsoleFailure.BAD_REQUEST);
        }
        return ConsoleView.parse(request.getMethod(), path, parameters);
    }
}
