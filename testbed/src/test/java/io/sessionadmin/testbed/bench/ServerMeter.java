package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Stream;

/** What the server has done, read from outside: these numbers do not depend on who else uses the machine. */
final class ServerMeter implements AutoCloseable {

    /**
     * Since some beginning.
     *
     * @param walBytes written ahead
     * @param writes transactions that wrote something: each takes one transaction id
     * @param cpuMicros of all processes of the server, in steps of 10 ms
     */
    record Work(long walBytes, long writes, long cpuMicros) {
        Work since(Work before) {
            return new Work(walBytes - before.walBytes, writes - before.writes, cpuMicros - before.cpuMicros);
        }
    }

    /** Linux counts the time of processes in hundredths of a second, whatever the kernel's own clock is. */
    private static final long TICK_MICROS = 10_000;

    private final Connection connection;
    private final PreparedStatement counters;
    private final String postmaster;

    ServerMeter(TestDatabase database) throws SQLException {
        connection = database.connect();
        counters = connection.prepareStatement("""
                select (pg_current_wal_insert_lsn() - '0/0')::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                """);
        postmaster = String.valueOf(database.server().pid());
    }

    Work read() throws SQLException {
        try (ResultSet row = counters.executeQuery()) {
            row.next();
            return new Work(row.getLong(1), row.getLong(2), cpuMicros());
        }
    }

    /** Does something to many at once, and measures it as a whole. */
    Measured measure(long operations, Contender.Step step) throws Exception {
        Work before = read();
        long tripsBefore = CountingSockets.roundTrips();
        long began = System.nanoTime();
        step.run();
        double seconds = (System.nanoTime() - began) / 1e9;
        long trips = CountingSockets.roundTrips() - tripsBefore;
        return Measured.whole(operations, seconds, trips, read().since(before));
    }

    /** Of the postmaster, of its children that are there, and of those that have ended. */
    private long cpuMicros() {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return TICK_MICROS
                    * processes
                            .filter(process -> Character.isDigit(
                                    process.getFileName().toString().charAt(0)))
                            .mapToLong(this::ticks)
                            .sum();
        } catch (IOException e) {
            return 0; // not Linux
        }
    }

    private long ticks(Path process) {
        String stat;
        try {
            stat = Files.readString(process.resolve("stat"));
        } catch (IOException e) {
            return 0; // it has ended meanwhile
        }
        // proc(5); the name before the bracket may have blanks. [1] parent, [11] user, [12] system, [13] [14] of
        // children
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        boolean isPostmaster = process.getFileName().toString().equals(postmaster);
        if (!isPostmaster && !fields[1].equals(postmaster)) {
            return 0;
        }
        long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return isPostmaster ? own + Long.parseLong(fields[13]) + Long.parseLong(fields[14]) : own;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
