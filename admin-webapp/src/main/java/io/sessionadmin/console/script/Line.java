package io.sessionadmin.console.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sessionadmin.console.model.Figure;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of a text answer: words of the form name=value between blanks. Blanks, line ends and control characters of a value
 * are written as in a URL, so that nobody's name makes a second word or a second line. What is not known is a question mark.
 */
final class Line {

    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cntrl}\\p{Z}\\x{85}\\x{FEFF}%]");
    private static final Pattern BREAKING = Pattern.compile("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]");

    private final StringBuilder text = new StringBuilder();

    Line put(String name, @Nullable Object value) {
        if (text.length() > 0) {
            text.append(' ');
        }
        text.append(name).append('=').append(value == null ? "?" : word(value.toString()));
        return this;
    }

    Line put(String name, Optional<?> value) {
        return put(name, value.orElse(null));
    }

    /** {@code 5}, {@code ~5} about, {@code >=5} at least, {@code ?} not known. */
    Line put(String name, Figure figure) {
        return put(name, number(figure));
    }

    static String number(Figure figure) {
        return switch (figure.certainty()) {
            case EXACT -> Long.toString(figure.value());
            case ESTIMATE -> "~" + figure.value();
            case AT_LEAST -> ">=" + figure.value();
            case UNKNOWN -> "?";
        };
    }

    private static String word(String value) {
        return value.isEmpty()
                ? "-"
                : UNSAFE.matcher(value).replaceAll(match -> {
                    var coded = new StringBuilder();
                    for (byte part : match.group().getBytes(UTF_8)) {
                        coded.append(String.format("%%%02X", part));
                    }
                    return coded.toString();
                });
    }

    /** A sentence that stays in its line. */
    static String sentence(String text) {
        return BREAKING.matcher(text).replaceAll("?");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
