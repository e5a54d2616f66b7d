package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import io.sessionadmin.testbed.Testbed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.catalina.Store;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardSession;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSource;

/** Many sessions at once: what the background pass backs up, and what a stop writes. */
final class BulkSection implements Section {

    private static final List<Column> COLUMNS = List.of(
            Column.PER_SECOND,
            Column.MILLIS,
            Column.TIMES_STOCK,
            Column.TIMES_LIMIT,
            Column.ROUND_TRIPS,
            Column.COMMITS,
            Column.WAL,
            Column.CPU);

    private static final String SERIALISING = "serialising alone";

    /** A manager with its store, in a context that is started and stopped. */
    private record Kept(String name, PersistentManagerBase manager, StandardContext context) {

        static Kept of(String name, EmbeddedTomcat tomcat, PersistentManagerBase manager, int number) throws Exception {
            manager.setMaxIdleBackup(0);
            manager.setProcessExpiresFrequency(1);
            return new Kept(name, manager, tomcat.add("/bulk" + number, manager));
        }

        private static PersistentManager stock(Store store) {
            PersistentManager manager = new PersistentManager();
            manager.setStore(store);
            return manager;
        }

        List<StandardSession> visited(int sessions, int bytes) {
            List<StandardSession> visited = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                StandardSession session = (StandardSession) manager.createSession(null);
                session.access();
                Payload.of(bytes, i).changes(Operation.NEW).forEach(session::setAttribute);
                session.endAccess();
                visited.add(session);
            }
            return visited;
        }

