package io.sessionadmin.testbed.shop;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ways in which a response leaves Tomcat; all but the first may reach the client before a valve comes back. */
enum Answer {
    /** A small body. */
    PLAIN,
    /** A small body whose Content-Length is set: Tomcat 11 sends it with its last byte. */
    EXACT,
    /** A small body that the application flushes. */
    FLUSHED,
    /** A small body that the application closes. */
    CLOSED,
    /** A body larger than the buffer. */
    LARGE,
    /** A body larger than the buffer whose Content-Length is set. */
    LARGE_EXACT,
    /** A status without a body. */
    EMPTY,
    /** 302 to a page that does nothing. */
    REDIRECT,
    /** An error with Tomcat's own page. */
    ERROR,
    /** An error whose page is the shop's, and counts "pages" in the session. */
    ERROR_PAGE,
    /** An exception, which Tomcat shows. */
    THROWN,
    /** An exception whose page is the shop's, and counts "pages" in the session. */
    THROWN_PAGE,
    /** The first part is flushed to the client before anything is done. */
    LATE,
    /** Done and answered on another thread of the container. */
    ASYNC,
    /** The same with a Content-Length. */
    ASYNC_EXACT,
    /** Dispatched again by the container, asynchronously, and done then. */
    ASYNC_DISPATCH,
    /** Done by what is forwarded to. */
    FORWARD,
    /** Done when what was forwarded to has answered. */
    AFTER_FORWARD,
    /** Done by what is included. */
    INCLUDE,
    /** Done here and by what is forwarded to in the context that the parameter {@code other} names. */
    CROSS_FORWARD,
    /** Done here and by what is included from the context that the parameter {@code other} names. */
    CROSS_INCLUDE;

    /** What a request is for; says what there is to say, null for nothing. */
    interface Deed {
        @Nullable
        String done();
    }

    /** For {@link #THROWN_PAGE}; web.xml has a page for it. */
    static final class ShopClosedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ShopClosedException() {
            super("thrown on purpose");
        }
    }

    /** What the parameter {@code answer} says; what this request is forwarded to, includes or fails with is plain. */
    static Answer asked(HttpServletRequest request) {
        String name = request.getParameter("answer");
        return name == null || request.getDispatcherType() != DispatcherType.REQUEST
                ? PLAIN
                : valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Lets it be done, and answers what it says. */
    void to(HttpServletRequest request, HttpServletResponse response, Deed deed) throws IOException, ServletException {
        switch (this) {
            case ASYNC -> later(request, response, PLAIN, deed);
            case ASYNC_EXACT -> later(request, response, EXACT, deed);
            case ASYNC_DISPATCH -> request.startAsync().dispatch();
            case FORWARD -> dispatcher(request, here(request)).forward(request, response);
            case AFTER_FORWARD -> {
                dispatcher(request, "/api/nothing").forward(request, response);
                deed.done();
            }
            case INCLUDE -> dispatcher(request, here(request)).include(request, response);
            case CROSS_FORWARD -> {
                deed.done();
                other(request).forward(request, response);
            }
            case CROSS_INCLUDE -> {
                other(request).include(request, response);
                deed.done();
            }
            case LATE -> {
                response.getOutputStream().println("one moment");
                response.flushBuffer();
                PLAIN.send(response, deed.done());
            }
            default -> send(response, deed.done());
        }
    }

    void send(HttpServletResponse response, @Nullable String text) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        if (text == null) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return;
        }
        switch (this) {
            case EMPTY -> response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            case REDIRECT -> response.sendRedirect("nothing");
            case ERROR -> response.sendError(HttpServletResponse.SC_CONFLICT, text);
            case ERROR_PAGE -> response.sendError(HttpServletResponse.SC_GONE, text);
            case THROWN -> throw new IllegalStateException("thrown on purpose");
            case THROWN_PAGE -> throw new ShopClosedException();
            default -> sendBody(response, text);
        }
    }

    private void sendBody(HttpServletResponse response, String text) throws IOException {
        boolean large = this == LARGE || this == LARGE_EXACT;
        byte[] body = (large ? text + " ".repeat(64 * 1024) : text).getBytes(StandardCharsets.UTF_8);
        if (this == EXACT || this == LARGE_EXACT) {
            response.setContentLength(body.length);
        }
        response.getOutputStream().write(body);
        if (this == FLUSHED) {
            response.flushBuffer();
        } else if (this == CLOSED) {
            response.getOutputStream().close();
        }
    }

    private static void later(HttpServletRequest request, HttpServletResponse response, Answer kind, Deed deed) {
        var async = request.startAsync();
        async.start(() -> {
            try {
                kind.send(response, deed.done());
            } catch (IOException e) {
                request.getServletContext().log("shop: async answer failed", e);
            } finally {
                async.complete();
            }
        });
    }

    private static String here(HttpServletRequest request) {
        return request.getServletPath() + request.getPathInfo();
    }

    private static RequestDispatcher dispatcher(HttpServletRequest request, String path) {
        return request.getServletContext().getRequestDispatcher(path);
    }

    private static RequestDispatcher other(HttpServletRequest request) {
        return request.getServletContext()
                .getContext(request.getParameter("other"))
                .getRequestDispatcher(here(request));
    }
}
