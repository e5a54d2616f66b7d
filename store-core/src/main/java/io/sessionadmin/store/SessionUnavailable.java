package io.sessionadmin.store;

import jakarta.servlet.ServletException;
import java.io.Serial;
import org.apache.coyote.BadRequestException;
import org.jspecify.annotations.Nullable;

/**
 * A session can't be read at present, and must not be taken for one that is not there.
 *
 * <p>{@code HttpServletRequest.getSession()} can only answer a session or none: {@code Request.doGetSession} turns an
 * IOException of its manager into none, and the visitor gets an empty session with a new cookie. So this ends the
 * request, as a checked exception that passes through signatures which do not know it. Its cause is one that Tomcat's
 * valves let pass without a line and a stack trace in the log for each request ({@code StandardWrapperValve}: a
 * BadRequestException as root cause); {@link UnavailableValve} makes it a 503.
 */
final class SessionUnavailable extends ServletException {

    @Serial
    private static final long serialVersionUID = 1L;

    private SessionUnavailable(String message) {
        super(message, new Quiet(message));
    }

    /** Ends the request that runs on this thread. */
    static RuntimeException endRequest(String reason) {
        throw SessionUnavailable.<RuntimeException>unchecked(new SessionUnavailable(reason));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Whether this is what a request ended with, whatever was wrapped around it. */
    static boolean isBehind(@Nullable Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof SessionUnavailable || t instanceof Quiet) {
                return true;
            }
        }
        return false;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
        return this; // there may be thousands
    }

    private static final class Quiet extends BadRequestException {

        @Serial
        private static final long serialVersionUID = 1L;

        Quiet(String message) {
            super(message);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
