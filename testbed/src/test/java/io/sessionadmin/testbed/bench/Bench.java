package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogManager;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSource;

/** Measures the store beside others on an embedded PostgreSQL that writes each commit to the disk. */
public final class Bench {

    static final String STOCK = "DataSourceStore, DBCP";
    static final String LIMIT = "the limit";

    /** As a database that people rely on is run; with room for what is measured, and without checkpoints in between. */
    static final Map<String, String> SETTINGS = Map.of(
            "fsync", "on",
            "synchronous_commit", "on",
            "autovacuum", "on",
            "shared_buffers", "512MB",
            "max_wal_size", "8GB",
            "checkpoint_timeout", "30min");

    private Bench() {}

    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().getLogger("").setLevel(Level.SEVERE);
        int rounds = Integer.getInteger("bench.rounds", 5);
        Set<Operation> operations = operations(System.getProperty("bench.only", ""));
        SessionReport report = new SessionReport();
        try (TestPostgres postgres = TestPostgres.own(SETTINGS);
                TestDatabase database = postgres.database();
                ServerMeter meter = new ServerMeter(database);
                EmbeddedTomcat tomcat = new EmbeddedTomcat()) {
            List<Contender> contenders = contenders(tomcat, database);
            SessionWorkloads workloads = new SessionWorkloads(contenders, operations, meter);
            Scenario scenario = new Scenario(8 << 10, 1, Integer.getInteger("bench.sessions", 200));
            workloads.round(scenario, -1); // so that all is compiled
            for (int round = 0; round < rounds; round++) {
                report.add(scenario, workloads.round(scenario, round));
            }
            for (Contender contender : contenders) {
                contender.close();
            }
        }
        System.out.println(report.markdown());
    }

    private static Set<Operation> operations(String only) {
        if (only.isBlank()) {
            return EnumSet.allOf(Operation.class);
        }
        Set<Operation> operations = EnumSet.of(Operation.NEW);
        for (String name : only.split(",", -1)) {
            operations.add(Operation.valueOf(name.trim().toUpperCase(Locale.ROOT)));
        }
        return operations;
    }

    static List<Contender> contenders(EmbeddedTomcat tomcat, TestDatabase database) throws Exception {
        List<Contender> contenders = new ArrayList<>();
        BasicDataSource dbcp = Pools.dbcp(database);
        contenders.add(new TomcatContender(STOCK, tomcat, new DataSourceStores(database, dbcp, "stock_dbcp"), dbcp));
        var hikari = Pools.hikari(database);
        contenders.add(new TomcatContender(
                "DataSourceStore, HikariCP", tomcat, new DataSourceStores(database, hikari, "stock_hikari"), hikari));
        contenders.add(new TomcatContender(
                "ours, PersistentManager",
                tomcat,
                SharedContender.store(database, "ours_stock", Map.of("maximumPoolSize", "16")),
                null));
        contenders.add(new SharedContender(tomcat, database, "ours_strict"));
        contenders.add(new LimitContender(tomcat, database));
        return contenders;
    }
}
