package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.ShopWar;
import io.sessionadmin.testbed.StoreXml;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import io.sessionadmin.testbed.TomcatLine;
import io.sessionadmin.testbed.TomcatNode;
import io.sessionadmin.testbed.TomcatSetup;
import io.sessionadmin.testbed.bench.ServerMeter.Work;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Whole HTTP requests through two real Tomcats, each with a context for each way to keep sessions. */
final class RequestsSection implements Section {

    private static final int VISITORS = 100;
    private static final int CLIENTS = 8;

    /** How long the server's work is watched after the last answer, for what is written in the background. */
    private static final long AFTERWARDS_MILLIS = 2_500;

    private static final List<Column> COLUMNS =
            List.of(Column.PER_SECOND, Column.P50, Column.P99, Column.COMMITS, Column.WAL, Column.CPU);

    private static final String EACH_SECOND = "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"";

    /** A way to keep sessions; a context of its name. */
    private enum Way {
        MEMORY("no persistence, pinned", true),
        BACKGROUND("DataSourceStore, pinned", true),
        VALVE("DataSourceStore, PersistentValve", false),
        STICKY("JdbcStore, sticky, pinned", true),
        STRICT("JdbcStore, strict", false);

        private final String label;
        private final boolean pinned;

        Way(String label, boolean pinned) {
            this.label = label;
            this.pinned = pinned;
        }

        String context() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        String xml(TestDatabase database) {
            return switch (this) {
                case MEMORY -> StoreXml.memory();
                case BACKGROUND -> StoreXml.dataSourceStore(database, EACH_SECOND);
                case VALVE ->
                    StoreXml.dataSourceStore(database, "")
                            + "<Valve className=\"org.apache.catalina.valves.PersistentValve\"/>";
                case STICKY -> StoreXml.sharedManager(database, "coherence=\"sticky\" " + EACH_SECOND, "");
                case STRICT -> StoreXml.sharedManager(database);
            };
        }
    }

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public String title() {
        return "Whole HTTP requests through two Tomcats";
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        int requests = options.quick() ? 1_000 : 3_000;
        int rounds = options.quick() ? 1 : Math.min(3, options.rounds());
        report.paragraph(
                "Sessions of 8 kB, %d visitors, %d requests at a time. Who is not pinned asks the two nodes in turn."
                        .formatted(VISITORS, CLIENTS));
        for (TomcatLine line : TomcatLine.values()) {
            new Line(line, requests, rounds).measure(postgres, report);
        }
    }

    /** All ways on two nodes of one line. */
    private record Line(
            TomcatLine line, int requests, int rounds, Map<Integer, Rounds> results, Map<Way, Integer> lost) {

        Line(TomcatLine line, int requests, int rounds) {
            this(line, requests, rounds, new LinkedHashMap<>(), new EnumMap<>(Way.class));
        }

        void measure(TestPostgres postgres, Report report) throws Exception {
            Map<Way, TestDatabase> databases = new EnumMap<>(Way.class);
            for (Way way : Way.values()) {
                databases.put(way, postgres.database());
            }
            try (TestDatabase watched = postgres.database();
                    ServerMeter meter = new ServerMeter(watched);
                    TomcatNode first = setup(databases).start();
                    TomcatNode second = setup(databases).start()) {
                Traffic traffic = new Traffic(List.of(first, second), meter);
                for (Way way : Way.values()) {
                    traffic.run(way, 10, requests); // so that all is compiled
                }
                for (int round = 0; round < rounds; round++) {
                    round(traffic, round);
                }
            } finally {
                databases.values().forEach(TestDatabase::close);
            }
            describe(report);
        }

        private TomcatSetup setup(Map<Way, TestDatabase> databases) {
            TomcatSetup setup = TomcatNode.on(line).withStore().fullSpeed("512m");
            databases.forEach((way, database) -> setup.webapp(way.context(), ShopWar.standard(), way.xml(database)));
            return setup;
        }

        private void round(Traffic traffic, int round) throws Exception {
            List<Way> order = new ArrayList<>(List.of(Way.values()));
            Collections.rotate(order, round);
            for (int percent : List.of(0, 10, 100)) {
                for (Way way : order) {
                    Traffic.Result result = traffic.run(way, percent, requests);
                    results.computeIfAbsent(percent, each -> new Rounds()).add(way.label, result.measured());
                    lost.merge(way, percent == 100 ? result.lost() : 0, Integer::sum);
                }
            }
        }

        private void describe(Report report) {
            BarChart chart = new BarChart("Requests per second, Tomcat " + line.version());
            results.forEach((percent, measured) -> measured.contenders()
                    .forEach(name -> chart.add(changing(percent), name, measured.spread(name, Measured::perSecond))));
            report.heading("Tomcat " + line.version())
                    .plot("per-second-" + line.version().replaceFirst("[.].*", ""), chart);
            results.forEach((percent, measured) -> report.table(changing(percent), measured, COLUMNS));
            List<List<String>> lines = new ArrayList<>();
            lost.forEach(
                    (way, count) -> lines.add(List.of(way.label, "%,d of %,d".formatted(count, requests * rounds))));
            report.paragraph(
                            "Changes that were lost where all requests change the session: how many of the increments of a"
                                    + " counter are missing.")
                    .table(List.of("", "lost"), lines);
        }

        private static String changing(int percent) {
            return percent + " % of the requests change the session";
        }
    }

    /** Visitors of the two nodes. */
    private record Traffic(List<TomcatNode> nodes, ServerMeter meter) {

        /** @param lost increments that were answered, and are missing */
        record Result(Measured measured, int lost) {}

        Result run(Way way, int percent, int requests) throws Exception {
            HttpCrew crew = new HttpCrew(CLIENTS);
            String api = "/" + way.context() + "/api/";
            String[] sessions = new String[VISITORS];
            crew.run(VISITORS, visitor -> {
                HttpCrew.Answer created = crew.visit(nodes.get(visitor % 2), api + "big?name=data&kb=8", null);
                sessions[visitor] = Objects.requireNonNull(created.cookie(), "There is no session");
                crew.visit(nodes.get(visitor % 2), api + "count?name=n", sessions[visitor])
                        .expectText("1");
            });
            Work before = meter.read();
            Crew.Shift shift = crew.run(requests, number -> {
                int visitor = number % VISITORS;
                int node = way.pinned ? visitor % 2 : (visitor + number / VISITORS) % 2;
                boolean changes = number % 100 * 37 % 100 < percent;
                HttpCrew.Answer answer =
                        crew.visit(nodes.get(node), api + (changes ? "count?name=n" : "get?name=n"), sessions[visitor]);
                if (answer.status() != 200) {
                    throw new IllegalStateException(way + " answers " + answer.status());
                }
            });
            Thread.sleep(AFTERWARDS_MILLIS);
            Work work = meter.read().since(before);
            Measured measured = new Measured(shift.latencies(), requests, shift.seconds(), 0, work);
            return new Result(measured, percent == 100 ? requests + VISITORS - counted(crew, api, sessions) : 0);
        }

        private int counted(HttpCrew crew, String api, String[] sessions) throws Exception {
            int counted = 0;
            for (int visitor = 0; visitor < VISITORS; visitor++) {
                counted += Integer.parseInt(crew.visit(nodes.get(visitor % 2), api + "get?name=n", sessions[visitor])
                        .text()
                        .trim());
            }
            return counted;
        }
    }
}
