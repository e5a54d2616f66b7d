package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** What PostgreSQL itself can do with many sessions: batches of a hundred in a transaction, serialised before. */
final class BatchLimit {

    private static final int AT_ONCE = 100;

    private final TestDatabase database;
    private final HikariDataSource pool;

    BatchLimit(TestDatabase database, HikariDataSource pool) {
        this.database = database;
        this.pool = pool;
        database.update("create table ideal_bulk (session_id varchar(100) collate \"C\" primary key,"
                + " last_access bigint not null, session_data bytea) with (fillfactor = 80)");
        database.update("alter table ideal_bulk alter column session_data set storage external");
    }

    void write(List<byte[]> sessions) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into ideal_bulk values (?, ?, ?) on conflict (session_id) do update"
                                + " set last_access = excluded.last_access, session_data = excluded.session_data")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < sessions.size(); i++) {
                insert.setString(1, String.format("%032X", i));
                insert.setLong(2, System.currentTimeMillis());
                insert.setBytes(3, sessions.get(i));
                insert.addBatch();
                if ((i + 1) % AT_ONCE == 0 || i + 1 == sessions.size()) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
        }
    }

    void clear() {
        database.update("truncate ideal_bulk");
    }
}
