package io.sessionadmin.testbed.shop;

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
    /** 302 to a page that does nothing. */
    REDIRECT,
    /** An error with Tomcat's own page. */
    ERROR,
    /** Done and answered on another thread of the container. */
    ASYNC;

    static Answer asked(HttpServletRequest request) {
        String name = request.getParameter("answer");
        return name == null ? PLAIN : valueOf(name.toUpperCase(Locale.ROOT));
    }

    void send(HttpServletResponse response, @Nullable String text) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        if (text == null) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return;
        }
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        switch (this) {
            case PLAIN, ASYNC -> response.getOutputStream().write(body);
            case EXACT -> {
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
            }
            case FLUSHED -> {
                response.getOutputStream().write(body);
                response.flushBuffer();
            }
            case CLOSED -> {
                response.getOutputStream().write(body);
                response.getOutputStream().close();
            }
            case LARGE -> {
                response.getOutputStream().write(body);
                response.getOutputStream().write(" ".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8));
            }
            case REDIRECT -> response.sendRedirect("nothing");
            case ERROR -> response.sendError(HttpServletResponse.SC_CONFLICT, text);
        }
    }
}
