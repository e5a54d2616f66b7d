package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server, as root too. The shared one lives as long as this JVM; one of your own can be stopped,
 * frozen, killed and started again on the same port and the same files.
 */
public final class TestPostgres implements AutoCloseable {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Path directory = Testbed.freshDirectory("postgres", "pg");
    private final Path data = directory.resolve("data");
    private final Path log = directory.resolve("log");
    private @Nullable ProcessHandle postmaster;
    private int port;

    private TestPostgres(Map<String, String> settings) {
        initialise(settings);
        start();
    }

    private TestPostgres(TestPostgres primary) {
        try (Stream<Path> files = Files.walk(primary.data)) {
            for (Path file : files.toList()) {
                Files.copy(file, data.resolve(primary.data.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Files.writeString(data.resolve("standby.signal"), "");
            Files.writeString(
                    data.resolve("postgresql.conf"),
                    "primary_conninfo = 'host=127.0.0.1 port=" + primary.port + " user=postgres'\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server of this JVM. Don't stop it. */
    public static TestPostgres shared() {
        return Shared.SERVER;
    }

    /** A server to break. */
    public static TestPostgres own() {
        return new TestPostgres(Map.of());
    }

    /** A server with settings of postgresql.conf. */
    public static TestPostgres own(Map<String, String> settings) {
        return new TestPostgres(settings);
    }

    /**
     * A standby of this server that follows it by streaming; yours to close. This server is stopped and started again for
     * it: the copy of its files is a cold one.
     */
    public TestPostgres standby() {
        stop();
        TestPostgres standby = new TestPostgres(this);
        start();
        standby.start();
        return standby;
    }

    /** A fresh database; closing it drops it. */
    public TestDatabase database() {
        String name = "db" + DATABASES.incrementAndGet();
        postgres().update("create database " + name);
        return new TestDatabase(this, name);
    }

    public int port() {
        return port;
    }

    public long pid() {
        return postmaster().pid();
    }

    public boolean isRunning() {
        return postmaster != null && postmaster.isAlive();
    }

    /** Starts, again after the first time, on the same port and data. */
    public synchronized void start() {
        if (isRunning()) {
            throw new IllegalStateException("PostgreSQL runs already");
        }
        boolean first = port == 0;
        for (int attempt = 1; ; attempt++) {
            if (first) {
                port = freePort();
            }
            try {
                PostgresBinaries.run(
                        log, "pg_ctl", "-D", data.toString(), "-o", "-p " + port, "-l", log.toString(), "-w", "start");
                break;
            } catch (IllegalStateException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
        postmaster = readPid();
        Reaper.watch(pid());
    }

    /** Stops at once, without waiting for clients: pg_ctl stop -m fast. */
    public synchronized void stop() {
        ProcessHandle running = postmaster();
        PostgresBinaries.run(log, "pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop");
        ended(running);
    }

    /** Ends without a word: SIGKILL to the server and all its children. */
    public synchronized void kill() {
        ProcessHandle running = postmaster();
        signal("STOP");
        signal("KILL");
        ended(running);
    }

    /** Freezes the server and all its children: connections stay open and nothing answers. */
    public synchronized void suspend() {
        signal("STOP");
    }

    public synchronized void resume() {
        signal("CONT");
    }

    @Override
    public synchronized void close() {
        if (isRunning()) {
            resume();
            stop();
        }
        Testbed.delete(directory);
    }

    /** The administrative database. */
    TestDatabase postgres() {
        return new TestDatabase(this, "postgres");
    }

    /** The server first, so that it starts no more children; those may end meanwhile. */
    private void signal(String name) {
        ProcessHandle running = postmaster();
        List<ProcessHandle> children = running.descendants().toList();
        Reaper.signal(name, running.pid());
        children.forEach(child -> Reaper.signal(name, child.pid()));
    }

    /** Without fsync, which only a crash of the machine would miss, but with each commit written out. */
    private void initialise(Map<String, String> settings) {
        PostgresBinaries.run(
                log,
                "initdb",
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N");
        var lines = new StringBuilder("""
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                max_connections = 200
                fsync = off
                """);
        settings.forEach(
                (name, value) -> lines.append(name).append(" = '").append(value).append("'\n"));
        try {
            Files.writeString(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ended(ProcessHandle running) {
        Await.until("PostgreSQL has ended", () -> !running.isAlive());
        Reaper.forget(running.pid());
        postmaster = null;
    }

    private ProcessHandle postmaster() {
        ProcessHandle running = postmaster;
        if (running == null) {
            throw new IllegalStateException("PostgreSQL does not run");
        }
        return running;
    }

    private ProcessHandle readPid() {
        try {
            String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
            return ProcessHandle.of(Long.parseLong(pid))
                    .orElseThrow(() -> new IllegalStateException("PostgreSQL ended at once"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Shared {
        static final TestPostgres SERVER = new TestPostgres(Map.of());
    }
}
