package io.sessionadmin.console.script;

import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.sessionadmin.console.Console;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Set;

/** Numbers to graph, in the OpenMetrics text format, at /metrics. */
public final class MetricsServlet extends ProgramServlet {

    private static final long serialVersionUID = 1L;

    private final transient OpenMetricsTextFormatWriter format = OpenMetricsTextFormatWriter.create();
    private final transient Scrape scrape = new Scrape(System::nanoTime);

    @Override
    String role() {
        return "manager-status";
    }

    @Override
    void answer(Console console, HttpServletRequest request, HttpServletResponse response)
            throws IOException, RefusedException {
        if (request.getPathInfo() != null) {
            throw new RefusedException(Problem.NO_SUCH_PATH, "The metrics are at /session-admin/metrics.");
        }
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            throw wrongMethod(response, "GET, HEAD");
        }
        new Query(parameters(request), "").takesOnly(Set.of());
        response.setContentType(OpenMetricsTextFormatWriter.CONTENT_TYPE);
        format.write(response.getOutputStream(), scrape.or(() -> Measurements.of(console.sessions())));
    }

    @Override
    void refuse(RefusedException refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(refusal.problem().status());
        response.setContentType("text/plain");
        response.setCharacterEncoding("UTF-8");
        PrintWriter out = response.getWriter();
        out.print(Line.sentence(refusal.problem().title() + ". " + refusal.detail()));
        out.print('\n');
    }
}
