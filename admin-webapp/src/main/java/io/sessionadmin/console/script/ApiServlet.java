package io.sessionadmin.console.script;

import io.sessionadmin.console.Console;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.JobStatus;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.table.Handle;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * JSON under /api/v1 for what the pages show and do, as src-web/api/openapi.json describes it; errors are
 * <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> problem documents.
 */
public final class ApiServlet extends ProgramServlet {

    private static final long serialVersionUID = 1L;
    private static final String VERSION = "/v1/";
    private static final String JOBS = "jobs/";

    @Override
    String role() {
        return "manager-script";
    }

    @Override
    void refuse(RefusedException refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(refusal.problem().status());
        response.setContentType("application/problem+json");
        new Fields()
                .put("type", refusal.problem().type())
                .put("title", refusal.problem().title())
                .put("status", refusal.problem().status())
                .put("detail", refusal.detail())
                .putAll(refusal.more())
                .write(response.getOutputStream());
    }

    @Override
    void answer(Console console, HttpServletRequest request, HttpServletResponse response)
            throws IOException, RefusedException {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        if (!path.startsWith(VERSION)) {
            throw noSuchPath();
        }
        Call call = new Call(console, request, response, path.substring(VERSION.length()));
        call.acceptsJson();
        switch (call.path()) {
            case "openapi.json" -> describe(call);
            case "contexts" -> call.get(ApiServlet::contexts);
            case "nodes" -> call.get(ApiServlet::nodes);
            case "health" -> call.get(ApiServlet::health);
            case "audit" ->
                call.get(asked ->
                        AuditQuery.parse(asked.query()).answer(asked.console().audit()));
            case "sessions" -> call.get(ApiServlet::sessions);
            case "sessions/lookup" -> call.post(Set.of("id"), ApiServlet::lookUp);
            case "sessions/invalidate" -> call.post(EndingBody.NAMES, ApiServlet::invalidate);
            default -> {
                if (call.path().startsWith(JOBS)) {
                    job(call, call.path().substring(JOBS.length()));
                    return;
                }
                if (!call.path().startsWith("sessions/")) {
                    throw noSuchPath();
                }
                call.get(ApiServlet::session);
            }
        }
    }

    private static RefusedException noSuchPath() {
        return new RefusedException(
                Problem.NO_SUCH_PATH, "GET /session-admin/api/v1/openapi.json describes all paths that there are.");
    }

    // ------------------------------------------------------------------ answers

    private void describe(Call call) throws IOException, RefusedException {
        call.get(() -> {
            call.query().takesOnly(Set.of());
            call.response().setContentType("application/json");
            try (InputStream file = getServletContext().getResourceAsStream("/WEB-INF/api/openapi.json")) {
                if (file == null) {
                    throw new IllegalStateException("the WAR has no WEB-INF/api/openapi.json");
                }
                file.transferTo(call.response().getOutputStream());
            }
        });
    }

    private static Fields contexts(Call call) throws IOException, RefusedException {
        call.query().takesOnly(Set.of());
        return call.shapes()
                .contexts(call.sessions().overview())
                .put("replicas", Shapes.replicas(call.sessions().replicas(null)));
    }

    private static Fields nodes(Call call) throws IOException, RefusedException {
        call.query().takesOnly(Set.of());
        return ClusterShapes.nodes(call.sessions().overview(), call.sessions().node());
    }

    private static Fields health(Call call) throws IOException, RefusedException {
        call.query().takesOnly(Set.of());
        return ClusterShapes.health(call.sessions().health(call.console().version()));
    }

    private static Fields sessions(Call call) throws IOException, RefusedException {
        SessionQuery query = call.query().sessions();
        EngineSessions.Listing listing = call.sessions().list(query).orElseThrow(call::noSuchContext);
        return call.shapes()
                .sessions(listing, call.sessions().replicas(query.scope().address()));
    }

    private static Fields session(Call call) throws IOException, RefusedException {
        call.query().takesOnly(Set.of("host", "context", "app"));
        Handle handle = Handle.parse(call.path().substring("sessions/".length()))
                .orElseThrow(() -> new RefusedException(
                        Problem.NO_SUCH_PATH, "A session is named by its handle: 32 digits of 0-9 and a-f."));
        ContextAddress context = call.query().context();
        SessionDetail detail = find(call, context, handle).orElseThrow(() -> call.missing(context));
        return call.shapes().detail(context, detail);
    }

    private static Optional<SessionDetail> find(Call call, ContextAddress context, Handle handle)
            throws RefusedException {
        try {
            return call.sessions().find(context, handle, call.values());
        } catch (IOException e) {
            throw new RefusedException(Problem.STORE_SILENT, Sentences.say(EngineSessions.reason(e)));
        }
    }

    /** In all contexts of this node: the same id may be one of several. */
    private static Fields lookUp(Call call, Map<String, Object> body) throws RefusedException {
        if (!(body.get("id") instanceof String text) || text.isBlank() || text.length() > 1_000) {
            throw new RefusedException(Problem.BAD_BODY, "\"id\" has to be a session id, as the cookie has it.");
        }
        Lookup found = Lookup.of(call.sessions(), text.strip());
        return new Fields()
                .put("handle", found.handle().hex())
                .put(
                        "sessions",
                        found.places().stream()
                                .map(place -> call.shapes()
                                        .session(
                                                place.context(),
                                                place.detail().entry(),
                                                place.detail().now()))
                                .toList())
                .put("problems", found.problems());
    }

    // ------------------------------------------------------------------ ending

    private static Fields invalidate(Call call, Map<String, Object> body) throws RefusedException {
        EndingBody ending = EndingBody.parse(body, call.sessions().defaultHost());
        return job(call, call.ended().end(ending.selection(), ending.expected(), ending.reason()));
    }

    private static void job(Call call, String name) throws IOException, RefusedException {
        if (name.endsWith("/stop")) {
            String id = name.substring(0, name.length() - "/stop".length());
            call.post(Set.of(), (asked, body) -> job(asked, asked.ended().stop(id)));
        } else {
            call.get(asked -> {
                asked.query().takesOnly(Set.of());
                return job(asked, asked.ended().job(name));
            });
        }
    }

    private static Fields job(Call call, JobStatus job) {
        if (!job.isOver()) {
            call.response().setStatus(HttpServletResponse.SC_ACCEPTED);
        }
        return JobShapes.of(job);
    }
}
