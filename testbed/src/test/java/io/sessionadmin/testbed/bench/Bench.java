package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;

/** Measures the store beside others on an embedded PostgreSQL that writes each commit to the disk. */
public final class Bench {

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
        Options options = Options.read();
        try (TestPostgres postgres = TestPostgres.own(SETTINGS)) {
            if (options.measures("sessions")) {
                sessions(options, postgres);
            }
        }
    }

    private static void sessions(Options options, TestPostgres postgres) throws Exception {
        SessionReport report = new SessionReport();
        try (TestDatabase database = postgres.database();
                ServerMeter meter = new ServerMeter(database);
                Contenders contenders = new Contenders(database)) {
            SessionWorkloads workloads = new SessionWorkloads(contenders.all(), options.operations(), meter);
            for (Scenario scenario : options.scenarios()) {
                workloads.round(scenario, -1); // so that all is compiled
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Scenario scenario : options.scenarios()) {
                    report.add(scenario, workloads.round(scenario, round));
                }
            }
        }
        System.out.println(report.markdown());
    }
}
