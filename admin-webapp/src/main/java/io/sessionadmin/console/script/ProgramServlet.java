package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import io.sessionadmin.console.FetchMetadata;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * What the interfaces for programs have in common: no session, no cookie, no token, and nothing for pages of a browser. A
 * failure has the form that the interface speaks, whether the console found it or Tomcat did before it was asked.
 */
abstract class ProgramServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final Log log = LogFactory.getLog(ProgramServlet.class);
    private static final Set<String> READING = Set.of("GET", "HEAD");

    abstract void answer(Console console, HttpServletRequest request, HttpServletResponse response)
            throws IOException, RefusedException;

    abstract void refuse(RefusedException refusal, HttpServletRequest request, HttpServletResponse response)
            throws IOException;

    /** The role that web.xml asks for. */
    abstract String role();

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            if (request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status) {
                throw ofTomcat(status);
            }
            refusePages(request);
            Console console = Console.of(getServletContext());
            if (console == null) {
                throw new RefusedException(Problem.CONSOLE_FAILED, "The console is being started or stopped.");
            }
            answer(console, request, response);
        } catch (RefusedException e) {
            refuse(e, request, response);
        } catch (RuntimeException e) {
            log.error("The console failed to answer " + request.getMethod() + " " + getServletName(), e);
            if (response.isCommitted()) {
                throw e;
            }
            response.resetBuffer();
            refuse(new RefusedException(Problem.CONSOLE_FAILED, "Tomcat's log has the details."), request, response);
        }
    }

    private RefusedException ofTomcat(int status) {
        Problem problem = Problem.ofStatus(status);
        String detail =
                switch (problem) {
                    case NOT_SIGNED_IN -> "Send BASIC credentials of a user with the role " + role() + ".";
                    case FORBIDDEN ->
                        "The user needs the role " + role() + ", and a request has to come from an address"
                                + " that META-INF/context.xml allows: this machine, unless it was changed.";
                    case CONSOLE_FAILED -> "Tomcat's log has the details.";
                    default -> "Tomcat answered " + status + " before the console was asked.";
                };
        return new RefusedException(problem, detail);
    }

    /** BASIC credentials are sent by browsers of themselves: a page of another site could use an operator's. */
    private static void refusePages(HttpServletRequest request) throws RefusedException {
        FetchMetadata sender = FetchMetadata.of(request);
        boolean reading = READING.contains(request.getMethod());
        if (sender.isFromBrowser() && !(reading && sender.isPersonReading())) {
            throw new RefusedException(
                    Problem.FROM_A_BROWSER,
                    "This is for programs: a request with Origin or Sec-Fetch headers of a page is refused, and changes"
                            + " are made through the console's own pages.");
        }
    }

    static RefusedException wrongMethod(HttpServletResponse response, String allowed) {
        response.setHeader("Allow", allowed);
        return new RefusedException(Problem.WRONG_METHOD, "Use " + allowed + ".");
    }

    /** The parameters of the query and of a form. */
    static Map<String, String[]> parameters(HttpServletRequest request) throws RefusedException {
        try {
            return request.getParameterMap();
        } catch (IllegalStateException e) {
            // From Tomcat 11 on; the message quotes the parameter, which may be a session id.
            throw new RefusedException(
                    Problem.BAD_PARAMETER, "The parameters can't be decoded: send UTF-8, %-encoded.");
        }
    }
}
