package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestPostgres;
import java.util.List;
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

    private static final List<Section> SECTIONS = List.of(
            new SessionsSection(),
            new BulkSection(),
            new RowsSection(),
            new RequestsSection(),
            new MemorySection(),
            new GrowthSection());

    private Bench() {}

    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().getLogger("").setLevel(Level.SEVERE);
        Options options = Options.read(SECTIONS.stream().map(Section::name).toList());
        try (TestPostgres postgres = TestPostgres.own(SETTINGS)) {
            for (Section section : SECTIONS) {
                if (options.measures(section.name())) {
                    Report report = new Report(section.name(), section.title(), Machine.describe(options));
                    section.measure(options, postgres, report);
                    report.write(options.out());
                    System.out.println(report.markdown());
                }
            }
        }
    }
}
