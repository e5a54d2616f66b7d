package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended. Contexts stand in the order of their names, the sessions of each in that of their handles; in any
 * other order, those are sorted that lie close behind.
 *
 * @param app the context that goes on, by the name that rows carry
 * @param handle it goes on behind this session; null: with the first one of that context
 * @param sorted of what is sorted there, only what comes behind this one; null: all
 */
public record SessionCursor(
        String app, @Nullable Handle handle, @Nullable Sorted sorted) {

    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{32})?(?:\\.(-?\\d{1,19})\\.([0-9a-f]{32}))?(?:~(.*))?");

    /** The last session of a page in an order that is not the one of handles. */
    public record Sorted(long key, Handle handle) {
        boolean isBefore(long otherKey, Handle other) {
            return key < otherKey || (key == otherKey && handle.hex().compareTo(other.hex()) < 0);
        }
    }

    SessionCursor(String app, @Nullable Handle handle) {
        this(app, handle, null);
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return (handle == null ? "" : handle.hex())
                + (sorted == null
                        ? ""
                        : "." + sorted.key() + "." + sorted.handle().hex())
                + "~"
                + app;
    }

    static @Nullable SessionCursor parse(Parameters given) throws BadParameterException {
        Optional<String> text = given.text("after");
        if (text.isEmpty()) {
            return null;
        }
        Matcher parts = FORM.matcher(text.get());
        if (!parts.matches()) {
            throw new BadParameterException("after", Reason.of("refused.cursor"));
        }
        Sorted sorted =
                parts.group(2) == null ? null : new Sorted(Long.parseLong(parts.group(2)), new Handle(parts.group(3)));
        return new SessionCursor(
                parts.group(4) == null ? "" : parts.group(4),
                parts.group(1) == null ? null : new Handle(parts.group(1)),
                sorted);
    }
}
