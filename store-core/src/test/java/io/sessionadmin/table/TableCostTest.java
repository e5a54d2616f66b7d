package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.SessionRow.Form;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the work in the background reads of a large table. Rows are counted by PostgreSQL, whatever the machine. */
final class TableCostTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final int MANY = 20_000;

    private DataSource database;
    private SessionTable table;

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
    }

    @Test
    void aLookAfterALogoutReadsTheLatestTombstonesAndNotAll() throws Exception {
        fill("'0'", "now() - interval '10 minutes'");
        assertThat(table.insert(row("LIVE"))).isInstanceOf(SaveResult.Saved.class);
        table.bury(new SessionKey(SHOP, "LIVE"), System.currentTimeMillis());

        long before = rowsRead();
        TombstoneList latest = table.latestTombstones(SHOP, Instant.now().minusSeconds(30));
        assertThat(latest.tombstones()).extracting(Tombstone::id).containsExactly("LIVE");
        assertThat(rowsReadSince(before)).isLessThan(50);

        long middle = rowsRead();
        assertThat(table.tombstones(SHOP, Instant.now().minusSeconds(60)).tombstones())
                .hasSize(1);
        assertThat(rowsReadSince(middle)).isLessThan(50);

        assertThat(table.tombstones(SHOP, Instant.EPOCH).tombstones()).hasSize(MANY + 1);
    }

    @Test
    void eachWayToEndASessionIsAmongTheLatest() throws Exception {
        for (String id : new String[] {"BURIED", "ENDED", "MOVED"}) {
            SaveResult saved = table.insert(row(id));
            assertThat(saved).isInstanceOf(SaveResult.Saved.class);
            if (id.equals("MOVED")) {
                table.move(new SessionKey(SHOP, id), ((SaveResult.Saved) saved).version(), row("THERE"));
            }
        }
        table.bury(new SessionKey(SHOP, "BURIED"), System.currentTimeMillis());
        table.invalidate(SHOP, List.of("ENDED", "NEVER-SAVED"), System.currentTimeMillis());
        table.move(new SessionKey(SHOP, "NEVER-STORED"), RowVersion.NONE, row("THERE-TOO"));
        assertThat(table.claimGone(new SessionKey(SHOP, "GONE"))).isTrue();

        assertThat(table.latestTombstones(SHOP, Instant.now().minusSeconds(30)).tombstones())
                .extracting(Tombstone::id)
                .containsExactlyInAnyOrder("BURIED", "ENDED", "NEVER-SAVED", "MOVED", "NEVER-STORED", "GONE");

        Postgres.execute(database, "update tomcat_sessions set last_access = 1 where session_id = 'BURIED'");
        assertThat(table.insert(row("BURIED"))).isInstanceOf(SaveResult.Saved.class); // another one, with its id
        assertThat(Postgres.value(database, "select ended_at is null from tomcat_sessions where session_id = 'BURIED'"))
                .isEqualTo("t");
    }

    @Test
    void aSweepReadsWhatIsDueAndNotWhatIsStored() throws Exception {
        fill("'1'", "null");
        for (int i = 0; i < 30; i++) {
            assertThat(table.insert(row("OLD" + i))).isInstanceOf(SaveResult.Saved.class);
        }
        Postgres.execute(database, """
                update tomcat_sessions set last_access = 1, reap_after = 0 where session_id like 'OLD%'""");

        long before = rowsRead();
        assertThat(table.reap(SHOP, "", 1_000, Duration.ZERO, new ToldOf()).untold())
                .hasSize(30);
        assertThat(rowsReadSince(before)).isLessThan(200);
    }

    /** Plans are made while the table is nearly empty, and kept: PostgreSQL has not analysed it when the visitors come. */
    @Test
    void aLookGoesByTheKeyFromTheFirstSessionOn() throws Exception {
        RowVersion version = RowVersion.NONE;
        try (Connection kept = database.getConnection()) {
            SessionTable one = new SessionTable(() -> notClosed(kept), TableNames.DOCUMENTED, "tc-1");
            for (int i = 0; i < 10; i++) {
                version = ((SaveResult.Saved) one.insert(row("FEW" + i))).version();
                for (int k = 0; k < 3; k++) {
                    one.look(new SessionKey(SHOP, "FEW" + i), version, Duration.ZERO);
                }
            }
            Postgres.execute(database, """
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                    select '%s', 'S' || i, '1', 1800, 0, '' from generate_series(1, 5000) i""".formatted(SHOP));
            for (int i = 0; i < 100; i++) {
                assertThat(one.look(new SessionKey(SHOP, "FEW9"), version, Duration.ZERO))
                        .isInstanceOf(Look.Unchanged.class);
            }
        }
        long end = System.nanoTime() + 20_000_000_000L;
        String looks = """
                select sum(idx_scan) from pg_stat_user_indexes
                 where relid = 'tomcat_sessions'::regclass and indexrelname = 'tomcat_sessions_pkey'""";
        while (Long.parseLong(Postgres.value(database, looks)) < 100 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(Long.parseLong(Postgres.value(database, """
                select sum(idx_tup_read) from pg_stat_user_indexes
                 where relid = 'tomcat_sessions'::regclass and indexrelname <> 'tomcat_sessions_pkey'""")))
                .as("rows read by other indexes than the key's")
                .isLessThan(500);
        assertThat(Long.parseLong(Postgres.value(database, """
                select seq_tup_read from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass""")))
                .as("rows read without an index")
                .isLessThan(500);
    }

    /** All sessions of a page at once, by one transaction: none of the versions that it replaces makes room yet. */
    @Test
    void anAccessWritesLittleAndNoIndexThoughAllSessionsWereAccessed() throws Exception {
        byte[] stream = new byte[8_000];
        new Random(1).nextBytes(stream);
        Map<String, Long> accesses = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            SessionRow small = row("S" + i);
            SessionRow large = new SessionRow(
                    small.key(),
                    1800,
                    small.lastAccess() - 60_000,
                    small.created(),
                    null,
                    true,
                    false,
                    Form.WHOLE,
                    stream);
            assertThat(table.insert(large)).isInstanceOf(SaveResult.Saved.class);
            accesses.put("S" + i, 0L);
        }
        List<Long> each = new ArrayList<>();
        for (int i = 5; i > 0; i--) {
            long access = System.currentTimeMillis() - i * 5_000L;
            accesses.replaceAll((id, before) -> access);
            long before = walPosition();
            assertThat(table.touch(SHOP, accesses)).hasSize(accesses.size());
            each.add((walPosition() - before) / accesses.size());
        }
        each.sort(null);
        assertThat(each.get(2)).as("bytes of WAL for an access, the median").isLessThan(250);

        String updates = "select n_tup_upd from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass";
        long end = System.nanoTime() + 20_000_000_000L;
        while (Long.parseLong(Postgres.value(database, updates)) < 1_000 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(Long.parseLong(Postgres.value(database, updates.replace("n_tup_upd", "n_tup_hot_upd"))))
                .as("of 1,000 updates, those that wrote no index")
                .isGreaterThanOrEqualTo(950);
    }

    private long walPosition() throws Exception {
        return Long.parseLong(Postgres.value(database, "select (pg_current_wal_insert_lsn() - '0/0')::bigint"));
    }

    /** From the fifth time on the driver is sent times in binary; PostgreSQL's time zone is not this JVM's. */
    @Test
    void aLookTellsTheSameTimesHoweverOftenItIsAsked() throws Exception {
        SaveResult.Saved saved = (SaveResult.Saved) table.insert(row("AGAIN"));
        long now = System.currentTimeMillis();
        for (String zone : List.of("Asia/Tokyo", "America/St_Johns")) {
            try (Connection kept = database.getConnection();
                    Statement setting = kept.createStatement()) {
                setting.execute("set timezone = '" + zone + "'");
                SessionTable one = new SessionTable(() -> notClosed(kept), TableNames.DOCUMENTED, "tc-1");
                for (int i = 0; i < 12; i++) {
                    assertThat(one.look(new SessionKey(SHOP, "AGAIN"), saved.version(), Duration.ZERO))
                            .isInstanceOfSatisfying(
                                    Look.Unchanged.class, unchanged -> assertThat(unchanged.lastAccess())
                                            .isBetween(now - 60_000, now + 60_000));
                    assertThat(one.load(new SessionKey(SHOP, "AGAIN")))
                            .hasValueSatisfying(
                                    loaded -> assertThat(loaded.savedAt()).isBetween(now - 60_000, now + 60_000));
                }
            }
        }
    }

    private static Connection notClosed(Connection kept) {
        return (Connection) Proxy.newProxyInstance(
                TableCostTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> method.getName().equals("close") ? null : method.invoke(kept, arguments));
    }

    /** A table that had an earlier index for tombstones. */
    @Test
    void anUpgradeReplacesTheIndexThatFoundAllTombstones() throws Exception {
        Postgres.execute(database, """
                drop index tomcat_sessions_tombstone;
                create index tomcat_sessions_tombstone on tomcat_sessions (app_name) where valid_session = '0';
                alter table tomcat_sessions drop column ended_at, drop column binding_listener""");
        SessionTable later = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        later.prepare(SchemaMode.UPGRADE);

        assertThat(Postgres.value(database, "select pg_get_indexdef('tomcat_sessions_tombstone'::regclass)"))
                .contains("(app_name, ended_at)");
        assertThat(later.insert(row("A1"))).isInstanceOf(SaveResult.Saved.class);
    }

    private void fill(String valid, String endedAt) throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, reap_after,
                                             saved_at, ended_at, session_data)
                select '%s', 'S' || i, %s, 1800, (extract(epoch from now()) * 1000)::bigint - 600000,
                       (extract(epoch from now()) * 1000)::bigint + 600000, now() - interval '10 minutes', %s, ''
                  from generate_series(1, %d) i""".formatted(SHOP, valid, endedAt, MANY));
        Postgres.execute(database, "vacuum analyze tomcat_sessions");
    }

    private static SessionRow row(String id) {
        long now = System.currentTimeMillis();
        return new SessionRow(
                new SessionKey(SHOP, id), 1800, now, now, null, false, false, Form.WHOLE, "data".getBytes(UTF_8));
    }

    private long rowsRead() throws Exception {
        return Long.parseLong(Postgres.value(database, """
                select seq_tup_read + idx_tup_fetch
                  from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass"""));
    }

    /** Each question ends a connection, which hands in its statistics. */
    private long rowsReadSince(long before) throws Exception {
        long end = System.nanoTime() + 20_000_000_000L;
        while (rowsRead() == before && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return rowsRead() - before;
    }
}
