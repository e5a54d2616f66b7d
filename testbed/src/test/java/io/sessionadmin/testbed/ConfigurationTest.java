package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What operators write into context.xml, rightly and wrongly. */
final class ConfigurationTest {

    private static final String COLUMNS = """
            sessionTable="tomcat_sessions" sessionAppCol="app_name" sessionIdCol="session_id"
            sessionDataCol="session_data" sessionValidCol="valid_session" sessionMaxInactiveCol="max_inactive"
            sessionLastAccessedCol="last_access"
            """;

    @OnBothTomcats
    void aConfigurationOfJdbcStoreOfTomcat9WorksAfterChangingTheClassName(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = nodeWith(line, """
                        <Manager className="org.apache.catalina.session.PersistentManager"
                                 maxIdleBackup="1" processExpiresFrequency="3">
                          <Store className="io.sessionadmin.store.JdbcStore" driverName="org.postgresql.Driver"
                                 connectionURL="%s" connectionName="%s" connectionPassword="%s" %s/>
                        </Manager>
                        """.formatted(documented(db).jdbcUrl(), db.user(), db.password(), COLUMNS))) {
            assertKeepsASession(node, db);
            assertThat(node.log()).contains("it has Tomcat's six columns only").contains("primary key is the id alone");
        }
    }

    @OnBothTomcats
    void nameAndPasswordMayStandInTheUrl(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = nodeWith(line, """
                        <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="1">
                          <Store className="io.sessionadmin.store.JdbcStore" schema="create" maximumPoolSize="3"
                                 connectionURL="%s?user=%s&amp;password=%s"/>
                        </Manager>
                        """.formatted(db.jdbcUrl(), db.user(), db.password()))) {
            var alice = new Visitor();
            alice.on(node).put("color", "green");
            node.restart();
            assertThat(alice.on(node).get("color")).isEqualTo("green");
            assertThat(db.count("tomcat$sessions")).as("Tomcat's default names").isOne();
            assertThat(node.log()).doesNotContain("password=" + db.password());
        }
    }

    @OnBothTomcats
    void aConfigurationOfDataSourceStoreWorksAfterChangingTheClassName(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = nodeWith(
                        line,
                        StoreXml.dataSourceStore(db)
                                .replace(
                                        "org.apache.catalina.session.DataSourceStore",
                                        "io.sessionadmin.store.JdbcStore"))) {
            assertKeepsASession(node, db);
        }
    }

    @OnBothTomcats
    void aDataSourceOfTheServerIsFoundWithoutALink(TomcatLine line) {
        try (var db = TestPostgres.shared().database()) {
            documented(db);
            var setup = TomcatNode.on(line)
                    .withStore()
                    .globalResource("""
                            <Resource name="jdbc/sessions" auth="Container" type="javax.sql.DataSource"
                                      driverClassName="org.postgresql.Driver" url="%s" username="%s" password="%s"/>
                            """.formatted(db.jdbcUrl(), db.user(), db.password()))
                    .shop("""
                            <Manager className="org.apache.catalina.session.PersistentManager" maxIdleBackup="1">
                              <Store className="io.sessionadmin.store.JdbcStore" dataSourceName="jdbc/sessions" %s/>
                            </Manager>
                            """.formatted(COLUMNS));
            try (var node = setup.start()) {
                assertKeepsASession(node, db);
            }
        }
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

    @OnBothTomcats
    void aContextWithTheStoreIsUndeployedWithoutALeak(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var node = TomcatNode.on(line)
                        .withStore()
                        .manager()
                        .softReferencesAreNoLeak()
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            new Visitor().on(node).put("color", "green");
            Await.until("a row", () -> db.count("tomcat_sessions") == 1);
            node.undeploy("shop");
            node.awaitNoLeak("/shop");
            assertThat(node.log()).doesNotContain("memory leak").doesNotContain("failed to stop");
        }
    }

    @OnBothTomcats
    void rowsGoToTomcatsOwnStoreAndBack(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var ours = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var tomcats = TomcatNode.on(line)
                        .withPostgresDriver()
                        .shop(StoreXml.dataSourceStore(db))
                        .start()) {
            var alice = new Visitor();
            alice.on(ours).put("color", "green");
            alice.on(ours).addToCart("book");
            ours.stop();
            assertThat(alice.on(tomcats).get("color")).isEqualTo("green");
            alice.on(tomcats).put("color", "blue");
            tomcats.stop();
            ours.start();
            assertThat(alice.on(ours).get("color")).isEqualTo("blue");
            assertThat(alice.on(ours).cart()).isEqualTo("1 book");
        }
    }

    private static TomcatNode nodeWith(TomcatLine line, String manager) {
        return TomcatNode.on(line).withStore().shop(manager).start();
    }

    private static void assertKeepsASession(TomcatNode node, TestDatabase db) {
        var alice = new Visitor();
        alice.on(node).put("color", "green");
        Await.until("a backup", () -> db.count("tomcat_sessions") == 1);
        node.kill();
        node.start();
        assertThat(alice.on(node).get("color")).isEqualTo("green");
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
