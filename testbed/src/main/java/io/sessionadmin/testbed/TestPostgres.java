package io.sessionadmin.testbed;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server, as root too. The shared one lives as long as this JVM; one of your own can be stopped,
 * frozen, killed and started again on the same port and the same files.
 */
public final class TestPostgres implements AutoCloseable {
    // A server that was killed on purpose is an error to the library; what fails here is an exception anyway.
    private static final Logger LIBRARY = Logger.getLogger("io.zonky.test.db.postgres");
    private static final AtomicInteger DATABASES = new AtomicInteger();

    static {
        LIBRARY.setLevel(Level.OFF);
    }

    private final Path directory = Testbed.freshDirectory("postgres", "pg");
    private final Map<String, String> settings;
    private @Nullable EmbeddedPostgres server;
    private @Nullable ProcessHandle postmaster;
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
                .setServerConfig("synchronous_commit", "on")
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
            postmaster = readPid();
            Reaper.watch(pid());
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start; see " + directory.resolve("log"), e);
        }
    }

    /** Stops at once, without waiting for clients: pg_ctl stop -m fast. */
    public synchronized void stop() {
        closeLibrary();
        ended(postmaster());
    }

    /** Ends without a word: SIGKILL to the server and all its children. */
    public synchronized void kill() {
        ProcessHandle running = postmaster();
        signal("STOP");
        signal("KILL");
        ended(running);
        closeLibrary();
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

    /** Stops the server if it runs; lets go of the lock of its directory in any case. */
    private void closeLibrary() {
        try {
            if (server != null) {
                server.close();
                server = null;
            }
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

    /** The library knows pg_ctl, which ends at once, and not the server that it starts. */
    private ProcessHandle readPid() throws IOException {
        String pid =
                Files.readAllLines(directory.resolve("data/postmaster.pid")).get(0);
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow(() -> new IOException("PostgreSQL ended at once"));
    }

    private ProcessBuilder.Redirect logFile() {
        return ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile());
    }

    private static final class Shared {
        static final TestPostgres SERVER = new TestPostgres(Map.of());
    }
}
