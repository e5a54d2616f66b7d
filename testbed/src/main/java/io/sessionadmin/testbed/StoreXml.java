package io.sessionadmin.testbed;

/** The elements of a {@code <Context>} that say where its sessions are kept. */
public final class StoreXml {
    private StoreXml() {}

    /** Tomcat's own manager without a store: sessions live in this node's memory, and nowhere after a restart. */
    public static String memory() {
        return "<Manager className=\"org.apache.catalina.session.StandardManager\"/>";
    }

    /** Tomcat's PersistentManager and DataSourceStore on the table that Tomcat documents, which is made here. */
    public static String dataSourceStore(TestDatabase database) {
        return dataSourceStore(database, "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"");
    }

    /** The same with other attributes of the manager. */
    public static String dataSourceStore(TestDatabase database, String managerAttributes) {
        createDocumentedTable(database);
        return """
                <Resource name="jdbc/sessions" auth="Container" type="javax.sql.DataSource"
                          driverClassName="org.postgresql.Driver" url="%s" username="%s" password="%s"/>
                <Manager className="org.apache.catalina.session.PersistentManager" %s>
                  <Store className="org.apache.catalina.session.DataSourceStore"
                         dataSourceName="jdbc/sessions" localDataSource="true" %s/>
                </Manager>
                """.formatted(database.jdbcUrl(), database.user(), database.password(), managerAttributes, COLUMNS);
    }

    /** Tomcat's PersistentManager with our store, which makes its table. */
    public static String jdbcStore(TestDatabase database) {
        return jdbcStore(database, "maxIdleBackup=\"1\" processExpiresFrequency=\"1\"", "");
    }

    /** The same with other attributes of the manager, and more of the store. */
    public static String jdbcStore(TestDatabase database, String managerAttributes, String storeAttributes) {
        return manager("org.apache.catalina.session.PersistentManager", managerAttributes, database, storeAttributes);
    }

    /** Our manager with our store, which makes its table. */
    public static String sharedManager(TestDatabase database) {
        return sharedManager(database, "", "");
    }

    /** The same with attributes of the manager, and more of the store. */
    public static String sharedManager(TestDatabase database, String managerAttributes, String storeAttributes) {
        return manager("io.sessionadmin.store.SharedPersistentManager", managerAttributes, database, storeAttributes);
    }

    /** The table as Tomcat documents it, with its six columns. */
    public static void createDocumentedTable(TestDatabase database) {
        database.update("""
                create table if not exists tomcat_sessions (
                    session_id   varchar(100) not null primary key,
                    valid_session char(1)     not null,
                    max_inactive int          not null,
                    last_access  bigint       not null,
                    app_name     varchar(255),
                    session_data bytea
                )""");
        database.update("create index if not exists kapp_name on tomcat_sessions (app_name)");
    }

    private static final String COLUMNS = """
            sessionTable="tomcat_sessions" sessionAppCol="app_name" sessionIdCol="session_id"
            sessionDataCol="session_data" sessionValidCol="valid_session" sessionMaxInactiveCol="max_inactive"
            sessionLastAccessedCol="last_access"\
            """;

    private static String manager(
            String className, String managerAttributes, TestDatabase database, String storeAttributes) {
        String schema = storeAttributes.contains("schema=") ? "" : "schema=\"create\"";
        return """
                <Manager className="%s" %s>
                  <Store className="io.sessionadmin.store.JdbcStore"
                         connectionURL="%s" connectionName="%s" connectionPassword="%s"
                         %s %s %s/>
                </Manager>
                """.formatted(
                        className,
                        managerAttributes,
                        database.jdbcUrl(),
                        database.user(),
                        database.password(),
                        COLUMNS,
                        schema,
                        storeAttributes);
    }
}
