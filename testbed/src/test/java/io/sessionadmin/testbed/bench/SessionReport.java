package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.Rounds.Spread;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The tables of {@link SessionWorkloads}, in Markdown. */
final class SessionReport {

    private static final String HEAD = """
            | | operations/s | p50 µs | p99 µs | × stock | p50 × limit | round trips | commits | WAL bytes | server CPU µs |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """;

    private final Map<Scenario, Map<Operation, Rounds>> rounds = new LinkedHashMap<>();

    void add(Scenario scenario, Map<Contender, Map<Operation, Measured>> round) {
        Map<Operation, Rounds> operations = rounds.computeIfAbsent(scenario, each -> new EnumMap<>(Operation.class));
        round.forEach((contender, measured) -> measured.forEach((operation, figures) ->
                operations.computeIfAbsent(operation, each -> new Rounds()).add(contender.name(), figures)));
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        rounds.forEach((scenario, operations) -> {
            text.append("## ").append(scenario).append("\n\n");
            operations.forEach((operation, of) -> table(text, operation, of));
        });
        return text.toString();
    }

    private static void table(StringBuilder text, Operation operation, Rounds of) {
        text.append("**")
                .append(operation.label())
                .append("**: ")
                .append(operation.meaning())
                .append("\n\n")
                .append(HEAD);
        for (String name : of.contenders()) {
            Spread perSecond = of.spread(name, Measured::perSecond);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f (%,.0f–%,.0f) | %,.0f | %,.0f | %s | %s | %.2f | %.2f | %,.0f | %,.0f |%n",
                    name,
                    perSecond.median(),
                    perSecond.least(),
                    perSecond.most(),
                    of.spread(name, Measured::medianMicros).median(),
                    of.percentileMicros(name, 0.99),
                    of.has(Contenders.STOCK) ? times(of.ratio(name, Contenders.STOCK, Measured::perSecond)) : "",
                    of.has(Contenders.LIMIT) ? times(of.ratio(name, Contenders.LIMIT, Measured::medianMicros)) : "",
                    of.spread(name, measured -> measured.per(measured.roundTrips()))
                            .median(),
                    of.spread(name, measured -> measured.per(measured.work().writes()))
                            .median(),
                    of.spread(name, measured -> measured.per(measured.work().walBytes()))
                            .median(),
                    of.spread(name, measured -> measured.per(measured.work().cpuMicros()))
                            .median()));
        }
        text.append('\n');
    }

    private static String times(Spread ratio) {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratio.median(), ratio.least(), ratio.most());
    }
}
