package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.SessionRow.Form;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** How a node tells the others that sessions have ended. */
final class NotifierTest {

    /** Nobody else tells of it. */
    private final String shop = "/Catalina/localhost/shop-" + UUID.randomUUID();

    private DataSource database;
    private SessionTable table;
    private Connection listening;

    @BeforeEach
    void somebodyListens() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        listening = database.getConnection();
        try (Statement statement = listening.createStatement()) {
            statement.execute("listen " + InvalidationListener.CHANNEL);
        }
    }

    @AfterEach
    void nobodyListens() throws Exception {
        table.close();
        listening.close();
    }

    @Test
    void whatEndsWhileOthersAreToldIsToldTogether() throws Exception {
        CountDownLatch oneIsBeingTold = new CountDownLatch(1);
        CountDownLatch allHaveEnded = new CountDownLatch(1);
        try (SessionTable slow = new SessionTable(
                () -> {
                    if (Thread.currentThread().getName().endsWith("notifier")) {
                        oneIsBeingTold.countDown();
                        await(allHaveEnded);
                    }
                    return database.getConnection();
                },
                TableNames.DOCUMENTED,
                "tc-1")) {
            slow.bury(saved("FIRST"), System.currentTimeMillis());
            await(oneIsBeingTold);
            for (int i = 0; i < 20; i++) {
                slow.bury(saved("S" + i), System.currentTimeMillis());
            }
            assertThat(heard()).isZero();
            allHaveEnded.countDown();
            awaitHeard(2); // of the first one, and of all others
        }
        assertThat(heard()).isZero();
    }

    private static void await(CountDownLatch latch) throws SQLException {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new SQLException(e);
        }
    }

    @Test
    void theEndOfASessionThatNobodyHasIsNotTold() throws Exception {
        table.bury(new SessionKey(shop, "NEVER-SAVED"), System.currentTimeMillis());
        SaveResult moved = table.move(new SessionKey(shop, "NEVER-SAVED-EITHER"), RowVersion.NONE, row("THERE"));
        assertThat(moved).isInstanceOf(SaveResult.Saved.class);
        table.close();
        assertThat(heard()).isZero();
    }

    @Test
    void aChangeOfIdIsTold() throws Exception {
        SaveResult.Saved saved = (SaveResult.Saved) table.insert(row("HERE"));
        assertThat(table.move(new SessionKey(shop, "HERE"), saved.version(), row("THERE")))
                .isInstanceOf(SaveResult.Saved.class);
        awaitHeard(1);
    }

    @Test
    void itIsToldAlsoWhenItIsNotKnownWhichTryEndedTheSession() throws Exception {
        List<String> lost = new ArrayList<>(List.of("update"));
        try (SessionTable breaking =
                new SessionTable(() -> LostAnswers.of(database.getConnection(), lost), TableNames.DOCUMENTED, "tc-1")) {
            SessionKey key = saved("A1");
            breaking.bury(key, System.currentTimeMillis());
        }
        assertThat(lost).isEmpty();
        awaitHeard(1);
    }

    @Test
    void itIsToldLaterWhenPostgresDoesNotTakeIt() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        List<String> complaints = new CopyOnWriteArrayList<>();
        CompletableFuture<Thread> teller = new CompletableFuture<>();
        try (SessionTable hindered = new SessionTable(
                () -> {
                    if (Thread.currentThread().getName().endsWith("notifier")) {
                        teller.complete(Thread.currentThread());
                        if (refused.getAndIncrement() < 3) {
                            throw new SQLException("no connection came free");
                        }
                    }
                    return database.getConnection();
                },
                TableNames.DOCUMENTED,
                "tc-1")) {
            hindered.startNotifier(e -> complaints.add(e.getMessage()));
            hindered.bury(saved("A1"), System.currentTimeMillis());
            awaitHeard(1);
        }
        assertThat(refused).hasValueGreaterThan(1);
        assertThat(complaints).hasSize(1);
        teller.join().join(10_000);
        assertThat(teller.join().isAlive()).as("the thread of a closed table").isFalse();
    }

    /** As of an end whose answer came too late: the table is asked again, and finds the tombstone. */
    @Test
    void itIsToldOfALateEndThatWasThereAlready() throws Exception {
        SessionKey key = saved("A1");
        Postgres.execute(database, "update tomcat_sessions set valid_session = '0', ended_at = clock_timestamp()");
        table.buryLate(key, System.currentTimeMillis());
        awaitHeard(1);
    }

    @Test
    void aCloseTellsWhatPostgresDidNotTakeBefore() throws Exception {
        CountDownLatch oneIsRefused = new CountDownLatch(1);
        try (SessionTable hindered = new SessionTable(
                () -> {
                    if (Thread.currentThread().getName().endsWith("notifier")) {
                        oneIsRefused.countDown();
                        throw new SQLException("no connection came free");
                    }
                    return database.getConnection();
                },
                TableNames.DOCUMENTED,
                "tc-1")) {
            hindered.bury(saved("A1"), System.currentTimeMillis());
            await(oneIsRefused);
        }
        awaitHeard(1);
    }

    @Test
    void whatEndsAfterTheTableIsClosedIsTold() throws Exception {
        SessionKey late = saved("LATE");
        table.close();
        table.bury(late, System.currentTimeMillis());
        assertThat(heard()).isEqualTo(1);
    }

    private SessionKey saved(String id) throws StoreUnavailableException {
        assertThat(table.insert(row(id))).isInstanceOf(SaveResult.Saved.class);
        return new SessionKey(shop, id);
    }

    private SessionRow row(String id) {
        long now = System.currentTimeMillis();
        return new SessionRow(
                new SessionKey(shop, id), 1800, now, now, null, false, false, Form.WHOLE, "data".getBytes(UTF_8));
    }

    private void awaitHeard(int expected) throws SQLException {
        long end = System.nanoTime() + 20_000_000_000L;
        int times = heard();
        while (times < expected) {
            assertThat(System.nanoTime()).as("it was not told").isLessThan(end);
            times += heard();
        }
        assertThat(times).isEqualTo(expected);
    }

    /** How often this context was told of since it was asked last. */
    private int heard() throws SQLException {
        try (Statement statement = listening.createStatement()) {
            statement.execute("select 1"); // after which all that was committed before has arrived
        }
        int times = 0;
        for (var notification : listening.unwrap(PGConnection.class).getNotifications(100)) {
            if (notification.getParameter().equals(shop)) {
                times++;
            }
        }
        return times;
    }
}
