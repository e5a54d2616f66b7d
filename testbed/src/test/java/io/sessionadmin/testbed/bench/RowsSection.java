package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import jakarta.servlet.http.HttpSessionListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.catalina.Store;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSource;

/** Tables with many rows: sweeps for expired sessions, counting, and pages of the console. */
final class RowsSection implements Section {

    static final String OURS = "tomcat_sessions";
    private static final String STOCK_TABLE = "stock_rows";
    private static final int ONE_SWEEP = 1_000;

    /** After five executions the driver has a statement prepared. */
    private static final int PASSES_BEFORE = 6;

    private static final List<Column> OF_SWEEPS = List.of(
            Column.MICROS_EACH,
            Column.TIMES_STOCK,
            Column.TIMES_LIMIT,
            Column.ROUND_TRIPS,
            Column.COMMITS,
            Column.WAL,
            Column.CPU);
    private static final List<Column> OF_COUNTS =
            List.of(Column.MILLIS, Column.TIMES_STOCK, Column.TIMES_LIMIT, Column.CPU);

    /** How a context of so many rows is called. */
    static String path(int rows) {
        return "/rows" + rows / 1_000 + "k";
    }

    private static String application(int rows) {
        return "/Catalina/localhost" + path(rows);
    }

    /** A store under a manager. */
    private enum Kind {
        STOCK(Contenders.STOCK),
        UNDER_TOMCATS("JdbcStore, PersistentManager"),
        STRICT("JdbcStore, strict");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String table() {
            return this == STOCK ? STOCK_TABLE : OURS;
        }
    }

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public String title() {
        return "Tables with many rows";
    }

    static List<Integer> sizes(Options options) {
        return options.quick()
                ? List.of(10_000, Integer.getInteger("bench.rows", 100_000))
                : List.of(10_000, 100_000, 1_000_000);
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        try (TestDatabase database = postgres.database();
                ServerMeter meter = new ServerMeter(database);
                EmbeddedTomcat tomcat = new EmbeddedTomcat();
                HikariDataSource hikari = Pools.hikari(database)) {
            BasicDataSource dbcp = Pools.dbcp(database);
            SweepLimit limit = new SweepLimit(database, hikari);
            ManyRows rows = fill(options, database, tomcat, dbcp);
            Sweeps sweeps = new Sweeps(database, tomcat, dbcp, meter, limit, rows);
            sweeps.round(10_000, ONE_SWEEP, -1);
            sweeps.count(10_000, -1);
            for (int round = 0; round < Math.min(3, options.rounds()); round++) {
                for (int size : sizes(options)) {
                    for (int expired : expired(size)) {
                        sweeps.round(size, expired, round);
                    }
                    sweeps.count(size, round);
                }
            }
            dbcp.close();
            sweeps.describe(report);
            ConsolePages.measure(options, database, report);
        }
    }

    /** One in a hundred, and as many in each table, so that sizes can be compared. */
    private static List<Integer> expired(int size) {
        return IntStream.of(size / 100, ONE_SWEEP).distinct().sorted().boxed().toList();
    }

    private static ManyRows fill(Options options, TestDatabase database, EmbeddedTomcat tomcat, BasicDataSource dbcp)
            throws Exception {
        ManyRows rows = new ManyRows(database, tomcat);
        // Both make their tables.
        tomcat.remove(tomcat.add("/first", manager(Kind.STRICT, database, dbcp)));
        new DataSourceStores(database, dbcp, STOCK_TABLE);
        for (int size : sizes(options)) {
            rows.fillStock(STOCK_TABLE, application(size), size);
            rows.fillOurs(OURS, application(size), size);
            rows.fillOurs(SweepLimit.TABLE, application(size), size);
        }
        for (String table : List.of(STOCK_TABLE, OURS, SweepLimit.TABLE)) {
            database.update("vacuum analyze " + table);
        }
        return rows;
    }

    private static PersistentManagerBase manager(Kind kind, TestDatabase database, BasicDataSource dbcp) {
        PersistentManagerBase manager =
                switch (kind) {
                    case STOCK -> under(new DataSourceStores(database, dbcp, STOCK_TABLE));
                    case UNDER_TOMCATS -> under(JdbcStores.of(database, OURS));
                    case STRICT -> JdbcStores.shared(database, OURS, "strict");
                };
        manager.setProcessExpiresFrequency(1);
        return manager;
    }

