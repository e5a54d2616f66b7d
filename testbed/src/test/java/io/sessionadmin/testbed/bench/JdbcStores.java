package io.sessionadmin.testbed.bench;

import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.testbed.TestDatabase;

/** Our store and our manager, as the documentation shows them. */
final class JdbcStores {

    private JdbcStores() {}

    /** The store with room for all threads, and its table. */
    static JdbcStore of(TestDatabase database, String table) {
        JdbcStore store = new JdbcStore();
        store.setProperty("connectionURL", CountingSockets.counted(database.jdbcUrl()));
        store.setProperty("connectionName", database.user());
        store.setProperty("connectionPassword", database.password());
        store.setProperty("maximumPoolSize", "16");
        store.setProperty("schema", "create");
        store.setProperty("sessionTable", table);
        store.setProperty("sessionAppCol", "app_name");
        store.setProperty("sessionIdCol", "session_id");
        store.setProperty("sessionDataCol", "session_data");
        store.setProperty("sessionValidCol", "valid_session");
        store.setProperty("sessionMaxInactiveCol", "max_inactive");
        store.setProperty("sessionLastAccessedCol", "last_access");
        return store;
    }

    /** @param coherence strict or sticky */
    static SharedPersistentManager shared(TestDatabase database, String table, String coherence) {
        SharedPersistentManager manager = new SharedPersistentManager();
        manager.setProperty("coherence", coherence);
        manager.setStore(of(database, table));
        return manager;
    }
}