        long saved() throws Exception {
            return manager.getStore().getSize();
        }
    }

    @Override
    public String name() {
        return "bulk";
    }

    @Override
    public String title() {
        return "Saving many sessions at once";
    }

    /** What was measured. */
    private static final class Results {
        final Rounds fresh = new Rounds();
        final Rounds changed = new Rounds();
        final Rounds stopped = new Rounds();
        final Rounds many = new Rounds();
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        int sessions = options.quick() ? 500 : 1_000;
        Results results = new Results();
        try (TestDatabase database = postgres.database();
                ServerMeter meter = new ServerMeter(database);
                EmbeddedTomcat tomcat = new EmbeddedTomcat();
                HikariDataSource hikari = Pools.hikari(database)) {
            BasicDataSource dbcp = Pools.dbcp(database);
            List<Kept> all = open(database, tomcat, dbcp, hikari);
            BatchLimit limit = new BatchLimit(database, hikari);
            rounds(all, 100, 1, meter, limit, new Results()); // so that all is compiled
            rounds(all, sessions, options.rounds(), meter, limit, results);
            if (!options.quick()) {
                many(all, Math.min(2, options.rounds()), meter, limit, results.many);
            }
            for (Kept kept : all) {
                tomcat.remove(kept.context());
            }
            dbcp.close();
        }
        describe(sessions, results, report);
    }

    private static void rounds(
            List<Kept> all, int sessions, int rounds, ServerMeter meter, BatchLimit limit, Results results)
            throws Exception {
        for (int round = 0; round < rounds; round++) {
            List<Kept> order = new ArrayList<>(all);
            Collections.rotate(order, round);
            limits(all.get(0), sessions, 8 << 10, meter, limit, results.fresh);
            for (Kept kept : order) {
                backUpAndStop(kept, sessions, meter, results);
            }
        }
    }

    private static void many(List<Kept> all, int rounds, ServerMeter meter, BatchLimit limit, Rounds results)
            throws Exception {
        for (int round = 0; round < rounds; round++) {
            limits(all.get(0), 10_000, 2 << 10, meter, limit, results);
            List<Kept> order = new ArrayList<>(all);
            Collections.rotate(order, 2 * round); // so that it is not always the same one's disk that is tired
            for (Kept kept : order) {
                kept.visited(10_000, 2 << 10);
                results.add(kept.name(), stop(kept, 10_000, meter));
            }
        }
    }

    /** Serialising alone, and writing alone. */
    private static void limits(Kept any, int sessions, int bytes, ServerMeter meter, BatchLimit limit, Rounds results)
            throws Exception {
        List<StandardSession> visited = any.visited(sessions, bytes);
        List<byte[]> streams = new ArrayList<>();
        results.add(SERIALISING, meter.measure(sessions, () -> {
            for (StandardSession session : visited) {
                streams.add(LimitContender.serialised(session));
            }
        }));
        visited.forEach(session -> any.manager().remove(session));
        limit.clear();
        results.add(Contenders.LIMIT, meter.measure(sessions, () -> limit.write(streams)));
    }

    private static void describe(int sessions, Results results, Report report) {
        report.paragraph("The limit writes batches of 100 in a transaction, one after the other, serialised before.");
        BarChart chart = new BarChart("Sessions per second, 8 kB");
        plot(chart, "a background pass backs up new ones", results.fresh);
        plot(chart, "a small attribute of each has changed", results.changed);
        plot(chart, "a stop saves them", results.stopped);
        report.plot("8kb", chart)
                .table("A background pass backs up " + sessions + " new sessions of 8 kB", results.fresh, COLUMNS)
                .table(
                        "A background pass backs up " + sessions + " sessions of 8 kB after a small change of each",
                        results.changed,
                        COLUMNS)
                .table(
                        "A stop saves " + sessions + " sessions of 8 kB of which all attributes have changed",
                        results.stopped,
                        COLUMNS);
        if (!results.many.isEmpty()) {
            report.table("A stop saves 10,000 new sessions of 2 kB", results.many, COLUMNS);
        }
    }

    private static void plot(BarChart chart, String group, Rounds rounds) {
        rounds.contenders().forEach(name -> chart.add(group, name, rounds.spread(name, Measured::perSecond)));
    }

    private static List<Kept> open(
            TestDatabase database, EmbeddedTomcat tomcat, BasicDataSource dbcp, HikariDataSource hikari)
            throws Exception {
        FileStore files = new FileStore();
        files.setDirectory(Testbed.freshDirectory("bench", "bulk").toString());
        return List.of(
                Kept.of(Contenders.STOCK, tomcat, Kept.stock(new DataSourceStores(database, dbcp, "bulk_dbcp")), 1),
                Kept.of(
                        "DataSourceStore, HikariCP",
                        tomcat,
                        Kept.stock(new DataSourceStores(database, hikari, "bulk_hikari")),
                        2),
                Kept.of("FileStore", tomcat, Kept.stock(files), 3),
                Kept.of("JdbcStore, PersistentManager", tomcat, Kept.stock(JdbcStores.of(database, "bulk_jdbc")), 4),
                Kept.of("JdbcStore, sticky", tomcat, JdbcStores.shared(database, "bulk_sticky", "sticky"), 5));
    }

    private static void backUpAndStop(Kept kept, int sessions, ServerMeter meter, Results results) throws Exception {
        List<StandardSession> visited = kept.visited(sessions, 8 << 10);
        Measured first = meter.measure(sessions, kept.manager()::backgroundProcess);
        expectSaved(kept, sessions);
        Payload payload = Payload.of(8 << 10, 99);
        for (StandardSession session : visited) {
            session.access();
            payload.changes(Operation.CHANGED).forEach(session::setAttribute);
            session.endAccess();
        }
        Measured second = meter.measure(sessions, kept.manager()::backgroundProcess);
        for (StandardSession session : visited) {
            session.access();
            payload.changes(Operation.ALL).forEach(session::setAttribute);
            session.endAccess();
        }
        Measured last = stop(kept, sessions, meter);
        results.fresh.add(kept.name(), first);
        results.changed.add(kept.name(), second);
        results.stopped.add(kept.name(), last);
    }

    /** Stops the context, and starts it with an empty store. */
    private static Measured stop(Kept kept, int sessions, ServerMeter meter) throws Exception {
        Measured measured = meter.measure(sessions, kept.context()::stop);
        kept.context().start();
        expectSaved(kept, sessions);
        kept.manager().getStore().clear();
        return measured;
    }

    /** Whoever is fast has done it. */
    private static void expectSaved(Kept kept, int sessions) throws Exception {
        if (kept.saved() != sessions) {
            throw new IllegalStateException(kept.name() + " has " + kept.saved() + " sessions, not " + sessions);
        }
    }
}
