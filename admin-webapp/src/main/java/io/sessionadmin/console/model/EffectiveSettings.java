package io.sessionadmin.console.model;

import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.SharedPersistentManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.SessionIdGenerator;
import org.apache.catalina.Store;
import org.apache.catalina.session.DataSourceStore;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardManager;
import org.apache.tomcat.util.IntrospectionUtils;

/**
 * The attributes of the <a href="https://tomcat.apache.org/tomcat-11.0-doc/config/manager.html">Manager</a>, its
 * SessionIdGenerator and its Store, as Tomcat documents them, and of ours, each as it is in effect.
 */
final class EffectiveSettings {

    private static final String UNSET = "";

    private static final Map<String, String> ANY_MANAGER = defaults(
            "maxActiveSessions", "-1",
            "notifyAttributeListenerOnUnchangedValue", "true",
            "notifyBindingListenerOnUnchangedValue", "false",
            "persistAuthentication", "false",
            "processExpiresFrequency", "6",
            "secureRandomAlgorithm", "SHA1PRNG",
            "secureRandomClass", UNSET,
            "secureRandomProvider", UNSET,
            "sessionActivityCheck", "false",
            "sessionAttributeNameFilter", UNSET,
            "sessionAttributeValueClassNameFilter", UNSET,
            "sessionLastAccessAtStart", "false",
            "warnOnSessionAttributeFilterFailure", "false");
    private static final Map<String, String> STANDARD = defaults("pathname", "SESSIONS.ser");
    private static final Map<String, String> PERSISTENT =
            defaults("maxIdleBackup", "-1", "minIdleSwap", "-1", "maxIdleSwap", "-1", "saveOnRestart", "true");
    private static final Map<String, String> SHARED = defaults(
            "coherence", "strict",
            "touchInterval", "60",
            "sessionLocking", "none",
            "sessionLockTimeout", "30",
            "onStoreUnavailable", "error",
            "stopTimeout", "30",
            "node", UNSET);
    private static final Map<String, String> ID_GENERATOR = defaults("jvmRoute", UNSET, "sessionIdLength", "16");
    private static final Map<String, String> DATA_SOURCE_STORE = defaults(
            "dataSourceName", UNSET,
            "localDataSource", "false",
            "sessionTable", "tomcat$sessions",
            "sessionAppCol", "app",
            "sessionIdCol", "id",
            "sessionDataCol", "data",
            "sessionValidCol", "valid",
            "sessionMaxInactiveCol", "maxinactive",
            "sessionLastAccessedCol", "lastaccess");
    private static final Map<String, String> FILE_STORE = defaults("directory", ".");
    private static final Map<String, String> OUR_STORE = defaults(
            "driverName", "org.postgresql.Driver",
            "schema", "validate",
            "orphanTimeout", "604800",
            "maximumPoolSize", "10",
            "minimumIdle", "1",
            "connectionTimeout", "5000",
            "validationTimeout", "2000",
            "idleTimeout", "600000",
            "maxLifetime", "1800000",
            "keepaliveTime", "120000",
            "leakDetectionThreshold", "0",
            "consoleURL", UNSET,
            "wholeStreams", "false",
            "localDataSource", "false");

    private final List<Setting> settings = new ArrayList<>();

    private EffectiveSettings() {}

    private static Map<String, String> defaults(String... pairs) {
        Map<String, String> defaults = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            defaults.put(pairs[i], pairs[i + 1]);
        }
        return defaults;
    }

    static List<Setting> of(Context context) {
        EffectiveSettings found = new EffectiveSettings();
        Manager manager = context.getManager();
        if (manager != null) {
            found.manager(manager);
            found.generator(manager.getSessionIdGenerator());
        }
        DeployedContext.storeOf(context).ifPresent(found::store);
        found.add("Context", "distributable", context.getDistributable(), "true");
        found.add("Context", "sessionTimeout", context.getSessionTimeout(), "30");
        found.add("Context", "backgroundProcessorDelay", context.getBackgroundProcessorDelay(), "-1");
        return List.copyOf(found.settings);
    }

    private void manager(Manager manager) {
        add("Manager", "className", manager.getClass().getName(), StandardManager.class.getName());
        addAll("Manager", manager, ANY_MANAGER);
        if (manager instanceof StandardManager) {
            addAll("Manager", manager, STANDARD);
        }
        if (manager instanceof PersistentManagerBase) {
            addAll("Manager", manager, PERSISTENT);
        }
        if (manager instanceof SharedPersistentManager) {
            addAll("Manager", manager, SHARED);
        }
    }

    private void generator(SessionIdGenerator generator) {
        if (generator != null) {
            add(
                    "SessionIdGenerator",
                    "className",
                    generator.getClass().getName(),
                    generator.getClass().getName());
            addAll("SessionIdGenerator", generator, ID_GENERATOR);
        }
    }

    private void store(Store store) {
        add("Store", "className", store.getClass().getName(), store.getClass().getName());
        if (store instanceof JdbcStore ours) {
            Set<String> written = ours.written();
            ours.settings()
                    .forEach((name, value) ->
                            add("Store", name, value, OUR_STORE.getOrDefault(name, value), written.contains(name)));
        } else if (store instanceof DataSourceStore) {
            addAll("Store", store, DATA_SOURCE_STORE);
        } else if (store instanceof FileStore) {
            addAll("Store", store, FILE_STORE);
        }
    }

    private void addAll(String element, Object bean, Map<String, String> defaults) {
        defaults.forEach((name, value) -> {
            Object effective = IntrospectionUtils.getProperty(bean, name);
            add(element, name, effective == null ? UNSET : effective, value);
        });
    }

    private void add(String element, String name, Object value, String usual) {
        add(element, name, value, usual, false);
    }

    private void add(String element, String name, Object value, String usual, boolean written) {
        String text = String.valueOf(value);
        boolean changed = !text.equals(usual);
        String shown = mayBeSecret(name) && !text.isEmpty() ? "..." : text;
        settings.add(new Setting(element, name, shown, written || changed, changed));
    }

    /** None of the names above is one; a subclass may have its own idea of them. */
    private static boolean mayBeSecret(String name) {
        return name.toLowerCase(Locale.ROOT).contains("password");
    }
}
