package io.sessionadmin.store;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.table.TableNames;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The attributes of a {@code <Store>} as they are in effect, for people to read: no password is among them. */
final class ShownSettings {

    private static final String HIDDEN = "...";

    private ShownSettings() {}

    /** @param connections null while the store is not started */
    static Map<String, String> of(StoreSettings settings, @Nullable DataSource connections) {
        Map<String, String> shown = new LinkedHashMap<>();
        if (settings.dataSourceName() == null) {
            shown.put("driverName", settings.driverName() == null ? "org.postgresql.Driver" : settings.driverName());
            shown.put("connectionURL", settings.place());
            shown.put("connectionName", settings.connectionName() == null ? "" : settings.connectionName());
        } else {
            shown.put("dataSourceName", settings.dataSourceName());
            shown.put("localDataSource", String.valueOf(settings.localDataSource()));
        }
        TableNames names = settings.names();
        shown.put("sessionTable", names.table());
        shown.put("sessionAppCol", names.app());
        shown.put("sessionIdCol", names.id());
        shown.put("sessionDataCol", names.data());
        shown.put("sessionValidCol", names.valid());
        shown.put("sessionMaxInactiveCol", names.maxInactive());
        shown.put("sessionLastAccessedCol", names.lastAccessed());
        shown.put("schema", settings.schema().name().toLowerCase(Locale.ROOT));
        shown.put("consoleURL", settings.replicaPlace());
        shown.put("wholeStreams", String.valueOf(settings.wholeStreams()));
        shown.put("orphanTimeout", String.valueOf(settings.orphanTimeout().toSeconds()));
        if (connections instanceof HikariDataSource pool) {
            shown.put("maximumPoolSize", String.valueOf(pool.getMaximumPoolSize()));
            shown.put("minimumIdle", String.valueOf(pool.getMinimumIdle()));
            shown.put("connectionTimeout", String.valueOf(pool.getConnectionTimeout()));
            shown.put("validationTimeout", String.valueOf(pool.getValidationTimeout()));
            shown.put("idleTimeout", String.valueOf(pool.getIdleTimeout()));
            shown.put("maxLifetime", String.valueOf(pool.getMaxLifetime()));
            shown.put("keepaliveTime", String.valueOf(pool.getKeepaliveTime()));
            shown.put("leakDetectionThreshold", String.valueOf(pool.getLeakDetectionThreshold()));
        }
        settings.pool().forEach((name, value) -> shown.putIfAbsent(name, mayBeSecret(name) ? HIDDEN : value));
        return shown;
    }

    private static boolean mayBeSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("pass") || lower.contains("secret") || lower.contains("key") || lower.contains("url");
    }
}
