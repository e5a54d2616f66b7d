package io.sessionadmin.store;

import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.TableNames;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of {@code <Store>}, checked and frozen when the store starts. No database is asked here.
 *
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
    }

    /** The place without what may hold a password. */
    String place() {
        return connectionURL != null ? withoutParameters(connectionURL) : "dataSourceName=" + dataSourceName;
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
