package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Single sessions: saved, compared, loaded and ended, by all contenders. */
final class SessionsSection implements Section {

    private static final List<Operation> PLOTTED =
            List.of(Operation.NEW, Operation.CHANGED, Operation.ALL, Operation.LOAD);

    @Override
    public String name() {
        return "sessions";
    }

    @Override
    public String title() {
        return "Saving, loading and ending single sessions";
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        Map<Scenario, Map<Operation, Rounds>> results = new LinkedHashMap<>();
        try (TestDatabase database = postgres.database();
                ServerMeter meter = new ServerMeter(database);
                Contenders contenders = new Contenders(database)) {
            SessionWorkloads workloads = new SessionWorkloads(contenders.all(), options.operations(), meter);
            for (Scenario scenario : options.scenarios()) {
                workloads.round(scenario, -1); // so that all is compiled
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Scenario scenario : options.scenarios()) {
                    collect(
                            results.computeIfAbsent(scenario, each -> new EnumMap<>(Operation.class)),
                            workloads.round(scenario, round));
                }
            }
        }
        results.forEach((scenario, operations) -> describe(report, scenario, operations));
    }

    private static void collect(Map<Operation, Rounds> results, Map<Contender, Map<Operation, Measured>> round) {
        round.forEach((contender, measured) -> measured.forEach((operation, figures) ->
                results.computeIfAbsent(operation, each -> new Rounds()).add(contender.name(), figures)));
    }

    static void describe(Report report, Scenario scenario, Map<Operation, Rounds> operations) {
        report.heading(scenario.toString());
        BarChart chart = new BarChart("Operations per second, " + scenario);
        for (Operation operation : PLOTTED) {
            Rounds rounds = operations.get(operation);
            if (rounds != null) {
                rounds.contenders()
                        .forEach(name -> chart.add(
                                operation.label() + ": " + operation.meaning(),
                                name,
                                rounds.spread(name, Measured::perSecond)));
            }
        }
        if (!chart.isEmpty()) {
            report.plot(scenario.bytes() / 1024 + "kb-" + scenario.threads(), chart);
        }
        operations.forEach((operation, rounds) ->
                report.table(operation.label() + ": " + operation.meaning(), rounds, Column.OF_OPERATIONS));
    }
}
