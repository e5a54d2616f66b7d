package io.sessionadmin.stream;

import java.io.ObjectStreamConstants;

/**
 * Says why a stored session can't be read, in words for an operator.
 *
 * <p>The message never holds a session id or the value of an attribute.
 */
public final class UnreadableStreamException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final int offset;

    UnreadableStreamException(String reason, int offset) {
        // Thousands of rows of a listing may be unreadable; where in the reader it was noticed interests nobody.
        super(reason, null, false, false);
        this.reason = reason;
        this.offset = offset;
    }

    static UnreadableStreamException at(String reason, int offset) {
        return new UnreadableStreamException(reason + " at byte " + offset, offset);
    }

    /** A type code that can't stand where it does. */
    static UnreadableStreamException misplaced(int code, int offset) {
        boolean known = code >= ObjectStreamConstants.TC_BASE && code <= ObjectStreamConstants.TC_MAX;
        return at((known ? "misplaced" : "unknown") + " type code 0x" + Integer.toHexString(code), offset);
    }

    /** The same failure, telling in which part of the session it happened. */
    UnreadableStreamException inside(String part) {
        return new UnreadableStreamException(reason + ", inside " + part, offset);
    }

    /** How many bytes could be read before the failure. */
    public int offset() {
        return offset;
    }
}
