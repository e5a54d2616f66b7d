package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.Testbed;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.session.FileStore;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSource;

/** All who are compared, each with tables of its own in one database. */
final class Contenders implements AutoCloseable {

    /** What is the measure: Tomcat's store for databases as its documentation sets it up. */
    static final String STOCK = "DataSourceStore, DBCP";

    /** The other measure: PostgreSQL itself. */
    static final String LIMIT = "the limit";

    private final EmbeddedTomcat tomcat;
    private final List<Contender> all = new ArrayList<>();

    Contenders(TestDatabase database) throws Exception {
        tomcat = new EmbeddedTomcat();
        BasicDataSource dbcp = Pools.dbcp(database);
        all.add(new TomcatContender(STOCK, tomcat, new DataSourceStores(database, dbcp, "stock_dbcp"), dbcp));
        HikariDataSource hikari = Pools.hikari(database);
        all.add(new TomcatContender(
                "DataSourceStore, HikariCP", tomcat, new DataSourceStores(database, hikari, "stock_hikari"), hikari));
        all.add(new TomcatContender("FileStore", tomcat, fileStore(), null));
        all.add(SpringContender.open(database));
        all.add(new JettyContender(database));
        all.add(new TomcatContender(
                "JdbcStore, PersistentManager", tomcat, JdbcStores.of(database, "jdbc_store"), null));
        all.add(new SharedContender(tomcat, database, "jdbc_store_strict"));
        all.add(new LimitContender(tomcat, database));
    }

    private static FileStore fileStore() {
        FileStore store = new FileStore();
        store.setDirectory(Testbed.freshDirectory("bench", "files").toString());
        return store;
    }

    List<Contender> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        try {
            for (Contender contender : all) {
                contender.close();
            }
            tomcat.close();
        } catch (Exception e) {
            throw new IllegalStateException("A contender can't be closed", e);
        }
    }
}
