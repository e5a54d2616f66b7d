package io.sessionadmin.store;

import java.io.IOException;
import java.io.Serial;

/** A row is there, but no session can be made of it on this node. The row stays. */
final class SessionUnreadableException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;

    SessionUnreadableException(String reason, Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    SessionUnreadableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** One line without ids or values. */
    String reason() {
        return reason;
    }
}
