package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import javax.sql.DataSource;
import org.apache.catalina.session.DataSourceStore;

/** Tomcat's DataSourceStore with the table that Tomcat documents. */
final class DataSourceStores extends DataSourceStore {

    DataSourceStores(TestDatabase database, DataSource connections, String table) {
        dataSource = connections; // as JNDI would have found it
        setSessionTable(table);
        setSessionAppCol("app_name");
        setSessionIdCol("session_id");
        setSessionDataCol("session_data");
        setSessionValidCol("valid_session");
        setSessionMaxInactiveCol("max_inactive");
        setSessionLastAccessedCol("last_access");
        database.update("""
                create table if not exists %1$s (
                    session_id    varchar(100) not null primary key,
                    valid_session char(1)      not null,
                    max_inactive  int          not null,
                    last_access   bigint       not null,
                    app_name      varchar(255),
                    session_data  bytea
                )""".formatted(table));
        database.update("create index if not exists " + table + "_app on " + table + " (app_name)");
    }
}
