package io.sessionadmin.console.script;

import java.io.Serial;

/** A request of a program is not answered; the message is a sentence for people that says what to do. */
final class RefusedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final transient Fields more;

    RefusedException(Problem problem, String detail) {
        this(problem, detail, new Fields());
    }

    /** @param more what a program needs to know beside the problem */
    RefusedException(Problem problem, String detail, Fields more) {
        super(detail);
        this.problem = problem;
        this.more = more;
    }

    Problem problem() {
        return problem;
    }

    String detail() {
        String detail = getMessage();
        return detail == null ? "" : detail;
    }

    Fields more() {
        return more;
    }
}
