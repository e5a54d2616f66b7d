package io.sessionadmin.console.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SortKey;
import java.util.Base64;
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
            Pattern.compile("([0-9a-f]{32})?(?:\\.(-?\\d{1,19})(?:\\.([\\w-]+))?\\.([0-9a-f]{32}))?(?:~(.*))?");

    /** The longest name of a context, and that of a user in the letters that take most bytes. */
    private static final int CHARACTERS_AT_MOST = 2_000;

    /** The last session of a page in an order that is not the one of handles. */
    public record Sorted(SortKey key, Handle handle) {

        private String text() {
            String text = key.text().isEmpty()
                    ? ""
                    : "."
                            + Base64.getUrlEncoder()
                                    .withoutPadding()
                                    .encodeToString(key.text().getBytes(UTF_8));
            return "." + key.number() + text + "." + handle.hex();
        }
    }

    SessionCursor(String app, @Nullable Handle handle) {
        this(app, handle, null);
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return (handle == null ? "" : handle.hex()) + (sorted == null ? "" : sorted.text()) + "~" + app;
    }

    static @Nullable SessionCursor parse(Parameters given) throws BadParameterException {
        Optional<String> text = given.text("after", CHARACTERS_AT_MOST);
        if (text.isEmpty()) {
            return null;
        }
        Matcher parts = FORM.matcher(text.get());
        if (!parts.matches()) {
            throw new BadParameterException("after", Reason.of("refused.cursor"));
        }
        return new SessionCursor(
                parts.group(5) == null ? "" : parts.group(5),
                parts.group(1) == null ? null : new Handle(parts.group(1)),
                parts.group(2) == null ? null : sorted(parts));
    }

    private static Sorted sorted(Matcher parts) throws BadParameterException {
        try {
            String user = parts.group(3) == null
                    ? ""
                    : new String(Base64.getUrlDecoder().decode(parts.group(3)), UTF_8);
            return new Sorted(new SortKey(Long.parseLong(parts.group(2)), user), new Handle(parts.group(4)));
        } catch (IllegalArgumentException e) {
            throw new BadParameterException("after", Reason.of("refused.cursor"));
        }
    }
}
