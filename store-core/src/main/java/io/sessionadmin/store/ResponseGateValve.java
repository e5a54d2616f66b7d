package io.sessionadmin.store;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.catalina.Host;
import org.apache.catalina.Pipeline;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ResponseGate;
import org.jspecify.annotations.Nullable;

/**
 * Opens a {@link RequestScope} around each request, and has changed sessions saved before the client can see the end of
 * the response. It stands in the pipeline of the host: before the authenticators, whose login page ends a response too,
 * and around the error pages, which may change a session. {@link SharedPersistentManager} brings it along.
 */
final class ResponseGateValve extends ValveBase {

    private static final String NOTE = ResponseGateValve.class.getName();

    private int managers;

    private ResponseGateValve() {
        super(true);
    }

    /** One valve for all managers of a host. */
    static void addTo(Host host) {
        Pipeline pipeline = host.getPipeline();
        synchronized (pipeline) {
            ResponseGateValve valve = find(pipeline);
            if (valve == null) {
                valve = new ResponseGateValve();
                pipeline.addValve(valve);
            }
            valve.managers++;
        }
    }

    /** The last manager takes it away. */
    static void removeFrom(Host host) {
        Pipeline pipeline = host.getPipeline();
        synchronized (pipeline) {
            ResponseGateValve valve = find(pipeline);
            if (valve != null && --valve.managers == 0) {
                pipeline.removeValve(valve);
            }
        }
    }

    private static @Nullable ResponseGateValve find(Pipeline pipeline) {
        return Arrays.stream(pipeline.getValves())
                .filter(ResponseGateValve.class::isInstance)
                .map(ResponseGateValve.class::cast)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        // A dispatch of an asynchronous request comes here again.
        RequestScope scope = request.getNote(NOTE) instanceof RequestScope open ? open : open(request, response);
        RequestScope outer = scope.enter();
        try {
            getNext().invoke(request, response);
        } catch (ServletException e) {
            if (!SessionUnavailable.isBehind(e)) {
                throw e;
            }
            UnavailableValve.refuse(request, response); // looked up outside of the context's own pipeline
        } finally {
            try {
                if (request.isAsync()) {
                    request.getAsyncContextInternal().addListener(new Completion(scope, response));
                } else {
                    close(scope, request, response);
                }
            } finally {
                RequestScope.leave(outer);
            }
        }
    }

    private static RequestScope open(Request request, Response response) {
        RequestScope scope = new RequestScope(request);
        request.setNote(NOTE, scope);
        ResponseGate.install(response.getCoyoteResponse(), scope);
        return scope;
    }

    /** Nobody changes a session any more: what is left of the response may go without being watched. */
    private static void close(RequestScope scope, Request request, Response response) {
        request.removeNote(NOTE);
        scope.end();
        ResponseGate.remove(response.getCoyoteResponse());
    }

    /** Ends the scope of an asynchronous request. */
    private record Completion(RequestScope scope, Response response) implements AsyncListener {

        /** A dispatch that completes comes here before the valves around it are through: they go on, with the gate. */
        @Override
        public void onComplete(AsyncEvent event) {
            if (RequestScope.current() == scope) {
                scope.run();
            } else {
                close(scope, response.getRequest(), response);
            }
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this); // a new cycle forgets the listeners of the one before
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // onComplete follows
        }

        @Override
        public void onError(AsyncEvent event) {
            // onComplete follows
        }
    }
}
