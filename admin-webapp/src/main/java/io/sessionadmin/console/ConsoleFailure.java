package io.sessionadmin.console;

/** What the console refuses or cannot do: the status of the answer, and its sentences in the message bundle. */
enum ConsoleFailure {
    BAD_REQUEST(400, "badRequest"),
    NOTHING_TICKED(400, "nothingTicked"),
    NOT_SIGNED_IN(401, "notSignedIn"),
    FORBIDDEN(403, "forbidden"),
    STALE_PAGE(403, "stalePage"),
    ROLE_MISSING(403, "roleMissing"),
    NO_SUCH_PAGE(404, "noSuchPage"),
    NO_SUCH_CONTEXT(404, "noSuchContext"),
    SESSION_GONE(404, "sessionGone"),
    ID_NOT_FOUND(404, "idNotFound"),
    NO_SUCH_JOB(404, "noSuchJob"),
    WRONG_METHOD(405, "wrongMethod"),
    CANNOT_INVALIDATE(409, "cannotInvalidate"),
    CANNOT_ACT(409, "cannotAct"),
    OWN_SESSION(409, "ownSession"),
    NOTHING_MATCHES(409, "nothingMatches"),
    CONSOLE_FAILED(500, "consoleFailed"),
    STORE_SILENT(503, "storeSilent");

    private final int status;
    private final String key;

    ConsoleFailure(int status, String key) {
        this.status = status;
        this.key = key;
    }

    int status() {
        return status;
    }

    /** Message key of the headline. */
    String title() {
        return "failure." + key + ".title";
    }

    /** Message key of the sentence that says what to do. */
    String advice() {
        return "failure." + key + ".advice";
    }

    /** For an answer that the container refused before or after the console. */
    static ConsoleFailure ofStatus(int status) {
        for (ConsoleFailure failure : values()) {
            if (failure.status == status) {
                return failure; // the first of a status is the general one
            }
        }
        return status < 500 ? BAD_REQUEST : CONSOLE_FAILED;
    }
}
