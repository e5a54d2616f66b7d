package io.sessionadmin.console.model;

import java.io.Serial;

/** A parameter of a request that says nothing the console understands. It never quotes the value: that may be a session id. */
public final class BadParameterException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String parameter;
    private final transient Reason reason;

    BadParameterException(String parameter, Reason reason) {
        super(parameter + ": " + reason.key());
        this.parameter = parameter;
        this.reason = reason;
    }

    /** Its name, as far as the console knows one; else empty. */
    public String parameter() {
        return parameter;
    }

    /** What to write instead. */
    public Reason reason() {
        return reason;
    }
}
