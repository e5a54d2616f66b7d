package io.sessionadmin.testbed.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What all rounds of one scenario have measured of one operation. Ratios are those of a round, and then their median. */
final class Rounds {

    private final Map<String, List<Measured>> byContender = new LinkedHashMap<>();

    /** The median of all rounds, with the least and the most. */
    record Spread(double median, double least, double most) {

        static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    void add(String contender, Measured measured) {
        byContender.computeIfAbsent(contender, name -> new ArrayList<>()).add(measured);
    }

    boolean isEmpty() {
        return byContender.isEmpty();
    }

    Iterable<String> contenders() {
        return byContender.keySet();
    }

    boolean has(String contender) {
        return byContender.containsKey(contender);
    }

    Spread spread(String contender, ToDoubleFunction<Measured> figure) {
        return Spread.of(of(contender).stream().mapToDouble(figure).toArray());
    }

    /** Of all rounds together. */
    double percentileMicros(String contender, double share) {
        return Latencies.all(of(contender).stream().map(Measured::latencies).toList())
                .percentileMicros(share);
    }

    /** How many times the other's figure this one's is, round by round. */
    Spread ratio(String contender, String other, ToDoubleFunction<Measured> figure) {
        List<Measured> ours = of(contender);
        List<Measured> theirs = of(other);
        double[] ratios = new double[Math.min(ours.size(), theirs.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        return Spread.of(ratios);
    }

    private List<Measured> of(String contender) {
        return byContender.getOrDefault(contender, List.of());
    }
}
