package io.sessionadmin.console.model;

import java.io.IOException;
import java.io.Serial;
import java.util.List;

/**
 * Why something is not known or not so: a sentence of the console by its key, so that it can be said in any language,
 * or the words of someone else.
 *
 * @param key of the sentence; empty for no reason
 */
public record Reason(String key, List<Object> arguments) {

    public static final Reason NONE = new Reason("", List.of());

    public static Reason of(String key, Object... arguments) {
        return new Reason(key, List.of(arguments));
    }

    /** The words of a store, a database or a stream reader. */
    public static Reason said(String words) {
        return words.isBlank() ? of("reason.silent") : of("reason.said", words);
    }

    static Reason of(IOException e) {
        if (e instanceof StoreNotReadableException known) {
            return known.reason();
        }
        String message = e.getMessage();
        return said(message == null ? "" : message);
    }

    /** What failed in a way that nobody foresaw; the message of such an error is not for a page. */
    static Reason threw(Throwable e) {
        return of("reason.threw", e.getClass().getName());
    }

    public boolean isGiven() {
        return !key.isEmpty();
    }

    /** A store did not answer, for a reason that the console found itself. */
    static final class StoreNotReadableException extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Reason reason;

        StoreNotReadableException(Reason reason) {
            super(reason.key());
            this.reason = reason;
        }

        Reason reason() {
            return reason;
        }
    }
}
