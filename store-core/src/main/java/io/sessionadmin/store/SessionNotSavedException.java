package io.sessionadmin.store;

import io.sessionadmin.table.SaveResult;
import java.io.IOException;
import java.io.Serial;

/**
 * A session could not be written to the store, for a reason of its own: its old row stays, it stays in memory, and the
 * next background pass tries again.
 */
final class SessionNotSavedException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;

    SessionNotSavedException(String reason) {
        super(reason);
        this.reason = reason;
    }

    SessionNotSavedException(SaveResult.TakenByContext taken) {
        this("context " + taken.context() + " has a session with the same id and the table's key is the id alone; run"
                + " sql/postgresql/upgrade-from-tomcat.sql, or set schema=\"upgrade\"");
    }

    SessionNotSavedException(String reason, Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    /** One line without ids or values. */
    String reason() {
        return reason;
    }
}
