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
import io.sessionadmin.table.TombstoneList;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far a look at tombstones goes back: to all that may have been missed, and not much further. */
final class TombstoneLooksTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    /** So much longer than a look goes back for nothing that no tombstone is found by chance; nanoseconds. */
    private static final long LONGER =
            TombstoneLooks.UNTIL_NUMBERED.plusMillis(500).toNanos();

    private DataSource database;
    private SessionTable table;
    private TombstoneLooks looks;
    private Connection other;

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        looks = new TombstoneLooks(table, SHOP);
        other = database.getConnection();
        other.setAutoCommit(false);
    }

    @AfterEach
    void close() throws Exception {
        other.rollback();
        other.close();
        table.close();
    }

    /** Without others its transaction is the latest that has begun: PostgreSQL's xmax is its number then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasCommittedLateIsFound(boolean othersEnd) throws Exception {
        assertThat(heard(looks)).isEmpty();
        saved("LATE");
        end(other, "LATE", 0);
        long begun = System.nanoTime();
        for (int i = 0; System.nanoTime() - begun < LONGER; i++) {
            if (othersEnd && i % 10 == 0) {
                endedAndDone("OTHER" + i, 0);
            }
            assertThat(heard(looks)).doesNotContain("LATE");
        }
        other.commit();
        assertThat(heard(looks)).contains("LATE");
        awaitUnread("LATE");
    }

    @Test
    void aTransactionThatStaysOpenHoldsUpNothingForLong() throws Exception {
        looks = new TombstoneLooks(table, SHOP, Duration.ofSeconds(2));
        saved("NEVER");
        end(other, "NEVER", 0);
        endedAndDone("DONE", 0);
        assertThat(heard(looks)).contains("DONE");
        awaitUnread("DONE");
    }

    @Test
    void whatWasNotDealtWithIsFoundAgain() throws Exception {
        assertThat(heard(looks)).isEmpty();
        endedAndDone("A1", 0);
        letTimePass();
        assertThatThrownBy(() -> looks.heard(found -> {
                    throw new StoreUnavailableException(new SQLException("on purpose"));
                }))
                .hasMessage("on purpose");
        assertThat(heard(looks)).contains("A1");
    }

    @Test
    void allThatHasEndedIsFoundAtFirstAndAfterSilence() throws Exception {
        endedAndDone("OLD", 300);
        assertThat(heard(looks)).containsExactly("OLD");
        awaitUnread("OLD");
        looks.distrust();
        assertThat(heard(looks)).containsExactly("OLD");
    }

    @Test
    void aLookThatBeganBeforeTheSilenceSaysNothingAboutTheNext() throws Exception {
        endedAndDone("OLD", 300);
        looks.heard(look -> looks.distrust());
        assertThat(heard(looks)).containsExactly("OLD");
    }

    @Test
    void aRegularLookGoesBackToTheLastRegularOneWhateverWasHeardSince() throws Exception {
        assertThat(regularly()).isEmpty();
        assertThat(heard(looks)).isEmpty();
        letTimePass();
        assertThat(heard(looks)).isEmpty();
        endedAndDone("MISSED", 20);
        assertThat(heard(looks)).isEmpty();
        assertThat(regularly()).containsExactly("MISSED");
    }

    @Test
    void aRegularLookFindsWhatWasEndedByHandHoweverLongAgoItWasUsed() throws Exception {
        saved("IDLE");
        Postgres.execute(database, "update tomcat_sessions set last_access = 1, saved_at = now() - interval '1 day'");
        assertThat(regularly()).isEmpty();
        Postgres.execute(database, "update tomcat_sessions set valid_session = '0'");
        assertThat(regularly()).containsExactly("IDLE");
    }

    private static List<String> heard(TombstoneLooks looks) throws StoreUnavailableException {
        List<String> found = new ArrayList<>();
        looks.heard(look -> found.addAll(ids(look)));
        return found;
    }

    private List<String> regularly() throws StoreUnavailableException {
        List<String> found = new ArrayList<>();
        looks.regularly(look -> found.addAll(ids(look)));
        return found;
    }

    private static List<String> ids(TombstoneList look) {
        return look.tombstones().stream().map(Tombstone::id).toList();
    }

    private void awaitUnread(String id) throws StoreUnavailableException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (heard(looks).contains(id)) {
            assertThat(System.nanoTime()).as(id + " is read with each look").isLessThan(end);
        }
    }

    /** On the database's clock, which tombstones are dated by. */
    private void letTimePass() throws Exception {
        Postgres.execute(database, "select pg_sleep(" + LONGER / 1e9 + ")");
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
