package io.sessionadmin.store;

import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.TableNames;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of {@code <Store>}, checked and frozen when the store starts. No database is asked here.
 *
 * @param consoleURL of a replica that the console reads; null: it reads where sessions are saved
 * @param orphanTimeout how long rows of contexts that are deployed nowhere are kept; zero: for ever
 * @param wholeStreams whether all of a session is written each time, for Tomcat's own store to read at any moment
 * @param pool settings of the connection pool, under HikariCP's own names
 */
record StoreSettings(
        @Nullable String driverName,
        @Nullable String connectionURL,
        @Nullable String connectionName,
        @Nullable String connectionPassword,
        @Nullable String dataSourceName,
        boolean localDataSource,
        @Nullable String consoleURL,
        TableNames names,
        SchemaMode schema,
        Duration orphanTimeout,
        boolean wholeStreams,
        Map<String, String> pool) {

    /** @throws IllegalArgumentException for attributes that contradict each other; says what to do */
    StoreSettings {
        pool = Map.copyOf(pool);
        driverName = blankToNull(driverName);
        connectionURL = blankToNull(connectionURL);
        dataSourceName = blankToNull(dataSourceName);
        consoleURL = blankToNull(consoleURL);
        if (connectionURL == null && dataSourceName == null) {
            throw new IllegalArgumentException("<Store>: it has neither connectionURL nor dataSourceName; set one,"
                    + " for example connectionURL=\"jdbc:postgresql://localhost/tomcat\"");
        }
        if (connectionURL != null && dataSourceName != null) {
            throw new IllegalArgumentException("<Store connectionURL=\"" + withoutParameters(connectionURL)
                    + "\" dataSourceName=\"" + dataSourceName + "\">: use one of the two");
        }
        if (dataSourceName != null && !pool.isEmpty()) {
            throw new IllegalArgumentException("<Store dataSourceName=\"" + dataSourceName + "\" "
                    + String.join(" ", pool.keySet())
                    + ">: the DataSource has a pool of its own; set the pool's size and times at its <Resource>");
        }
        if (connectionURL != null && !connectionURL.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("<Store connectionURL=\"" + withoutParameters(connectionURL)
                    + "\">: this store keeps sessions in PostgreSQL; use jdbc:postgresql://host:port/database");
        }
        if (consoleURL != null && !consoleURL.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("<Store consoleURL=\"" + withoutParameters(consoleURL)
                    + "\">: the console reads a replica of PostgreSQL; use jdbc:postgresql://host:port/database");
        }
    }

    /** The way to the replica that the console reads: two connections at most, which can't write. Null when there is none. */
    @Nullable
    StoreSettings ofReplica() {
        if (consoleURL == null) {
            return null;
        }
        Map<String, String> few = new TreeMap<>();
        pool.forEach((name, value) -> {
            if (name.startsWith("dataSource.")) {
                few.put(name, value);
            }
        });
        few.put("maximumPoolSize", "2");
        few.put("minimumIdle", "0");
        few.put("connectionInitSql", "set statement_timeout = '9s'; set default_transaction_read_only = on");
        return new StoreSettings(
                driverName,
                consoleURL,
                connectionName,
                connectionPassword,
                null,
                false,
                null,
                names,
                SchemaMode.NONE,
                orphanTimeout,
                wholeStreams,
                few);
    }

    /** The place without what may hold a password. */
    String place() {
        return connectionURL != null ? withoutParameters(connectionURL) : "dataSourceName=" + dataSourceName;
    }

    /** The place of the replica that the console reads, likewise; empty when there is none. */
    String replicaPlace() {
        return consoleURL == null ? "" : withoutParameters(consoleURL);
    }

    @Override
    public String toString() {
        return "StoreSettings[" + place() + ", " + names.table() + ", schema=" + schema + "]";
    }

    private static String withoutParameters(String url) {
        return url.replaceFirst("\\?.*", "").replaceFirst("//[^/@]*@", "//");
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.trim();
    }
}
