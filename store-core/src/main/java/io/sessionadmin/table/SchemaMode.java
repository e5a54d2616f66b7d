package io.sessionadmin.table;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What to do about the table when the store starts: the attribute {@code schema} of {@code <Store>}. */
public enum SchemaMode {
    /** Check that the table can keep sessions; change nothing. The default. */
    VALIDATE,
    /** Create the table where there is none, then check it. */
    CREATE,
    /** Create the table, or bring an older one up to date with all its rows, then check it. */
    UPGRADE,
    /** Do not look at the table before it is used. */
    NONE;

    public static SchemaMode parse(String text) {
        for (SchemaMode mode : values()) {
            if (mode.toString().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("<Store schema=\"" + text + "\">: use one of "
                + Arrays.stream(values()).map(SchemaMode::toString).collect(Collectors.joining(", ")));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
