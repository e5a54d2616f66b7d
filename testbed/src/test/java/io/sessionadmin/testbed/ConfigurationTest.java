package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What operators write into context.xml, rightly and wrongly. */
final class ConfigurationTest {

    private static final String COLUMNS = """
            sessionTable="tomcat_sessions" sessionAppCol="app_name" sessionIdCol="session_id"
            sessionDataCol="session_data" sessionValidCol="valid_session" sessionMaxInactiveCol="max_inactive"
            sessionLastAccessedCol="last_access"
            """;

    /** Each way in a context of its own, with a database of its own, on a node that is killed. */
    @OnBothTomcats
    void eachWayToNameTheDatabaseKeepsASessionOverACrash(TomcatLine line) {
        try (var nine = documented(TestPostgres.shared().database());
                var url = TestPostgres.shared().database();
                var source = TestPostgres.shared().database();
                var server = documented(TestPostgres.shared().database());
                var node = TomcatNode.on(line)
                        .withStore()
                        .manager()
                        .softReferencesAreNoLeak()
                        .globalResource(Cluster.dataSource(server))
                        .webapp("nine", ShopWar.standard(), ofJdbcStoreOfTomcat9(nine))
                        .webapp("url", ShopWar.standard(), withNameAndPasswordInTheUrl(url))
                        .webapp("source", ShopWar.standard(), ofDataSourceStore(source))
                        .webapp("server", ShopWar.standard(), withADataSourceOfTheServer())
                        .start()) {
            Map<String, TestDatabase> databases =
                    Map.of("/nine", nine, "/url", url, "/source", source, "/server", server);
            Map<String, Visitor> visitors = new TreeMap<>();
            databases.forEach((context, db) -> {
                visitors.put(context, new Visitor());
                visitors.get(context).on(node, context).put("color", context);
            });
            databases.forEach(
                    (context, db) -> Await.until("a backup of " + context, () -> db.count(table(context)) == 1));
            node.kill();
            node.start();
            visitors.forEach((context, visitor) ->
                    assertThat(visitor.on(node, context).get("color")).isEqualTo(context));
            assertThat(node.log())
                    .contains("it has Tomcat's six columns only")
                    .contains("primary key is the id alone")
                    .doesNotContain("password=" + url.password());
            node.undeploy("url");
            node.awaitNoLeak("/url");
            assertThat(node.log()).doesNotContain("memory leak").doesNotContain("failed to stop");
        }
    }

    /** Tomcat's default name where none is given. */
    private static String table(String context) {
        return context.equals("/url") ? "tomcat$sessions" : "tomcat_sessions";
    }

    private static String ofJdbcStoreOfTomcat9(TestDatabase db) {
        return """
                <Manager className="org.apache.catalina.session.PersistentManager"
                         maxIdleBackup="1" processExpiresFrequency="3">
                  <Store className="io.sessionadmin.store.JdbcStore" driverName="org.postgresql.Driver"
                         connectionURL="%s" connectionName="%s" connectionPassword="%s" %s/>
                </Manager>
                """.formatted(db.jdbcUrl(), db.user(), db.password(), COLUMNS);
    }

    private static String withNameAndPasswordInTheUrl(TestDatabase db) {
        return """
                <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="1"
                         processExpiresFrequency="1">
                  <Store className="io.sessionadmin.store.JdbcStore" schema="create" maximumPoolSize="3"
                         connectionURL="%s?user=%s&amp;password=%s"/>
                </Manager>
                """.formatted(db.jdbcUrl(), db.user(), db.password());
    }

    private static String ofDataSourceStore(TestDatabase db) {
        return StoreXml.dataSourceStore(db)
                .replace("org.apache.catalina.session.DataSourceStore", "io.sessionadmin.store.JdbcStore");
    }

    /** Found without a link. */
    private static String withADataSourceOfTheServer() {
        return """
                <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="1"
                         processExpiresFrequency="1">
                  <Store className="io.sessionadmin.store.JdbcStore" dataSourceName="jdbc/sessions" %s/>
                </Manager>
                """.formatted(COLUMNS);
    }

    @OnBothTomcats
    void mistakesAreNamedInOneLineWithTheRemedy(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .webapp("unknown", ShopWar.standard(), store(db, "maxPoolSize=\"5\""))
                        .webapp("quotes", ShopWar.standard(), store(db, "sessionTable=\"a&quot;b\""))
                        .webapp("absent", ShopWar.standard(), store(db, "sessionTable=\"absent\" schema=\"validate\""))
                        .webapp("view", ShopWar.standard(), store(view(db), "sessionTable=\"a_view\""))
                        .webapp("column", ShopWar.standard(), store(documented(db), "sessionIdCol=\"sid\""))
                        .webapp("driver", ShopWar.standard(), store(db, "driverName=\"org.gone.Driver\""))
                        .webapp("password", ShopWar.standard(), store(db, "connectionName=\"nobody\""))
                        .startAnyway()) {
            List<String> severe = node.log()
                    .lines()
                    .filter(entry -> entry.contains("SEVERE") && entry.contains("io.sessionadmin"))
                    .toList();
            assertThat(severe)
                    .anyMatch(e -> e.contains("/unknown: <Store maxPoolSize=\"5\">: there is no such attribute"));
            assertThat(severe).anyMatch(e -> e.contains("/quotes: <Store sessionTable=\"a\"b\">: not a name"));
            assertThat(severe)
                    .anyMatch(e -> e.contains("/absent: there is no table absent") && e.contains("schema.sql"));
            assertThat(severe).anyMatch(e -> e.contains("/view: a_view is a view"));
            assertThat(severe).anyMatch(e -> e.contains("/column: table tomcat_sessions has no column sid"));
            assertThat(severe)
                    .anyMatch(e -> e.contains("/driver: <Store driverName=\"org.gone.Driver\">") && e.contains("lib"));
            assertThat(severe).anyMatch(e -> e.contains("/password can't be saved") && e.contains("nobody"));
            assertThat(severe).hasSize(7);
            assertThat(new Visitor().on(node, "/password").request("/").statusCode())
                    .as("a database that refuses does not keep a context from starting")
                    .isEqualTo(200);
        }
    }

    private static String store(TestDatabase db, String changed) {
        String names = COLUMNS + " schema=\"create\" connectionName=\"" + db.user() + "\" ";
        for (String attribute : List.of(changed.split(" ", -1))) {
            names = names.replaceAll(attribute.replaceAll("=.*", "") + "=\"[^\"]*\"", "");
        }
        return """
                <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="1">
                  <Store className="io.sessionadmin.store.JdbcStore" connectionURL="%s" connectionPassword="%s" %s %s/>
                </Manager>
                """.formatted(db.jdbcUrl(), db.password(), names, changed);
    }

    private static TestDatabase documented(TestDatabase db) {
        StoreXml.createDocumentedTable(db);
        return db;
    }

    private static TestDatabase view(TestDatabase db) {
        db.update("create or replace view a_view as select 1 as session_id");
        return db;
    }
}
