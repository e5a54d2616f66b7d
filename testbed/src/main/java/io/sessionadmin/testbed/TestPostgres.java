package io.sessionadmin.testbed;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
    private final Map<String, String> settings;
    private @Nullable EmbeddedPostgres server;
    private int port;

    private TestPostgres(Map<String, String> settings) {
        this.settings = settings;
        start();
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
        return running().getProcess().pid();
    }

    public boolean isRunning() {
        return server != null && server.getProcess().isAlive();
    }

    /** Starts, again after the first time, on the same port and data. */
    public synchronized void start() {
        if (isRunning()) {
            throw new IllegalStateException("PostgreSQL runs already");
        }
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("data"))
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(
                        Testbed.target().resolve("postgres").toFile())
                .setPGStartupWait(Duration.ofSeconds(60))
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("encoding", "UTF8")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("max_connections", "200")
                .setServerConfig("unix_socket_directories", "")
                .setErrorRedirector(logFile())
                .setOutputRedirector(logFile());
        settings.forEach(builder::setServerConfig);
        if (port != 0) {
            builder.setPort(port);
        }
        try {
            EmbeddedPostgres started = builder.start();
            server = started;
            port = started.getPort();
            Reaper.watch(started.getProcess().pid());
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start; see " + directory.resolve("log"), e);
        }
    }

    /** Stops at once, without waiting for clients: pg_ctl stop -m fast. */
    public synchronized void stop() {
        EmbeddedPostgres running = running();
        try {
            running.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Reaper.forget(running.getProcess().pid());
        server = null;
    }

    /** Ends without a word: SIGKILL to the server and all its children. */
    public synchronized void kill() {
        EmbeddedPostgres running = running();
        signal("KILL");
        running.getProcess().onExit().join();
        Reaper.forget(running.getProcess().pid());
        server = null;
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

    /** The server first, so that it starts no more children. */
    private void signal(String name) {
        ProcessHandle postmaster = running().getProcess().toHandle();
        List<ProcessHandle> all = new ArrayList<>(
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList());
        if (name.equals("CONT")) {
            Collections.reverse(all);
        }
        Reaper.signal(name, pid());
        for (ProcessHandle child : all) {
            if (child.pid() != pid() && child.isAlive()) {
                Reaper.signal(name, child.pid());
            }
        }
    }

    private EmbeddedPostgres running() {
        EmbeddedPostgres running = server;
        if (running == null) {
            throw new IllegalStateException("PostgreSQL does not run");
        }
        return running;
    }

    private ProcessBuilder.Redirect logFile() {
        return ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile());
    }

    private static final class Shared {
        static final TestPostgres SERVER = new TestPostgres(Map.of("fsync", "off"));
    }
}
