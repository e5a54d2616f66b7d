package io.sessionadmin.console;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** One real PostgreSQL for all tests of this module, and a schema of its own for each test. */
public final class Postgres {

    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static final Logger QUIET = Logger.getLogger("");
    private static final EmbeddedPostgres SERVER = start();

    private Postgres() {}

    private static EmbeddedPostgres start() {
        QUIET.setLevel(Level.WARNING);
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    server.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A database with an empty schema that nothing else uses. */
    public static DataSource freshSchema() throws SQLException {
        String schema = "test_" + SCHEMAS.incrementAndGet();
        execute(SERVER.getPostgresDatabase(), "create schema " + schema);
        return SERVER.getDatabase("postgres", "postgres", java.util.Map.of("currentSchema", schema));
    }

    /** The JDBC URL of a fresh schema. */
    public static String freshUrl() throws SQLException {
        String schema = "test_" + SCHEMAS.incrementAndGet();
        execute(SERVER.getPostgresDatabase(), "create schema " + schema);
        return SERVER.getJdbcUrl("postgres", "postgres") + "&currentSchema=" + schema;
    }

    /** The database of such a URL. */
    public static DataSource of(String url) {
        var source = new org.postgresql.ds.PGSimpleDataSource();
        source.setUrl(url);
        return source;
    }

    public static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text. */
    public static String value(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "no row";
        }
    }
}
