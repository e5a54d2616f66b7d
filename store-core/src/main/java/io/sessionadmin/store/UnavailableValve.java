package io.sessionadmin.store;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Answers 503 to a request that needs a session which can't be read at present; its cookie stays as it is. It stands
 * first in the pipeline of the context, before the authenticators. {@link SharedPersistentManager} brings it along.
 */
final class UnavailableValve extends ValveBase {

    private static final String RETRY_AFTER_SECONDS = "5";

    UnavailableValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        try {
            getNext().invoke(request, response);
        } catch (ServletException e) {
            if (!SessionUnavailable.isBehind(e)) {
                throw e;
            }
            refuse(request, response);
            return;
        }
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown
                && SessionUnavailable.isBehind(thrown)) {
            refuse(request, response);
        }
    }

    static void refuse(Request request, Response response) throws IOException {
        request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
        if (response.isCommitted()) {
            return;
        }
        response.reset();
        response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
        response.setHeader("Cache-Control", "no-store");
        response.sendError(
                HttpServletResponse.SC_SERVICE_UNAVAILABLE, "Your session can't be read at present. Try again.");
    }
}
