package io.sessionadmin.console.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parameters of a request, read strictly: what is not understood is refused, never left out in silence. */
final class Parameters {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,10})([smhd]?)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kKMG]?)B?");
    private static final int NAME_AT_MOST = 255;

    private final Map<String, String[]> values;

    /**
     * @param known names that are read
     * @param others names that somebody else reads
     */
    Parameters(Map<String, String[]> values, Set<String> known, Set<String> others) throws BadParameterException {
        this.values = values;
        for (String name : values.keySet()) {
            if (!known.contains(name) && !others.contains(name)) {
                List<String> names = new ArrayList<>(known);
                names.sort(null);
                throw new BadParameterException("", Reason.of("refused.unknown", String.join(", ", names)));
            }
        }
    }

    /** Empty where it is missing or empty, as a field of a form is that nobody filled in. */
    Optional<String> text(String name) throws BadParameterException {
        return text(name, NAME_AT_MOST);
    }

    Optional<String> text(String name, int most) throws BadParameterException {
        String[] given = values.get(name);
        if (given == null) {
            return Optional.empty();
        }
        if (given.length != 1) {
            throw new BadParameterException(name, Reason.of("refused.twice", name));
        }
        String value = given[0].strip();
        if (value.length() > most || value.chars().anyMatch(Character::isISOControl)) {
            throw new BadParameterException(name, Reason.of("refused.text", name, most));
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    @Nullable
    String textOrNull(String name) throws BadParameterException {
        return text(name).orElse(null);
    }

    Bounds durations(String over, String under) throws BadParameterException {
        return new Bounds(
                number(over, DURATION, "refused.duration", Parameters::seconds),
                number(under, DURATION, "refused.duration", Parameters::seconds));
    }

    Bounds sizes(String over, String under) throws BadParameterException {
        return new Bounds(
                number(over, SIZE, "refused.size", Parameters::bytes),
                number(under, SIZE, "refused.size", Parameters::bytes));
    }

    private @Nullable Long number(String name, Pattern form, String refusal, ToLongFunction<Matcher> value)
            throws BadParameterException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return null;
        }
        Matcher parts = form.matcher(text.get());
        if (!parts.matches()) {
            throw new BadParameterException(name, Reason.of(refusal, name));
        }
        return value.applyAsLong(parts);
    }

    private static long seconds(Matcher parts) {
        return Long.parseLong(parts.group(1))
                * switch (parts.group(2)) {
                    case "m" -> 60;
                    case "h" -> 3_600;
                    case "d" -> 86_400;
                    default -> 1;
                };
    }

    private static long bytes(Matcher parts) {
        return Long.parseLong(parts.group(1))
                * switch (parts.group(2)) {
                    case "k", "K" -> 1_000;
                    case "M" -> 1_000_000;
                    case "G" -> 1_000_000_000;
                    default -> 1;
                };
    }

    /** As it is read, in the largest unit that takes it. */
    static String duration(long seconds) {
        if (seconds == 0 || seconds % 60 != 0) {
            return Long.toString(seconds);
        }
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

    static String size(long bytes) {
        if (bytes == 0 || bytes % 1_000 != 0) {
            return Long.toString(bytes);
        }
        if (bytes % 1_000_000_000 == 0) {
            return bytes / 1_000_000_000 + "G";
        }
        return bytes % 1_000_000 == 0 ? bytes / 1_000_000 + "M" : bytes / 1_000 + "k";
    }
}
