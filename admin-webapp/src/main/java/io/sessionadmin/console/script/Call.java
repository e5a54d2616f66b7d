package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import io.sessionadmin.console.Permission;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Values;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One request to the JSON interface and its answer.
 *
 * @param path behind /api/v1/
 */
record Call(Console console, HttpServletRequest request, HttpServletResponse response, String path) {

    @FunctionalInterface
    interface Reading {
        Fields answer(Call call) throws IOException, RefusedException;
    }

    @FunctionalInterface
    interface Doing {
        Fields answer(Call call, Map<String, Object> body) throws IOException, RefusedException;
    }

    @FunctionalInterface
    interface Writing {
        void answer() throws IOException, RefusedException;
    }

    void get(Reading reading) throws IOException, RefusedException {
        get(() -> write(reading.answer(this)));
    }

    /** For an answer that writes itself. */
    void get(Writing writing) throws IOException, RefusedException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            throw ProgramServlet.wrongMethod(response, "GET, HEAD");
        }
        writing.answer();
    }

    /** @param names of the fields of the body */
    void post(Set<String> names, Doing doing) throws IOException, RefusedException {
        if (!request.getMethod().equals("POST")) {
            throw ProgramServlet.wrongMethod(response, "POST");
        }
        if (request.getQueryString() != null) {
            throw new RefusedException(Problem.BAD_PARAMETER, "This takes no parameters: all is in the body.");
        }
        write(doing.answer(this, Body.read(request, names)));
    }

    private void write(Fields answer) throws IOException {
        response.setContentType("application/json");
        answer.write(response.getOutputStream());
    }

    void acceptsJson() throws RefusedException {
        String accept = request.getHeader("Accept");
        if (accept == null || accept.isBlank()) {
            return;
        }
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.replace(" ", "").split(";", -1);
            boolean json = Set.of("application/json", "application/*", "*/*").contains(parts[0]);
            if (json && !range.replace(" ", "").matches(".*;q=0(\\.0{0,3})?")) {
                return;
            }
        }
        throw new RefusedException(Problem.NOT_ACCEPTABLE, "Send Accept: application/json, or no Accept at all.");
    }

    EngineSessions sessions() {
        return console.sessions();
    }

    /** What the program may see of attributes. */
    Values values() {
        return Permission.SEE_VALUES.isGranted(request) ? Values.SHOWN : Values.HIDDEN;
    }

    EndedSessions ended() {
        return new EndedSessions(console, request);
    }

    Shapes shapes() {
        return new Shapes(console.sessions().node());
    }

    Query query() throws RefusedException {
        return new Query(ProgramServlet.parameters(request), console.sessions().defaultHost());
    }

    /** Why there is no such session: there is no such context, or it has none. */
    RefusedException missing(ContextAddress context) {
        return console.sessions().knows(context)
                ? new RefusedException(
                        Problem.NO_SUCH_SESSION,
                        "It is neither in memory of this node nor in the store: it ended, or was reaped.")
                : noSuchContext();
    }

    RefusedException noSuchContext() {
        return new RefusedException(
                Problem.NO_SUCH_CONTEXT, "It is not deployed on this Tomcat, and no store has rows of it.");
    }
}
