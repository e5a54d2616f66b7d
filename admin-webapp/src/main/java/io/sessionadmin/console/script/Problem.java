package io.sessionadmin.console.script;

import java.util.Locale;

/** What is refused or can't be done: the status of the answer, and a name for programs to tell them apart. */
enum Problem {
    BAD_PARAMETER(400, "A parameter is missing or not understood"),
    BAD_BODY(400, "The body is not understood"),
    NOT_SIGNED_IN(401, "Sign in"),
    FORBIDDEN(403, "Not allowed"),
    FROM_A_BROWSER(403, "Not for pages"),
    NO_SUCH_PATH(404, "There is no such path"),
    NO_SUCH_CONTEXT(404, "There is no such context"),
    NO_SUCH_SESSION(404, "There is no such session"),
    NO_SUCH_JOB(404, "There is no such job"),
    WRONG_METHOD(405, "Another method is needed"),
    NOT_ACCEPTABLE(406, "Only JSON is spoken here"),
    CANNOT_INVALIDATE(409, "These sessions can't be ended from here"),
    COUNT_DRIFTED(409, "The number of sessions is another one"),
    BODY_TOO_LARGE(413, "The body is too large"),
    NO_JSON(415, "The body has to be JSON"),
    CONSOLE_FAILED(500, "The console failed"),
    STORE_SILENT(503, "The store does not answer");

    private final int status;
    private final String title;

    Problem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** A URI as RFC 9457 has it, to tell problems of one status apart. */
    String type() {
        return "urn:session-admin:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For an answer that the container gave before the console was asked; the first of a status is the general one. */
    static Problem ofStatus(int status) {
        for (Problem problem : values()) {
            if (problem.status == status) {
                return problem;
            }
        }
        return status < 500 ? BAD_PARAMETER : CONSOLE_FAILED;
    }
}
