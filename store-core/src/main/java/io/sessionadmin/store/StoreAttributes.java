package io.sessionadmin.store;

import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.TableNames;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The attributes of {@code <Store>} as they were written, before the start checks and freezes them. */
final class StoreAttributes {

    private static final List<String> KNOWN = List.of(
            "driverName",
            "connectionURL",
            "connectionName",
            "connectionPassword",
            "dataSourceName",
            "localDataSource",
            "consoleURL",
            "sessionTable",
            "sessionAppCol",
            "sessionIdCol",
            "sessionDataCol",
            "sessionValidCol",
            "sessionMaxInactiveCol",
            "sessionLastAccessedCol",
            "schema",
            "orphanTimeout",
            "wholeStreams");

    private static final String ONE_WEEK = "604800";

    private final Map<String, String> written = new LinkedHashMap<>();

    void set(String name, String value) {
        written.put(name, value);
    }

    /** The names that the operator wrote. */
    Set<String> written() {
        return Set.copyOf(written.keySet());
    }

    /** @throws IllegalArgumentException for what is unknown, wrong or contradictory; says what to do */
    StoreSettings freeze() {
        Map<String, String> pool = new TreeMap<>();
        written.forEach((name, value) -> {
            if (KNOWN.contains(name)) {
                return;
            }
            if (!ConnectionPool.takes(name)) {
                throw new IllegalArgumentException("<Store " + name + "=\"" + shown(name, value)
                        + "\">: there is no such attribute; JdbcStore takes "
                        + String.join(", ", KNOWN) + ", and for its pool HikariCP's properties: "
                        + String.join(", ", ConnectionPool.names()));
            }
            pool.put(name, value);
        });
        return new StoreSettings(
                written.get("driverName"),
                written.get("connectionURL"),
                written.get("connectionName"),
                written.get("connectionPassword"),
                written.get("dataSourceName"),
                flag("localDataSource"),
                written.get("consoleURL"),
                names(),
                SchemaMode.parse(written.getOrDefault("schema", "validate")),
                orphanTimeout(),
                flag("wholeStreams"),
                pool);
    }

    /** A password under a misspelt name is still a password. */
    private static String shown(String name, String value) {
        return name.toLowerCase(Locale.ROOT).contains("pass") ? "..." : value;
    }

    /** The defaults are those of Tomcat's DataSourceStore. */
    private TableNames names() {
        return new TableNames(
                written.getOrDefault("sessionTable", "tomcat$sessions"),
                written.getOrDefault("sessionAppCol", "app"),
                written.getOrDefault("sessionIdCol", "id"),
                written.getOrDefault("sessionDataCol", "data"),
                written.getOrDefault("sessionValidCol", "valid"),
                written.getOrDefault("sessionMaxInactiveCol", "maxinactive"),
                written.getOrDefault("sessionLastAccessedCol", "lastaccess"));
    }

    private Duration orphanTimeout() {
        String value = written.getOrDefault("orphanTimeout", ONE_WEEK);
        try {
            long seconds = Long.parseLong(value);
            if (seconds >= 0) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "<Store orphanTimeout=\"" + value + "\">: use a number of seconds, 0 to keep orphans for ever");
    }

    private boolean flag(String attribute) {
        @Nullable String value = written.get(attribute);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw new IllegalArgumentException("<Store " + attribute + "=\"" + value + "\">: use true or false");
    }
}
