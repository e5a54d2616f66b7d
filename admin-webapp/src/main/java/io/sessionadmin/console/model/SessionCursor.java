package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended. Contexts stand in the order of their names, the sessions of each in that of their handles.
 *
 * @param app the context that the next page begins in, by the name that rows carry; empty where there is only one
 * @param handle the next page begins behind this session; null: with the first one of that context
 */
public record SessionCursor(String app, @Nullable Handle handle) {

    private static final Pattern FORM = Pattern.compile("([0-9a-f]{32})?(?:~(.*))?");

    /** As {@link #parse} reads it. */
    public String text() {
        return (handle == null ? "" : handle.hex()) + (app.isEmpty() ? "" : "~" + app);
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
        String handle = parts.group(1);
        String app = parts.group(2);
        return new SessionCursor(app == null ? "" : app, handle == null ? null : new Handle(handle));
    }
}
