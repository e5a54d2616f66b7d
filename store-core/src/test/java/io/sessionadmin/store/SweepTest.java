package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.LiveSessions;
import io.sessionadmin.table.Postgres;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sweep from its first batch to its last. */
final class SweepTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    private DataSource database;
    private SessionTable table;
    private final AtomicInteger judged = new AtomicInteger();

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachRowIsLockedOnceAndEndsOnce(boolean told) throws Exception {
        expired(2_500);
        List<String> ended = new ArrayList<>();
        Sweep.run(table, SHOP, Duration.ZERO, nobodyLives(told), reaping -> {
            reaping.expired().forEach(stored -> ended.add(stored.key().id()));
            ended.addAll(reaping.untold());
        });

        assertThat(ended).hasSize(2_500).doesNotHaveDuplicates();
        assertThat(table.ids(SHOP)).isEmpty();
        assertThat(judged.get())
                .as("rows that were locked, of which the first batch may have taken 900 in vain")
                .isBetween(2_500, 2_500 + 900);
    }

    @Test
    void nothingExpiredIsOneBatch() throws Exception {
        List<Integer> batches = new ArrayList<>();
        Sweep.run(table, SHOP, Duration.ZERO, nobodyLives(true), reaping -> batches.add(reaping.ended()));
        assertThat(batches).containsExactly(0);
    }

    /** One in a hundred has a listener of its own. */
    @Test
    void aFewThatAreToldDoNotMakeTheOthersSlower() throws Exception {
        expired(2_500);
        Postgres.execute(database, "update tomcat_sessions set binding_listener = true where session_id like 'S%00'");
        AtomicInteger batches = new AtomicInteger();
        Sweep.run(table, SHOP, Duration.ZERO, nobodyLives(false), reaping -> batches.incrementAndGet());
        assertThat(table.ids(SHOP)).isEmpty();
        assertThat(batches).hasValue(3);
    }

    private LiveSessions nobodyLives(boolean told) {
        return new LiveSessions() {
            @Override
            public OptionalLong heldUntil(String id) {
                judged.incrementAndGet();
                return OptionalLong.empty();
            }

            @Override
            public boolean isToBeTold(String id) {
                return told;
            }
        };
    }

    private void expired(int rows) throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data,
                                             binding_listener)
                select '%s', 'S' || i, '1', 60, 1, 'x', false from generate_series(1, %d) i""".formatted(SHOP, rows));
    }
}
