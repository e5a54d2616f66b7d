package io.sessionadmin.table;

import java.io.Serial;

/** The database answered, but its table can't keep sessions. */
public final class TableMismatchException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;

    TableMismatchException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** One line that says what is wrong and what to do. */
    public String reason() {
        return reason;
    }
}
