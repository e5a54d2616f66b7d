package io.sessionadmin.testbed.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a run measures, from the system properties {@code bench.*}.
 *
 * @param quick about three minutes, for a first look, instead of about twenty
 * @param only names of {@link Operation}s and sections; empty: all
 */
record Options(boolean quick, int rounds, Set<String> only, List<Scenario> scenarios, Path out) {

    private static final String MOST = "8x1,1x1,64x1,8x4,8x16";
    private static final String FEW = "8x1,64x1,8x4";

    /** @throws IllegalArgumentException when it is not known what is to be measured; says what there is */
    static Options read(List<String> sections) {
        boolean quick = Boolean.getBoolean("bench.quick");
        List<Scenario> scenarios = new ArrayList<>();
        for (String scenario : words(property("bench.scenarios", quick ? FEW : MOST))) {
            scenarios.add(scenario(scenario, quick));
        }
        Set<String> only = Set.copyOf(words(property("bench.only", "").toLowerCase(Locale.ROOT)));
        List<String> known = new ArrayList<>(sections);
        Arrays.stream(Operation.values()).map(Operation::label).forEach(known::add);
        if (!known.containsAll(only)) {
            throw new IllegalArgumentException("-Dbench.only=" + String.join(",", only) + ": use some of " + known);
        }
        return new Options(
                quick,
                Integer.parseInt(property("bench.rounds", quick ? "3" : "5")),
                only,
                List.copyOf(scenarios),
                Path.of(property("bench.out", "target/benchmarks")));
    }

    /** Kilobytes and threads: {@code 8x1}. Large sessions are fewer, and more threads have more. */
    private static Scenario scenario(String text, boolean quick) {
        int cross = text.indexOf('x');
        int kilobytes = Integer.parseInt(text.substring(0, cross));
        int threads = Integer.parseInt(text.substring(cross + 1));
        int sessions = (kilobytes > 16 ? 100 : 200) * (threads == 1 ? 1 : 2) / (quick ? 2 : 1);
        return new Scenario(kilobytes << 10, threads, sessions);
    }

    /** Operations that were named, and the one that makes the sessions; all where none was. */
    Set<Operation> operations() {
        Set<Operation> named = EnumSet.of(Operation.NEW);
        for (Operation operation : Operation.values()) {
            if (only.contains(operation.label())) {
                named.add(operation);
            }
        }
        return named.size() > 1 || only.contains(Operation.NEW.label()) ? named : EnumSet.allOf(Operation.class);
    }

    /** Whether this section is measured. That of single operations also is when one of these was named. */
    boolean measures(String section) {
        if (only.isEmpty() || only.contains(section)) {
            return true;
        }
        return section.equals("sessions")
                && Arrays.stream(Operation.values()).anyMatch(operation -> only.contains(operation.label()));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Maven gives empty ones where nothing was said. */
    private static String property(String name, String otherwise) {
        String value = System.getProperty(name, "");
        return value.isBlank() ? otherwise : value;
    }
}
