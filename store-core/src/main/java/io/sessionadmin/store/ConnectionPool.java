package io.sessionadmin.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import com.zaxxer.hikari.util.PropertyElf;
import io.sessionadmin.table.ConnectionSource;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The store's own pool of connections: HikariCP, with waits that are bounded unless the operator says otherwise. */
final class ConnectionPool {

    /** HikariCP's properties that other attributes of the store decide. */
    private static final Set<String> TAKEN = Set.of(
            "jdbcUrl",
            "username",
            "password",
            "credentials",
            "driverClassName",
            "dataSource",
            "dataSourceClassName",
            "dataSourceJNDI",
            "dataSourceProperties",
            "healthCheckProperties",
            "healthCheckRegistry",
            "metricRegistry",
            "metricsTrackerFactory",
            "scheduledExecutor",
            "threadFactory",
            "autoCommit",
            "readOnly",
            "initializationFailTimeout");

    private static final String DRIVERS_OWN = "dataSource.";

    /** Held here, or its level would go with it. */
    private static @Nullable Logger hikari;

    private ConnectionPool() {}

    /** Whether {@code <Store>} takes this attribute for the pool. */
    static boolean takes(String attribute) {
        return attribute.startsWith(DRIVERS_OWN) || names().contains(attribute);
    }

    /** The attributes of the pool, for messages. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(PropertyElf.getPropertyNames(HikariConfig.class));
        names.removeAll(TAKEN);
        return names;
    }

    /**
     * Opens the pool. When PostgreSQL can't be reached at once the pool stays and goes on trying, and
     * {@code unreachable} is told why.
     *
     * @throws IllegalArgumentException when a setting is wrong or the driver is missing; says what to do
     */
    static HikariDataSource open(
            StoreSettings settings, String name, java.util.function.Consumer<SQLException> unreachable) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        // Threads of the pool and the driver must not keep the application's class loader alive.
        Thread.currentThread().setContextClassLoader(ConnectionPool.class.getClassLoader());
        keepHikariQuiet();
        try {
            HikariConfig config = config(settings, name);
            config.setInitializationFailTimeout(1);
            try {
                return new HikariDataSource(config);
            } catch (PoolInitializationException e) {
                unreachable.accept(sqlCause(e));
                HikariConfig patient = config(settings, name);
                patient.setInitializationFailTimeout(-1);
                return new HikariDataSource(patient);
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /**
     * HikariCP has a line and a stack trace for each connection that breaks, which {@link StoreHealth} says once for all.
     * Whoever wants them sets a level in logging.properties. Loggers belong to the thread's class loader in Tomcat's JULI:
     * this is to be called with the one with which HikariCP is to get its own, also those that it would get later, on
     * the thread of a request.
     */
    private static synchronized void keepHikariQuiet() {
        if (hikari != null) {
            return;
        }
        hikari = Logger.getLogger(HikariDataSource.class.getPackageName());
        if (hikari.getLevel() == null) {
            hikari.setLevel(Level.OFF);
        }
        for (String withLogger : List.of("PoolEntry", "ProxyConnection", "ProxyLeakTask")) {
            try {
                Class.forName(
                        HikariPool.class.getPackageName() + "." + withLogger, true, HikariPool.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("this is not the HikariCP that the store was built with", e);
            }
        }
    }

    /** Connections outside of the pool, for one that listens. */
    static ConnectionSource direct(StoreSettings settings) {
        Properties properties = new Properties();
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "session-store listener");
        settings.pool().forEach((key, value) -> {
            if (key.startsWith(DRIVERS_OWN)) {
                properties.setProperty(key.substring(DRIVERS_OWN.length()), value);
            }
        });
        if (settings.connectionName() != null) {
            properties.setProperty("user", settings.connectionName());
        }
        if (settings.connectionPassword() != null) {
            properties.setProperty("password", settings.connectionPassword());
        }
        String url = Objects.requireNonNull(settings.connectionURL());
        return () -> DriverManager.getConnection(url, properties);
    }

    private static HikariConfig config(StoreSettings settings, String name) {
        HikariConfig config = new HikariConfig();
        String driver = Objects.requireNonNullElse(settings.driverName(), "org.postgresql.Driver");
        try {
            config.setDriverClassName(driver);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "<Store driverName=\"" + driver
                            + "\">: there is no such class; copy PostgreSQL's JDBC driver (postgresql-42.x.jar) to"
                            + " $CATALINA_BASE/lib",
                    e);
        }
        config.setPoolName(name);
        config.setThreadFactory(work -> thread(work, name));
        config.setJdbcUrl(settings.connectionURL());
        config.setUsername(settings.connectionName());
        config.setPassword(settings.connectionPassword());
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1); // each context of each node has a pool: ten idle connections each are too many
        config.setConnectionTimeout(5_000);
        config.setValidationTimeout(2_000);
        // What the URL says wins over these. A server that hangs must not hold a request for ever.
        config.addDataSourceProperty("socketTimeout", "10");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", "session-store");
        // The server gives up first: a statement that nobody waits for any more must not hold a connection of its.
        config.setConnectionInitSql("set lock_timeout = '5s'; set statement_timeout = '9s'");
        // PostgreSQL's details quote key values, and so session ids.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        settings.pool().forEach((key, value) -> set(config, key, value));
        try {
            config.validate();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IllegalArgumentException("<Store>: " + e.getMessage(), e);
        }
        return config;
    }

    /** Threads that are made while an application runs would inherit its class loader, and Tomcat rightly complains. */
    private static Thread thread(Runnable work, String pool) {
        Thread thread = new Thread(work, pool);
        thread.setDaemon(true);
        thread.setContextClassLoader(ConnectionPool.class.getClassLoader());
        return thread;
    }

    private static void set(HikariConfig config, String key, String value) {
        Properties one = new Properties();
        one.putAll(Map.of(key, value));
        try {
            PropertyElf.setTargetFromProperties(config, one);
        } catch (RuntimeException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new IllegalArgumentException(
                    "<Store " + key + "=\"" + value + "\">: " + root.getMessage() + "; see HikariCP's " + key, e);
        }
    }

    private static SQLException sqlCause(PoolInitializationException e) {
        return e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getMessage(), e);
    }

    static void close(DataSource dataSource) {
        if (dataSource instanceof HikariDataSource pool) {
            pool.close();
        }
    }
}
