package io.sessionadmin.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a context somebody looks for. A condition that is null takes all; a row has to meet each of the others.
 *
 * @param state what the row by itself says about the session
 * @param alive the nodes whose word counts that they have a session in memory
 * @param user the whole name; only where the table has our columns
 * @param node that saved it last; likewise
 * @param handlePrefix lower-case hexadecimal digits
 * @param idle seconds since the last access
 * @param age seconds since the session was created, as its stream says
 * @param bytes the size of the stream
 * @param strings that are somewhere in the stream; one above 256 kB has none
 */
public record RowFilter(
        @Nullable State state,
        List<String> alive,
        @Nullable String user,
        @Nullable String node,
        @Nullable String handlePrefix,
        Range idle,
        Range age,
        Range bytes,
        List<String> strings) {

    /** What a row by itself says about its session. */
    public enum State {
        /** In the memory of a node that is alive. */
        LIVE,
        SWAPPED_OUT,
        EXPIRED,
        INVALIDATED
    }

    /**
     * More than one number and less than another.
     *
     * @param over null for no bound
     * @param under null for no bound
     */
    public record Range(@Nullable Long over, @Nullable Long under) {
        public static final Range ALL = new Range(null, null);

        boolean isGiven() {
            return over != null || under != null;
        }
    }

    /** The smallest handle that may be looked for. */
    Handle first() {
        return padded('0');
    }

    Handle last() {
        return padded('f');
    }

    private Handle padded(char digit) {
        String prefix = handlePrefix == null ? "" : handlePrefix;
        return new Handle(prefix + String.valueOf(digit).repeat(32 - prefix.length()));
    }
}
