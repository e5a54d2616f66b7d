package io.sessionadmin.console.model;

import java.util.Locale;

/** Text that somebody else wrote, made fit to be read: what can't be seen, or changes how the rest is seen, is spelt out. */
public final class Legible {

    private Legible() {}

    /** Text as it is, so many letters of it at most, and an ellipsis when there are more. */
    public static String cut(String text, int letters) {
        if (text.length() <= letters) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(letters - 1)) ? letters - 1 : letters;
        return text.substring(0, end) + '\u2026';
    }

    /** So many characters of it at most, and an ellipsis when there are more. */
    static String text(String written, int most) {
        StringBuilder legible = new StringBuilder(Math.min(written.length(), most));
        int at = 0;
        while (at < written.length() && legible.length() < most) {
            int character = written.codePointAt(at);
            append(legible, character);
            at += Character.charCount(character);
        }
        return at < written.length() ? legible.append('\u2026').toString() : legible.toString();
    }

    private static void append(StringBuilder legible, int character) {
        switch (character) {
            case '\n' -> legible.append("\\n");
            case '\r' -> legible.append("\\r");
            case '\t' -> legible.append("\\t");
            default -> {
                switch (Character.getType(character)) {
                    case Character.CONTROL,
                            Character.FORMAT, // bidirectional overrides are among them
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED -> legible.append(String.format(Locale.ROOT, "\\u%04x", character));
                    default -> legible.appendCodePoint(character);
                }
            }
        }
    }
}
