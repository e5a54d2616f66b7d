package io.sessionadmin.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.table.Postgres;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionRow.Form;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableNames;
import io.sessionadmin.table.Tombstone;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a look at tombstones goes back: to nothing that was seen, and to all that may have been missed. */
final class TombstoneLooksTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    private DataSource database;
    private SessionTable table;
    private Connection other;

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        other = database.getConnection();
        other.setAutoCommit(false);
    }

    @AfterEach
    void close() throws Exception {
        other.rollback();
        other.close();
        table.close();
    }

    @Test
    void whatWasCommittedLateIsFoundAndWhatWasSeenIsNotReadAgain() throws Exception {
        List<Integer> ages = new ArrayList<>();
        TombstoneLooks looks = new TombstoneLooks(table, SHOP, secondsAgo(ages));
        saved("LATE");
        assertThat(look(looks, ages, 25)).isEmpty();

        end(other, "LATE", 20);
        endedAndDone("SOON", 18);
        assertThat(look(looks, ages, 15)).containsExactly("SOON");
        assertThat(look(looks, ages, 10)).doesNotContain("LATE");

        other.commit();
        assertThat(look(looks, ages, 5)).contains("LATE");
        assertThat(look(looks, ages, 0)).isEmpty();
    }

    @Test
    void aTransactionThatStaysOpenHoldsUpNothingForLong() throws Exception {
        List<Integer> ages = new ArrayList<>();
        TombstoneLooks looks = new TombstoneLooks(table, SHOP, secondsAgo(ages));
        saved("NEVER");
        end(other, "NEVER", 100);
        endedAndDone("OLD", 95);
        assertThat(look(looks, ages, 90)).containsExactly("OLD");
        assertThat(look(looks, ages, 85)).containsExactly("OLD");
        assertThat(look(looks, ages, 50)).containsExactly("OLD");
        assertThat(look(looks, ages, 0)).isEmpty();
    }

    @Test
    void whatWasNotDealtWithIsFoundAgain() throws Exception {
        List<Integer> ages = new ArrayList<>();
        TombstoneLooks looks = new TombstoneLooks(table, SHOP, secondsAgo(ages));
        assertThat(look(looks, ages, 25)).isEmpty();
        endedAndDone("A1", 20);
        ages.add(15);
        assertThatThrownBy(() -> looks.heard(found -> {
                    throw new StoreUnavailableException(new SQLException("on purpose"));
                }))
                .hasMessage("on purpose");
        assertThat(look(looks, ages, 0)).containsExactly("A1");
    }

    @Test
    void allThatHasEndedIsFoundAtFirstAndAfterSilence() throws Exception {
        List<Integer> ages = new ArrayList<>();
        TombstoneLooks looks = new TombstoneLooks(table, SHOP, secondsAgo(ages));
        endedAndDone("OLD", 300);
        assertThat(look(looks, ages, 10)).containsExactly("OLD");
        assertThat(look(looks, ages, 5)).isEmpty();
        looks.distrust();
        assertThat(look(looks, ages, 0)).containsExactly("OLD");
    }

    /** A clock that is as many seconds late as was added last. */
    private static Clock secondsAgo(List<Integer> ages) {
        return new Clock() {
            @Override
            public long millis() {
                return System.currentTimeMillis() - ages.get(ages.size() - 1) * 1_000L;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis());
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    private static List<String> look(TombstoneLooks looks, List<Integer> ages, int secondsAgo) throws Exception {
        ages.add(secondsAgo);
        List<String> found = new ArrayList<>();
        looks.heard(look -> look.tombstones().stream().map(Tombstone::id).forEach(found::add));
        return found;
    }

    private void saved(String id) throws Exception {
        long now = System.currentTimeMillis();
        table.insert(new SessionRow(
                new SessionKey(SHOP, id), 1800, now, now, null, false, false, Form.WHOLE, "data".getBytes(UTF_8)));
    }

    private void endedAndDone(String id, int secondsAgo) throws Exception {
        saved(id);
        try (Connection connection = database.getConnection()) {
            end(connection, id, secondsAgo);
        }
    }

    /** As a node does it, at that time. */
    private static void end(Connection connection, String id, int secondsAgo) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    update tomcat_sessions
                       set valid_session = '0', ended_at = clock_timestamp() - interval '%d s', node = 'tc-2'
                     where session_id = '%s'""".formatted(secondsAgo, id));
        }
    }
}
