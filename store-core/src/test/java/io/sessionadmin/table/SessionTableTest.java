package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class SessionTableTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final String OTHER = "/Catalina/localhost/other";
    private static final LiveSessions NONE_LIVE = id -> OptionalLong.empty();
    private static final long MINUTE = 60_000;
    private static final long NOW = System.currentTimeMillis();

    private DataSource database;
    private SessionTable table;

    @BeforeEach
    void aFreshTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
    }

    @Nested
    class Saving {

        @Test
        void aSavedSessionIsLoadedAgain() throws Exception {
            assertThat(save(row(SHOP, "A1", 1800, NOW, "one"))).isInstanceOf(SaveResult.Saved.class);

            assertThat(table.load(key(SHOP, "A1"))).hasValueSatisfying(stored -> {
                assertThat(text(stored)).isEqualTo("one");
                assertThat(stored.maxInactive()).isEqualTo(1800);
                assertThat(stored.lastAccess()).isBetween(NOW - 1_000, NOW + 1_000);
                assertThat(stored.savedAt()).isBetween(NOW - 60_000, System.currentTimeMillis() + 60_000);
            });
            assertThat(value("select user_name || ' ' || node || ' ' || held from tomcat_sessions"))
                    .isEqualTo("alice tc-1 true");
        }

        @Test
        void aSaveReplacesTheRowAndItsVersion() throws Exception {
            RowVersion one = saved(save(row(SHOP, "A1", 1800, NOW, "one")));
            RowVersion two = saved(save(row(SHOP, "A1", 900, NOW + 1, "two")));

            assertThat(table.load(key(SHOP, "A1")).map(SessionTableTest::text)).contains("two");
            assertThat(value("select version || ' ' || max_inactive from tomcat_sessions"))
                    .isEqualTo(two.version() + " 900");
            assertThat(two.version()).isGreaterThan(one.version());
        }

        @Test
        void aCopyWithAnOlderAccessDoesNotReplaceANewerRow() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "newer"));

            assertThat(save(row(SHOP, "A1", 1800, NOW - 2_000, "older"))).isInstanceOf(SaveResult.Stale.class);
            assertThat(table.load(key(SHOP, "A1")).map(SessionTableTest::text)).contains("newer");
        }

        @Test
        void aCopyOfThatVeryRowReplacesItEvenWhenAClockWasSetBack() throws Exception {
            RowVersion basis = saved(save(row(SHOP, "A1", 1800, NOW, "loaded from here")));

            assertThat(table.save(row(SHOP, "A1", 1800, NOW - 5_000, "changed"), basis))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(table.load(key(SHOP, "A1")).map(SessionTableTest::text)).contains("changed");
        }

        @Test
        void twoContextsMayUseTheSameId() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "shop"));
            save(row(OTHER, "A1", 1800, NOW, "other"));
            table.removeIdle(key(SHOP, "A1"), NOW);

            assertThat(table.load(key(SHOP, "A1"))).isEmpty();
            assertThat(table.load(key(OTHER, "A1")).map(SessionTableTest::text)).contains("other");
        }

        @Test
        void savingAgainTouchesNoIndex() throws Exception {
            for (int round = 0; round < 4; round++) {
                for (int i = 0; i < 50; i++) {
                    save(row(SHOP, "S" + i, 1800, NOW + round * MINUTE, "data"));
                }
            }
            String updates = "select n_tup_upd from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass";
            long end = System.nanoTime() + 20_000_000_000L;
            while (Long.parseLong(value(updates)) < 150 && System.nanoTime() < end) {
                Thread.onSpinWait(); // each question ends a connection, which hands in its statistics
            }
            assertThat(value(updates)).isEqualTo("150");
            assertThat(Long.parseLong(value(updates.replace("n_tup_upd", "n_tup_hot_upd"))))
                    .as("HOT updates of 150; a page that is full moves its row once")
                    .isGreaterThan(135);
        }

        @Test
        void aSaveIsOneTransaction() throws Exception {
            long before = Long.parseLong(value("select pg_current_xact_id()::text"));
            save(row(SHOP, "A1", 1800, NOW, "one"));

            // The question asks for an id of its own, and so did the one before.
            assertThat(Long.parseLong(value("select pg_current_xact_id()::text")) - before)
                    .isEqualTo(2);
        }
    }

    @Nested
    class Invalidating {

        @Test
        void anInvalidatedSessionIsNeitherLoadedNorSavedAgain() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));

            assertThat(invalidate(table, key(SHOP, "A1"), NOW).map(SessionTableTest::text))
                    .contains("one");
            assertThat(table.load(key(SHOP, "A1"))).isEmpty();
            assertThat(save(row(SHOP, "A1", 1800, NOW + 5_000, "back"))).isInstanceOf(SaveResult.Invalidated.class);
            assertThat(value("select octet_length(session_data) from tomcat_sessions"))
                    .isEqualTo("0");
        }

        @Test
        void aSessionThatWasNeverSavedGetsATombstoneToo() throws Exception {
            assertThat(invalidate(table, key(SHOP, "A1"), NOW)).isEmpty();
            assertThat(save(row(SHOP, "A1", 1800, NOW, "late"))).isInstanceOf(SaveResult.Invalidated.class);
        }

        @Test
        void aLogoutLeavesATombstoneWhereARowIsAndNothingElsewhere() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));
            table.bury(key(SHOP, "A1"), NOW);
            table.bury(key(SHOP, "B2"), NOW);

            assertThat(endedIds(Instant.EPOCH)).containsExactly("A1");
            assertThat(endedIds(Instant.now().plusSeconds(60))).isEmpty();
            assertThat(save(row(SHOP, "A1", 1800, NOW + 5_000, "back"))).isInstanceOf(SaveResult.Invalidated.class);
        }

        @Test
        void aLaterSessionWithTheSameIdTakesTheTombstonesPlace() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));
            table.bury(key(SHOP, "A1"), NOW - 1_000);
            SessionRow later = new SessionRow(key(SHOP, "A1"), 1800, NOW, NOW, "bob", true, "new".getBytes(UTF_8));

            assertThat(save(later)).isInstanceOf(SaveResult.Saved.class);
            assertThat(table.load(key(SHOP, "A1")).map(SessionTableTest::text)).contains("new");
        }

        @Test
        void anIdleCopysEndLeavesARowThatIsUsedElsewhere() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));
            table.removeIdle(key(SHOP, "A1"), NOW - 2_000);
            assertThat(table.ids(SHOP)).containsExactly("A1");

            table.removeIdle(key(SHOP, "A1"), NOW);
            assertThat(table.ids(SHOP)).isEmpty();
        }

        @Test
        void aSecondTimeChangesNothing() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));
            invalidate(table, key(SHOP, "A1"), NOW);
            String tombstone = value("select tomcat_sessions::text from tomcat_sessions");

            assertThat(invalidate(table, key(SHOP, "A1"), NOW)).isEmpty();
            assertThat(value("select tomcat_sessions::text from tomcat_sessions"))
                    .isEqualTo(tombstone);
        }

        @Test
        void removingAndClearingLeaveTombstones() throws Exception {
            invalidate(table, key(SHOP, "A1"), NOW);
            save(row(SHOP, "B2", 1800, NOW, "two"));
            table.removeIdle(key(SHOP, "A1"), NOW);
            table.clear(SHOP);

            assertThat(endedIds(Instant.EPOCH)).containsExactly("A1");
            assertThat(table.ids(SHOP)).isEmpty();
            assertThat(table.size(SHOP)).isZero();
        }

        @Test
        void aTombstoneIsReapedWhenNoBackupCanBeUnderWayAnyMore() throws Exception {
            save(row(SHOP, "A1", -1, NOW, "without an end"));
            invalidate(table, key(SHOP, "A1"), NOW);
            assertThat(endedIds(Instant.EPOCH)).containsExactly("A1");

            execute("update tomcat_sessions set last_access = 0");
            assertThat(reapAll(SHOP)).isEmpty();
            assertThat(table.tombstones(SHOP, Instant.EPOCH).tombstones()).isEmpty();
        }
    }

    @Nested
    class Reaping {

        @Test
        void onlyExpiredSessionsAreReapedAndEachIsAnsweredOnce() throws Exception {
            save(row(SHOP, "OLD", 60, NOW - 61_000, "old"));
            save(row(SHOP, "YOUNG", 60, NOW - 30_000, "young"));

            assertThat(reapAll(SHOP)).containsExactly("OLD");
            assertThat(reapAll(SHOP)).isEmpty();
            assertThat(table.ids(SHOP)).containsExactly("YOUNG");
        }

        @Test
        void sessionsWithoutAnEndAreNeverReaped() throws Exception {
            save(row(SHOP, "MINUS", -1, 1, "never"));
            save(row(SHOP, "ZERO", 0, 1, "never"));

            assertThat(reapAll(SHOP)).isEmpty();
            assertThat(table.expiredIds(SHOP)).isEmpty();
            assertThat(table.ids(SHOP)).containsExactlyInAnyOrder("MINUS", "ZERO");
        }

        @Test
        void aVeryLongSessionStopsNothing() throws Exception {
            // max_inactive * 1000 leaves the range of an int4 here
            save(row(SHOP, "LONG", Integer.MAX_VALUE, NOW - 61_000, "long"));
            save(row(SHOP, "OLD", 60, NOW - 61_000, "old"));

            assertThat(table.expiredIds(SHOP)).containsExactly("OLD");
            assertThat(reapAll(SHOP)).containsExactly("OLD");
            assertThat(table.ids(SHOP)).containsExactly("LONG");
        }

        @Test
        void anAccessPostponesWithoutMovingTheIndexedBound() throws Exception {
            save(row(SHOP, "A1", 60, NOW - 50_000, "one"));
            String bound = value("select reap_after from tomcat_sessions");
            save(row(SHOP, "A1", 60, NOW, "two"));
            assertThat(value("select reap_after from tomcat_sessions")).isEqualTo(bound);

            execute("update tomcat_sessions set reap_after = 0"); // its time has come
            assertThat(reapAll(SHOP)).isEmpty();
            assertThat(Long.parseLong(value("select reap_after from tomcat_sessions")))
                    .isBetween(NOW + 58_000, NOW + 62_000);
        }

        @Test
        void aShorterIntervalMovesTheBoundForward() throws Exception {
            save(row(SHOP, "A1", 100_000, NOW - 61_000, "one"));
            save(row(SHOP, "A1", 60, NOW - 61_000, "two"));

            assertThat(reapAll(SHOP)).containsExactly("A1");
        }

        @Test
        void aRowWhoseSessionIsInMemoryIsLeftAlone() throws Exception {
            save(row(SHOP, "HELD", 60, NOW - 61_000, "held"));
            save(row(SHOP, "OLD", 60, NOW - 61_000, "old"));
            LiveSessions held = id -> id.equals("HELD") ? OptionalLong.of(NOW + 40_000) : OptionalLong.empty();

            assertThat(reapAll(SHOP, held)).containsExactly("OLD");
            assertThat(Long.parseLong(value("select reap_after from tomcat_sessions")))
                    .isGreaterThanOrEqualTo(NOW + 40_000);
        }

        @Test
        void anotherContextsRowsAreLeftAlone() throws Exception {
            save(row(OTHER, "OLD", 60, NOW - 61_000, "old"));

            assertThat(reapAll(SHOP)).isEmpty();
            assertThat(table.ids(OTHER)).containsExactly("OLD");
        }

        @Test
        void rowsAreHeldOnTheDatabasesClockAlone() throws Exception {
            for (int i = 0; i < 30; i++) {
                save(row(SHOP, "HELD" + i, 60, NOW - 61_000, "held"));
            }
            // a node whose clock is an hour behind would postpone into the past, and find the same batch for ever
            assertThat(reapAll(SHOP, id -> OptionalLong.of(NOW - 3_600_000))).isEmpty();
        }

        @Test
        void fourNodesReapEachSessionExactlyOnce() throws Exception {
            List<String> ids = IntStream.range(0, 1_000)
                    .mapToObj(i -> "S%04d".formatted(i))
                    .toList();
            for (String id : ids) {
                save(row(SHOP, id, 60, NOW - 61_000, "old"));
            }
            ExecutorService nodes = Executors.newFixedThreadPool(4);
            try {
                Callable<List<String>> sweep = () -> reapAll(SHOP);
                List<String> reaped = new ArrayList<>();
                for (Future<List<String>> node : nodes.invokeAll(Collections.nCopies(4, sweep))) {
                    reaped.addAll(node.get());
                }
                assertThat(reaped).containsExactlyInAnyOrderElementsOf(ids);
            } finally {
                nodes.shutdown();
            }
        }

        @Test
        void aRowOfTomcatsOwnStoreIsFoundWithoutItsBoundBeingSet() throws Exception {
            execute("""
                    insert into tomcat_sessions (session_id, app_name, session_data, valid_session, max_inactive,
                                                 last_access)
                    values ('STOCK', '/Catalina/localhost/shop', '', '1', 60, 1)""");

            assertThat(reapAll(SHOP)).containsExactly("STOCK");
        }
    }

    @Nested
    class SixColumns {

        @BeforeEach
        void theTableOfTomcatsDocumentation() throws Exception {
            database = Postgres.freshSchema();
            execute("""
                    create table tomcat_sessions (
                        session_id    varchar(100) not null primary key,
                        valid_session char(1)      not null,
                        max_inactive  int          not null,
                        last_access   bigint       not null,
                        app_name      varchar(255),
                        session_data  bytea)""");
            table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        }

        @Test
        void savesLoadsInvalidatesAndReapsToo() throws Exception {
            TableLayout layout = table.prepare(SchemaMode.VALIDATE);
            save(row(SHOP, "A1", 1800, NOW, "one"));
            save(row(SHOP, "A1", 1800, NOW + 1, "two"));
            save(row(SHOP, "B2", 60, NOW - 61_000, "old"));
            save(row(SHOP, "C3", 1800, NOW, "three"));

            assertThat(layout.ownColumns()).isFalse();
            assertThat(layout.shortcomings()).hasSize(3).allMatch(s -> s.contains("upgrade-from-tomcat.sql"));
            assertThat(table.load(key(SHOP, "A1")).map(SessionTableTest::text)).contains("two");
            assertThat(reapAll(SHOP)).containsExactly("B2");
            invalidate(table, key(SHOP, "C3"), NOW);
            assertThat(save(row(SHOP, "C3", 1800, NOW + 1, "back"))).isInstanceOf(SaveResult.Invalidated.class);
        }

        @Test
        void anIdOfAnotherContextIsNotOverwrittenButNamed() throws Exception {
            save(row(OTHER, "A1", 1800, NOW, "other"));

            assertThat(save(row(SHOP, "A1", 1800, NOW + 1, "shop"))).isEqualTo(new SaveResult.TakenByContext(OTHER));
            assertThat(table.load(key(OTHER, "A1")).map(SessionTableTest::text)).contains("other");
        }

        @Test
        void sessionsInMemoryDoNotHideExpiredOnesBehindThem() throws Exception {
            for (int i = 0; i < 12; i++) {
                save(row(SHOP, "HELD%02d".formatted(i), 60, NOW - 61_000, "held"));
            }
            save(row(SHOP, "OLD", 60, NOW - 61_000, "old"));
            LiveSessions held = id -> id.startsWith("HELD") ? OptionalLong.of(NOW + 40_000) : OptionalLong.empty();

            assertThat(reapAll(SHOP, held)).containsExactly("OLD");
        }

        @Test
        void theUpgradeKeepsEveryRowAndRunsTwice() throws Exception {
            for (int i = 0; i < 100; i++) {
                save(row(i % 2 == 0 ? SHOP : OTHER, "S" + i, i % 3 == 0 ? -1 : 1800, NOW - i, "data " + i));
            }
            execute("insert into tomcat_sessions values ('NOAPP', '1', 60, 1, null, 'x')");
            String sixColumns = """
                    select md5(string_agg(concat_ws('|', session_id, valid_session, max_inactive, last_access,
                                                    coalesce(app_name, ''), session_data), ';' order by session_id))
                      from tomcat_sessions""";
            String before = value(sixColumns);

            TableLayout layout = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1")
                    .prepare(SchemaMode.UPGRADE);
            assertThat(layout).isEqualTo(new TableLayout(true, false, true, true));
            assertThat(layout.shortcomings()).isEmpty();
            new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.UPGRADE);

            assertThat(value(sixColumns)).isEqualTo(before);
            assertThat(value("select count(*) from tomcat_sessions")).isEqualTo("101");
        }

        @Test
        void aStoreThatRunsGoesOnWhenTheTableIsUpgradedUnderIt() throws Exception {
            table.prepare(SchemaMode.VALIDATE);
            save(row(SHOP, "A1", 1800, NOW, "one"));
            new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-2").prepare(SchemaMode.UPGRADE);

            assertThat(save(row(SHOP, "A1", 1800, NOW + 1, "two"))).isInstanceOf(SaveResult.Saved.class);
            assertThat(save(row(OTHER, "A1", 1800, NOW, "same id"))).isInstanceOf(SaveResult.Saved.class);
            assertThat(value("select node from tomcat_sessions where app_name like '%shop'"))
                    .isEqualTo("tc-1");
        }

        @Test
        void theUpgradeRewritesNoRow() throws Exception {
            save(row(SHOP, "A1", 1800, NOW, "one"));
            String file = value("select pg_relation_filenode('tomcat_sessions')");
            table.prepare(SchemaMode.UPGRADE);

            assertThat(value("select pg_relation_filenode('tomcat_sessions')")).isEqualTo(file);
            assertThat(table.catalog().page(SHOP, null, 10).get(0).savedAt())
                    .as("not known")
                    .isNull();
        }

        @Test
        void anUpgradedTableServesTheStore() throws Exception {
            save(row(OTHER, "A1", 1800, NOW, "other"));
            save(row(SHOP, "OLD", 60, NOW - 61_000, "old"));
            table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
            table.prepare(SchemaMode.UPGRADE);

            assertThat(save(row(SHOP, "A1", 1800, NOW, "shop"))).isInstanceOf(SaveResult.Saved.class);
            assertThat(reapAll(SHOP)).containsExactly("OLD");
            assertThat(table.load(key(OTHER, "A1")).map(SessionTableTest::text)).contains("other");
        }
    }

    @Nested
    class OtherNames {

        private final TableNames tomcatDefaults =
                new TableNames("Sessions.tomcat$sessions", "app", "id", "data", "valid", "maxinactive", "lastaccess");

        @Test
        void tomcatsDefaultNamesAndASchemaWorkForAllScripts() throws Exception {
            execute("create schema if not exists sessions");
            execute("drop table if exists sessions.tomcat$sessions");
            execute("""
                    create table sessions.tomcat$sessions (id varchar(100) not null primary key, valid char(1) not null,
                        maxinactive int not null, lastaccess bigint not null, app varchar(255), data bytea)""");
            table = new SessionTable(database::getConnection, tomcatDefaults, "tc-1");
            assertThat(table.prepare(SchemaMode.UPGRADE).shortcomings()).isEmpty();
            assertThat(table.prepare(SchemaMode.UPGRADE).shortcomings()).isEmpty();
            save(row(SHOP, "A1", 1800, NOW, "one"));
            assertThat(table.catalog().page(SHOP, null, 10)).hasSize(1);

            execute("drop table sessions.tomcat$sessions");
            assertThat(table.prepare(SchemaMode.CREATE).shortcomings()).isEmpty();
            save(row(SHOP, "A1", 1800, NOW, "one"));
            assertThat(reapAll(SHOP)).isEmpty();
        }
    }

    @Nested
    class OddConnections {

        @Test
        void aDataSourceThatDoesNotCommitByItselfGetsItsConnectionsBackClean() throws Exception {
            try (var connection = database.getConnection()) {
                connection.setAutoCommit(false);
                SessionTable one = new SessionTable(() -> unclosed(connection), TableNames.DOCUMENTED, "tc-1");
                one.save(row(SHOP, "A1", 1800, NOW, "one"), RowVersion.NONE);
                assertThatThrownBy(() -> one.save(row(SHOP, "X".repeat(300), 1800, NOW, "too long"), RowVersion.NONE))
                        .isInstanceOf(StoreUnavailableException.class);
                one.save(row(SHOP, "B2", 1800, NOW, "two"), RowVersion.NONE);
            }
            assertThat(table.ids(SHOP)).containsExactlyInAnyOrder("A1", "B2");
        }

        private static java.sql.Connection unclosed(java.sql.Connection connection) {
            return (java.sql.Connection) java.lang.reflect.Proxy.newProxyInstance(
                    SessionTableTest.class.getClassLoader(),
                    new Class<?>[] {java.sql.Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            return "not yet";
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (java.lang.reflect.InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    @Nested
    class Mistakes {

        @Test
        void aMissingTableSaysHowToMakeIt() throws Exception {
            execute("drop table tomcat_sessions");
            assertMistake("there is no table tomcat_sessions", "sql/postgresql/schema.sql", "schema=\"create\"");
        }

        @Test
        void aMissingColumnIsNamed() throws Exception {
            execute("alter table tomcat_sessions drop column max_inactive");
            assertMistake("table tomcat_sessions has no column max_inactive");
        }

        @Test
        void aColumnOfOursThatIsMissingIsNamedWithTheUpgrade() throws Exception {
            execute("alter table tomcat_sessions drop column version");
            assertMistake("table tomcat_sessions has no column version", "schema=\"upgrade\"");
        }

        @Test
        void aViewIsNotATable() throws Exception {
            execute("alter table tomcat_sessions rename to sessions");
            execute("create view tomcat_sessions as select * from sessions");
            assertMistake("tomcat_sessions is a view");
        }

        @Test
        void dataMustBeBytea() throws Exception {
            execute("alter table tomcat_sessions drop column session_data, add column session_data oid");
            assertMistake("column session_data of table tomcat_sessions is oid", "bytea");
        }

        @Test
        void aBooleanForValidIsRefused() throws Exception {
            execute("drop table tomcat_sessions");
            execute("""
                    create table tomcat_sessions (app_name text, session_id text, valid_session boolean,
                        max_inactive int, last_access bigint, session_data bytea, primary key (app_name, session_id))""");
            assertMistake("column valid_session of table tomcat_sessions is boolean", "char(1)");
        }

        @Test
        void aTableWithoutAKeyIsRefused() throws Exception {
            execute("alter table tomcat_sessions drop constraint tomcat_sessions_pkey");
            assertMistake("no primary key on (app_name, session_id)");
        }

        @Test
        void anUnavailableDatabaseIsNotAnAbsentSession() {
            SessionTable unreachable = new SessionTable(
                    () -> {
                        throw new SQLException("Connection refused", "08001");
                    },
                    TableNames.DOCUMENTED,
                    "tc-1");
            assertThatThrownBy(() -> unreachable.load(key(SHOP, "A1")))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessage("Connection refused");
        }

        @Test
        void noDetailOfPostgresqlReachesAMessage() {
            SessionTable table = new SessionTable(
                    () -> {
                        throw new SQLException("ERROR: duplicate key\n  Detail: Key (id)=(SECRET) exists", "23505");
                    },
                    TableNames.DOCUMENTED,
                    "tc-1");
            assertThatThrownBy(() -> table.load(key(SHOP, "A1")))
                    .hasMessage("ERROR: duplicate key")
                    .hasStackTraceContaining("duplicate key")
                    .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain("SECRET"));
        }

        private void assertMistake(String... words) {
            SessionTable looked = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
            assertThatThrownBy(() -> looked.prepare(SchemaMode.VALIDATE))
                    .isInstanceOf(TableMismatchException.class)
                    .hasMessageContainingAll(words);
        }
    }

    @Nested
    class Catalogue {

        @Test
        void pagesInTheOrderOfHandlesCoverEveryRowOnce() throws Exception {
            for (int i = 0; i < 25; i++) {
                save(row(SHOP, "S" + i, 1800, NOW, "data"));
            }
            save(row(OTHER, "X", 1800, NOW, "data"));
            List<Handle> seen = new ArrayList<>();
            Handle after = null;
            List<StoredRow> page = table.catalog().page(SHOP, after, 10);
            while (!page.isEmpty()) {
                page.forEach(row -> seen.add(row.key().handle()));
                after = page.get(page.size() - 1).key().handle();
                page = table.catalog().page(SHOP, after, 10);
            }
            assertThat(seen).hasSize(25).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> a.hex()
                    .compareTo(b.hex()));
        }

        @Test
        void aHandleFindsItsRowEvenForAnIdWithABackslash() throws Exception {
            for (String id : List.of("A1", "with\\backslash", "ABC.tc-1")) {
                save(row(SHOP, id, 1800, NOW, "data of " + id));
                assertThat(table.catalog().find(SHOP, List.of(Handle.of(id))))
                        .singleElement()
                        .satisfies(found -> assertThat(found.key().id()).isEqualTo(id));
            }
        }

        @Test
        void manyHandlesAreFoundAtOnceAndNobodysAreLeftOut() throws Exception {
            List<Handle> asked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                save(row(SHOP, "S" + i, 1800, NOW, "data"));
                asked.add(Handle.of("S" + i));
            }
            save(row(SHOP, "NOT ASKED FOR", 1800, NOW, "data"));
            save(row(OTHER, "ELSEWHERE", 1800, NOW, "data"));
            List<Handle> withOthers = new ArrayList<>(asked);
            withOthers.addAll(List.of(Handle.of("ABSENT"), Handle.of("ELSEWHERE")));

            assertThat(table.catalog().find(SHOP, withOthers))
                    .extracting(row -> row.key().handle())
                    .containsExactlyInAnyOrderElementsOf(asked);
            assertThat(table.catalog().find(SHOP, List.of())).isEmpty();
        }

        @Test
        void handlesAreLookedUpByTheIndex() throws Exception {
            execute("set enable_seqscan = off"); // a small table would be read whole
            assertThat(value("""
                    explain select 1 from tomcat_sessions where app_name = 'x' and
                    substring(sha256(replace(session_id, '\\', '\\\\')::bytea) from 1 for 16) = '\\x00'""")).contains("tomcat_sessions_handle");
        }

        @Test
        void countsTellValidExpiredAndInvalidatedApart() throws Exception {
            save(row(SHOP, "A", 1800, NOW, "data"));
            save(row(SHOP, "B", 60, NOW - 61_000, "data"));
            save(row(SHOP, "C", -1, 1, "data"));
            invalidate(table, key(SHOP, "D"), NOW);
            RowCounts counts = table.catalog().counts(SHOP);

            assertThat(counts.valid()).isEqualTo(new RowCounts.Count(3, true));
            assertThat(counts.expired()).isEqualTo(new RowCounts.Count(1, true));
            assertThat(counts.invalidated()).isEqualTo(new RowCounts.Count(1, true));
        }

        @Test
        void manyRowsAreEstimatedAndSaidToBe() throws Exception {
            execute("""
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                    select '/Catalina/localhost/shop', 'S' || i, '1', 1800, 0 from generate_series(1, 150000) i""");
            execute("analyze tomcat_sessions");

            RowCounts.Count valid = table.catalog().counts(SHOP).valid();
            assertThat(valid.exact()).isFalse();
            assertThat(valid.value()).isBetween(140_000L, 160_000L);
        }

        @Test
        void aPageReadsItsOwnRowsOnlyHoweverManyThereAre() throws Exception {
            execute("""
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                    select '/Catalina/localhost/shop', 'S' || i, '1', 1800, 0, 'data' from generate_series(1, 50000) i""");
            execute("vacuum analyze tomcat_sessions");
            Handle middle = new Handle("80000000000000000000000000000000");
            long before = rowsRead();
            for (Handle after : new Handle[] {null, middle}) {
                assertThat(table.catalog().page(SHOP, after, 101)).hasSize(101);
            }
            long end = System.nanoTime() + 20_000_000_000L;
            while (rowsRead() == before && System.nanoTime() < end) {
                Thread.onSpinWait(); // each question ends a connection, which hands in its statistics
            }
            assertThat(rowsRead() - before).isBetween(1L, 2_000L);
        }

        private long rowsRead() throws SQLException {
            return Long.parseLong(value("""
                    select seq_tup_read + idx_tup_fetch
                      from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass"""));
        }

        @Test
        void contextsAreListedDeployedOrNot() throws Exception {
            save(row(OTHER, "A", 1800, NOW, "data"));
            save(row(SHOP, "A", 1800, NOW, "data"));
            save(row(SHOP, "B", 1800, NOW, "data"));

            assertThat(table.catalog().contexts()).containsExactly(OTHER, SHOP);
        }

        @Test
        void aLargeSessionComesWithItsBeginningOnly() throws Exception {
            save(row(SHOP, "BIG", 1800, NOW, "x".repeat(200_000)));
            StoredRow found = table.catalog()
                    .find(SHOP, List.of(Handle.of("BIG"), Handle.of("ABSENT")))
                    .get(0);

            assertThat(found.bytes()).isEqualTo(200_000);
            assertThat(found.hasAllData()).isFalse();
            assertThat(found.data()).hasSize(4_096);
            assertThat(table.catalog().data(found.key(), 1_000_000))
                    .hasValueSatisfying(all -> assertThat(all).hasSize(200_000));
        }

        @Test
        void backupsLeaveOutSessionsWithoutARow() throws Exception {
            save(row(SHOP, "A", 1800, NOW, "data"));

            assertThat(table.catalog().backups(SHOP, List.of("A", "B")))
                    .singleElement()
                    .satisfies(backup -> {
                        assertThat(backup.lastAccess()).isBetween(NOW - 1_000, NOW + 1_000);
                        assertThat(backup.maxInactive()).isEqualTo(1800);
                    });
        }
    }

    private List<String> reapAll(String context) throws StoreUnavailableException {
        return reapAll(context, NONE_LIVE);
    }

    private List<String> reapAll(String context, LiveSessions live) throws StoreUnavailableException {
        List<String> reaped = new ArrayList<>();
        String next = "";
        while (next != null) {
            var batch = table.reap(context, next, 10, Duration.ZERO, live);
            batch.expired().forEach(session -> reaped.add(session.key().id()));
            next = batch.next();
        }
        return reaped;
    }

    private SaveResult save(SessionRow row) throws StoreUnavailableException {
        return table.save(row, RowVersion.NONE);
    }

    private static RowVersion saved(SaveResult result) {
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).version();
    }

    private List<String> endedIds(Instant since) throws StoreUnavailableException {
        return table.tombstones(SHOP, since).tombstones().stream()
                .map(Tombstone::id)
                .toList();
    }

    private void execute(String sql) throws SQLException {
        Postgres.execute(database, sql);
    }

    private String value(String sql) throws SQLException {
        return Postgres.value(database, sql);
    }

    private static SessionKey key(String context, String id) {
        return new SessionKey(context, id);
    }

    private static SessionRow row(String context, String id, int maxInactive, long lastAccess, String data) {
        return new SessionRow(key(context, id), maxInactive, lastAccess, 1, "alice", true, data.getBytes(UTF_8));
    }

    private static String text(StoredSession stored) {
        return new String(stored.data(), UTF_8);
    }

    private static java.util.Optional<StoredSession> invalidate(SessionTable table, SessionKey key, long endedAt)
            throws StoreUnavailableException {
        return table.invalidate(key.context(), List.of(key.id()), endedAt).stream()
                .findFirst();
    }
}
