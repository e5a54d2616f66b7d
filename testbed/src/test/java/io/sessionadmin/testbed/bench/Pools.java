package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.util.Properties;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSource;
import org.apache.tomcat.dbcp.dbcp2.BasicDataSourceFactory;

/** The two pools of connections that the contenders use. */
final class Pools {

    private Pools() {}

    /** Tomcat's default, with the limits of the example in Tomcat's documentation. */
    static BasicDataSource dbcp(TestDatabase database) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("driverClassName", "org.postgresql.Driver");
        properties.setProperty("url", CountingSockets.counted(database.jdbcUrl()));
        properties.setProperty("username", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("maxTotal", "100");
        properties.setProperty("maxIdle", "30");
        properties.setProperty("maxWaitMillis", "10000");
        return BasicDataSourceFactory.createDataSource(properties);
    }

    /** HikariCP as it comes, but with room for all threads. */
    static HikariDataSource hikari(TestDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(CountingSockets.counted(database.jdbcUrl()));
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }
}
