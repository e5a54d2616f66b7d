package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The ideal sweep: one statement for a hundred expired rows, which finds them by an index on when they expire. */
final class SweepLimit {

    static final String TABLE = "ideal_rows";

    private final HikariDataSource pool;

    SweepLimit(TestDatabase database, HikariDataSource pool) {
        this.pool = pool;
        database.update("create table " + TABLE + """
                 (
                    app_name      varchar(255) collate "C" not null,
                    session_id    varchar(255) collate "C" not null,
                    valid_session char(1)  not null,
                    max_inactive  integer  not null,
                    last_access   bigint   not null,
                    reap_after    bigint   not null,
                    binding_listener boolean,
                    node          varchar(255),
                    user_name     varchar(255),
                    session_data  bytea,
                    primary key (app_name, session_id)
                ) with (fillfactor = 80)""");
        database.update("create index on " + TABLE + " (app_name, reap_after)");
    }

    /** Answers how many rows it has removed. */
    int sweep(String context) throws SQLException {
        int removed = 0;
        try (Connection connection = pool.getConnection();
                PreparedStatement delete = connection.prepareStatement("""
                        delete from ideal_rows where ctid = any (array(
                            select ctid from ideal_rows where app_name = ? and reap_after < ?
                             order by reap_after limit 100 for update skip locked))""")) {
            int last;
            do {
                delete.setString(1, context);
                delete.setLong(2, System.currentTimeMillis());
                last = delete.executeUpdate();
                removed += last;
            } while (last > 0);
        }
        return removed;
    }

    long size(String context) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement count = connection.prepareStatement(
                        "select count(*) from ideal_rows where app_name = ? and valid_session = '1'")) {
            count.setString(1, context);
            try (var rows = count.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
