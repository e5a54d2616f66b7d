package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * Commands under /text for scripts, in the manner of Tomcat's Manager: the first line begins with {@code OK -} or
 * {@code FAIL -}. The status of the answer says the same.
 */
public final class TextServlet extends ProgramServlet {

    private static final long serialVersionUID = 1L;

    @Override
    String role() {
        return "manager-script";
    }

    @Override
    void answer(Console console, HttpServletRequest request, HttpServletResponse response)
            throws IOException, RefusedException {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        TextCommand command = TextCommand.named(path.startsWith("/") ? path.substring(1) : path);
        boolean reading =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (command.changes() ? !request.getMethod().equals("POST") : !reading) {
            response.setHeader("Allow", command.changes() ? "POST" : "GET, HEAD");
            throw new RefusedException(Problem.WRONG_METHOD, command.usage());
        }
        Query query = new Query(parameters(request), console.sessions().defaultHost()).takesOnly(command.parameters());
        if (request.getQueryString() != null && request.getQueryString().matches("(.*&)?id=.*")) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER,
                    "A session id is a credential: send it in the body of a POST, not in a URL.");
        }
        write(response, new TextAnswers(console, new EndedSessions(console, request)).answer(command, query));
    }

    @Override
    void refuse(RefusedException refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(refusal.problem().status());
        write(response, List.of("FAIL - " + refusal.problem().title() + ". " + refusal.detail()));
    }

    private static void write(HttpServletResponse response, List<String> lines) throws IOException {
        response.setContentType("text/plain");
        response.setCharacterEncoding("UTF-8");
        PrintWriter out = response.getWriter();
        for (String line : lines) {
            out.print(Line.sentence(line));
            out.print('\n');
        }
    }
}