    private static PersistentManager under(Store store) {
        PersistentManager manager = new PersistentManager();
        manager.setStore(store);
        return manager;
    }

    /** An application that wants to know when sessions end. */
    private static final class Listener implements HttpSessionListener {}

    private record Sweeps(
            TestDatabase database,
            EmbeddedTomcat tomcat,
            BasicDataSource dbcp,
            ServerMeter meter,
            SweepLimit limit,
            ManyRows rows,
            Map<String, Rounds> sweeps,
            Map<String, Rounds> counts) {

        Sweeps(
                TestDatabase database,
                EmbeddedTomcat tomcat,
                BasicDataSource dbcp,
                ServerMeter meter,
                SweepLimit limit,
                ManyRows rows) {
            this(database, tomcat, dbcp, meter, limit, rows, new LinkedHashMap<>(), new LinkedHashMap<>());
        }

        /** @param round negative: it does not count */
        void round(int size, int expired, int round) throws Exception {
            for (boolean listened : List.of(false, true)) {
                Rounds results = round < 0
                        ? new Rounds()
                        : sweeps.computeIfAbsent(
                                "%,d rows, %,d expired, %s session listener"
                                        .formatted(size, expired, listened ? "with a" : "without"),
                                each -> new Rounds());
                List<Kind> order = new ArrayList<>(List.of(Kind.values()));
                Collections.rotate(order, round);
                String series = round + " " + listened + expired;
                for (Kind kind : order) {
                    results.add(kind.label, sweep(kind, size, expired, listened, series));
                }
                rows.expireOurs(SweepLimit.TABLE, application(size), expired, "limit" + series);
                results.add(
                        Contenders.LIMIT,
                        meter.measure(expired, () -> expect(expired, limit.sweep(application(size)))));
            }
        }

        private void expire(Kind kind, int size, int expired, String series) {
            if (kind == Kind.STOCK) {
                rows.expireStock(kind.table(), application(size), expired, series);
            } else {
                rows.expireOurs(kind.table(), application(size), expired, series);
            }
        }

        private Measured sweep(Kind kind, int size, int expired, boolean listened, String series) throws Exception {
            PersistentManagerBase manager = manager(kind, database, dbcp);
            StandardContext context = tomcat.add(path(size), manager, listened ? new Listener() : null);
            try {
                for (int i = 0; i < PASSES_BEFORE; i++) { // of a server that has been up for some minutes
                    expire(kind, size, 1, kind.label + series + " " + i);
                    manager.backgroundProcess();
                }
                expire(kind, size, expired, kind.label + series);
                String table = kind.table();
                expect(expired, rows.expired(table, application(size)));
                Measured measured = meter.measure(expired, manager::backgroundProcess);
                expect(0, rows.expired(table, application(size)));
                return measured;
            } finally {
                tomcat.remove(context);
            }
        }

        void count(int size, int round) throws Exception {
            Rounds results =
                    round < 0 ? new Rounds() : counts.computeIfAbsent("%,d rows".formatted(size), each -> new Rounds());
            for (Kind kind : List.of(Kind.STOCK, Kind.STRICT)) {
                PersistentManagerBase manager = manager(kind, database, dbcp);
                StandardContext context = tomcat.add(path(size), manager);
                results.add(
                        kind.label,
                        meter.measure(1, () -> expect(size, manager.getStore().getSize())));
                tomcat.remove(context);
            }
            results.add(Contenders.LIMIT, meter.measure(1, () -> expect(size, limit.size(application(size)))));
        }

        /** Whoever is fast has done it. */
        private static void expect(long expected, long found) {
            if (expected != found) {
                throw new IllegalStateException(found + " rows, not " + expected);
            }
        }

        void describe(Report report) {
            report.heading("Sweeps for expired sessions")
                    .paragraph("The figures are for one of the sessions that expired.");
            BarChart chart = new BarChart("µs for an expired session");
            sweeps.forEach((title, rounds) ->
                    rounds.contenders().forEach(name -> chart.add(title, name, rounds.spread(name, Measured::micros))));
            report.plot("sweeps", chart);
            sweeps.forEach((title, rounds) -> report.table(title, rounds, OF_SWEEPS));
            report.heading("Counting: Store.getSize()");
            counts.forEach((title, rounds) -> report.table(title, rounds, OF_COUNTS));
        }
    }
}
