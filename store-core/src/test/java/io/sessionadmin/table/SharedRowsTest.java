package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What nodes that share a session may rely on: whose state of it a row has, and who may write over it. */
final class SharedRowsTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final String OTHER = "/Catalina/localhost/other";
    private static final SessionKey A1 = new SessionKey(SHOP, "A1");
    private static final Duration NO_GRACE = Duration.ZERO;
    private static final LiveSessions NONE_LIVE = id -> OptionalLong.empty();

    private DataSource database;
    private SessionTable one;
    private SessionTable two;

    @BeforeEach
    void twoNodesWithOneTable() throws Exception {
        database = Postgres.freshSchema();
        one = node("tc-1", Duration.ZERO);
        two = node("tc-2", Duration.ZERO);
        one.prepare(SchemaMode.CREATE);
    }

    private SessionTable node(String name, Duration clockIsOffBy) {
        return new SessionTable(
                database::getConnection,
                TableNames.DOCUMENTED,
                name,
                SchemaMode.NONE,
                Clock.offset(Clock.systemUTC(), clockIsOffBy));
    }

    @Nested
    class Looking {

        @Test
        void aCopyOfTheRowsStateIsNotFetchedAgain() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));

            assertThat(two.look(A1, version, NO_GRACE)).isInstanceOfSatisfying(Look.Unchanged.class, unchanged -> {
                assertThat(unchanged.maxInactive()).isEqualTo(1800);
                assertThat(unchanged.lastAccess()).isBetween(now() - 5_000, now() + 1_000);
            });
        }

        @Test
        void anotherStateComesWithItsDataAndItsVersion() throws Exception {
            RowVersion first = saved(one.insert(row("A1", "one")));
            RowVersion second = saved(one.update(row("A1", "two"), first));

            for (RowVersion known : List.of(first, RowVersion.NONE)) {
                assertThat(two.look(A1, known, NO_GRACE)).isInstanceOfSatisfying(Look.Changed.class, changed -> {
                    assertThat(text(changed.session())).isEqualTo("two");
                    assertThat(changed.session().version()).isEqualTo(second);
                    assertThat(changed.session().savedAt()).isBetween(now() - 5_000, now() + 1_000);
                });
            }
        }

        @Test
        void anAccessElsewhereIsSeenWithoutTheData() throws Exception {
            RowVersion version = saved(one.insert(accessed("A1", now() - 60_000)));
            two.touch(SHOP, Map.of("A1", now()));

            assertThat(one.look(A1, version, NO_GRACE))
                    .isInstanceOfSatisfying(Look.Unchanged.class, unchanged -> assertThat(unchanged.lastAccess())
                            .isGreaterThan(now() - 5_000));
        }

        @Test
        void absentExpiredAndEndedAreThreeAnswers() throws Exception {
            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE)).isEqualTo(new Look.Absent());

            RowVersion version = saved(one.insert(accessed("A1", now() - 1_810_000)));
            assertThat(one.look(A1, version, NO_GRACE)).isEqualTo(new Look.Expired());
            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE)).isEqualTo(new Look.Expired());
            assertThat(one.look(A1, version, Duration.ofSeconds(60))).isInstanceOf(Look.Unchanged.class);

            one.bury(A1, now());
            assertThat(two.look(A1, version, NO_GRACE)).isInstanceOfSatisfying(Look.Ended.class, ended -> {
                assertThat(ended.toldBy()).isEqualTo("tc-1");
                assertThat(ended.endedAt()).isBetween(now() - 5_000, now() + 1_000);
            });
        }

        @Test
        void aSessionWithoutAnEndIsNeverExpired() throws Exception {
            for (int never : new int[] {0, -1}) {
                String id = "N" + never;
                saved(one.insert(new SessionRow(key(id), never, 1, 1, null, true, bytes("for ever"))));
                assertThat(one.look(key(id), RowVersion.NONE, NO_GRACE)).isInstanceOf(Look.Changed.class);
            }
        }

        @Test
        void aRowOfTomcatsOwnStoreIsAStateLikeAnyOther() throws Exception {
            stockRow("A1", now(), "stock");
            RowVersion stock = seen(one).version();
            assertThat(one.look(A1, stock, NO_GRACE)).isInstanceOf(Look.Unchanged.class);

            RowVersion ours = saved(one.update(row("A1", "ours"), stock));
            assertThat(one.look(A1, ours, NO_GRACE)).isInstanceOf(Look.Unchanged.class);
            assertThat(two.look(A1, stock, NO_GRACE)).isInstanceOf(Look.Changed.class);
        }
    }

    @Nested
    class Updating {

        @Test
        void anUpdateOverTheStateThatTheCopyComesFromIsSaved() throws Exception {
            RowVersion first = saved(one.insert(row("A1", "one")));
            RowVersion second = saved(two.update(row("A1", "two"), first));

            assertThat(second).isNotEqualTo(first);
            assertThat(text(seen(one))).isEqualTo("two");
            assertThat(value("select node || ' ' || held from tomcat_sessions")).isEqualTo("tc-2 true");
        }

        @Test
        void anUpdateOverAnotherStateWritesNothing() throws Exception {
            RowVersion first = saved(one.insert(row("A1", "one")));
            saved(two.update(row("A1", "two"), first));

            assertThat(one.update(row("A1", "late"), first)).isEqualTo(new SaveResult.Stale());
            assertThat(text(seen(one))).isEqualTo("two");
        }

        @Test
        void ofTwoUpdatesOfOneStateAtTheSameTimeOneIsSavedAndOneIsStale() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "0")));
            for (int round = 0; round < 50; round++) {
                RowVersion basis = version;
                SessionRow row = row("A1", "round " + round);
                List<SaveResult> results = atOnce(() -> one.update(row, basis), () -> two.update(row, basis));

                assertThat(results).hasAtLeastOneElementOfType(SaveResult.Stale.class);
                version = saved(results.stream()
                        .filter(SaveResult.Saved.class::isInstance)
                        .findFirst()
                        .orElseThrow());
                assertThat(seen(one).version()).isEqualTo(version);
            }
        }

        @Test
        void twoThreadsOfOneNodeAreToldApartToo() throws Exception {
            SessionTable still = new SessionTable(
                    database::getConnection,
                    TableNames.DOCUMENTED,
                    "tc-1",
                    SchemaMode.NONE,
                    Clock.fixed(Clock.systemUTC().instant(), ZoneOffset.UTC));
            RowVersion version = saved(still.insert(row("A1", "0")));
            List<SaveResult> results =
                    atOnce(() -> still.update(row("A1", "x"), version), () -> still.update(row("A1", "y"), version));

            assertThat(results)
                    .hasAtLeastOneElementOfType(SaveResult.Stale.class)
                    .hasAtLeastOneElementOfType(SaveResult.Saved.class);
        }

        @Test
        void aRowThatIsGoneIsNotMadeAgain() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            execute("delete from tomcat_sessions");

            assertThat(one.update(row("A1", "back"), version)).isEqualTo(new SaveResult.Gone());
            assertThat(one.save(row("A1", "back"), version)).isEqualTo(new SaveResult.Gone());
            assertThat(one.updateAll(List.of(row("A1", "back"), row("B2", "back")), List.of(version, version)))
                    .containsExactly(new SaveResult.Gone(), new SaveResult.Gone());
            assertThat(one.size(SHOP)).isZero();
        }

        @Test
        void aTombstoneStays() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            invalidate(two, A1, now());

            assertThat(one.update(row("A1", "back"), version)).isEqualTo(new SaveResult.Invalidated());
            assertThat(one.look(A1, version, NO_GRACE)).isInstanceOf(Look.Ended.class);
        }

        @Test
        void aRowThatWasDeletedAndInsertedAgainIsAnotherState() throws Exception {
            RowVersion old = saved(one.insert(row("A1", "one")));
            execute("delete from tomcat_sessions");
            stockRow("A1", now(), "stock");
            assertThat(one.update(row("A1", "late"), old)).isEqualTo(new SaveResult.Stale());

            execute("delete from tomcat_sessions");
            saved(two.insert(row("A1", "two")));
            assertThat(one.update(row("A1", "late"), old)).isEqualTo(new SaveResult.Stale());
            assertThat(text(seen(one))).isEqualTo("two");
        }

        @Test
        void aStockRowThatAStockStoreSavedAgainIsAnotherState() throws Exception {
            stockRow("A1", now() - 10, "stock");
            RowVersion old = seen(one).version();
            execute("delete from tomcat_sessions");
            stockRow("A1", now(), "stock again");

            assertThat(one.update(row("A1", "late"), old)).isEqualTo(new SaveResult.Stale());
        }

        @Test
        void aSaveOfAnOlderAccessDoesNotMoveTheRowsAccessBack() throws Exception {
            RowVersion version = saved(one.insert(accessed("A1", now() - 60_000)));
            two.touch(SHOP, Map.of("A1", now()));
            long touched = Long.parseLong(value("select last_access from tomcat_sessions"));

            saved(one.update(accessed("A1", now() - 50_000), version));
            assertThat(value("select last_access from tomcat_sessions")).isEqualTo(String.valueOf(touched));
        }

        @Test
        void aSaveWhoseAnswerWasLostIsKnownAgain() throws Exception {
            List<String> lost = new ArrayList<>();
            SessionTable unlucky = new SessionTable(
                    () -> LostAnswers.of(database.getConnection(), lost), TableNames.DOCUMENTED, "tc-1");
            unlucky.size(SHOP);
            lost.add("insert");
            RowVersion first = saved(unlucky.insert(row("A1", "one")));
            lost.add("update");
            RowVersion second = saved(unlucky.update(row("A1", "two"), first));

            assertThat(lost).isEmpty();
            assertThat(seen(two).version()).isEqualTo(second);
        }

        @Test
        void aStockManagersSaveReplacesAnEarlierAccessButNotALaterOne() throws Exception {
            RowVersion first = saved(one.insert(accessed("A1", now() - 60_000)));
            saved(two.update(accessed("A1", now() - 30_000), first));

            assertThat(one.save(accessed("A1", now() - 50_000), first)).isEqualTo(new SaveResult.Stale());
            saved(one.save(accessed("A1", now()), first));
        }
    }

    @Nested
    class Inserting {

        @Test
        void aValidRowIsNotWrittenOver() throws Exception {
            saved(one.insert(row("A1", "one")));

            assertThat(two.insert(row("A1", "two"))).isEqualTo(new SaveResult.Stale());
            assertThat(text(seen(one))).isEqualTo("one");
        }

        @Test
        void aTombstoneOfAnEarlierSessionGivesWayAndThatOfThisOneDoesNot() throws Exception {
            invalidate(one, A1, now() - 60_000);

            assertThat(one.insert(created("A1", now() - 120_000))).isEqualTo(new SaveResult.Invalidated());
            saved(one.insert(created("A1", now())));
            assertThat(seen(two).key()).isEqualTo(A1);
        }
    }

    @Nested
    class Batches {

        @Test
        void theResultsComeInTheOrderOfTheArgument() throws Exception {
            RowVersion c = saved(one.insert(row("C", "old")));
            RowVersion a = saved(one.insert(row("A", "old")));
            RowVersion b = saved(one.insert(row("B", "old")));
            saved(two.update(row("B", "newer"), b));
            two.bury(key("A"), now());

            List<SaveResult> results = one.updateAll(
                    List.of(row("C", "new"), row("GONE", "new"), row("A", "new"), row("B", "new")),
                    List.of(c, c, a, b));
            assertThat(results.subList(1, 4))
                    .containsExactly(new SaveResult.Gone(), new SaveResult.Invalidated(), new SaveResult.Stale());
            assertThat(one.look(key("C"), saved(results.get(0)), NO_GRACE)).isInstanceOf(Look.Unchanged.class);
            assertThat(text(seen(one, "C"))).isEqualTo("new");
        }

        @Test
        void newOnesGiveWayEachByItself() throws Exception {
            long now = now();
            saved(one.insert(row("THERE", "old")));
            for (String ended : List.of("ENDED", "LATER")) {
                saved(one.insert(row(ended, "old")));
                two.bury(key(ended), now - 10_000);
            }

            List<SaveResult> results = one.insertAll(List.of(
                    created("NEW", now - 60_000),
                    created("THERE", now - 60_000),
                    created("ENDED", now - 60_000),
                    created("LATER", now)));
            saved(results.get(0));
            assertThat(results.subList(1, 3)).containsExactly(new SaveResult.Stale(), new SaveResult.Invalidated());
            assertThat(seen(one, "LATER").version()).isEqualTo(saved(results.get(3)));
            assertThat(text(seen(one, "THERE"))).isEqualTo("old");
        }

        @Test
        void aRowIsTheSameWhetherItIsWrittenAloneOrAmongOthers() throws Exception {
            for (SessionRow.Form form : List.of(SessionRow.Form.WHOLE, SessionRow.Form.WHOLE_INDEPENDENT)) {
                for (String user : Arrays.asList(null, "O'Hara {\"x\", NULL}")) {
                    execute("delete from tomcat_sessions");
                    boolean odd = user == null;
                    long now = now();
                    List<SessionRow> rows = Stream.of("ALONE", "A", "B")
                            .map(id -> new SessionRow(
                                    key(id),
                                    odd ? -1 : 600,
                                    now - 5_000,
                                    now - 9_000,
                                    user,
                                    odd,
                                    !odd,
                                    form,
                                    bytes("\0{\\x")))
                            .toList();
                    saved(one.insert(rows.get(0)));
                    one.insertAll(rows.subList(1, 3)).forEach(SharedRowsTest::saved);

                    assertThat(value("select count(distinct (max_inactive, reap_after is null, node, held, user_name,"
                                    + " binding_listener, version = base_version, valid_session, ended_at,"
                                    + " session_changes, session_data)) from tomcat_sessions"))
                            .isEqualTo("1");
                    assertThat(value("select greatest(max(last_access) - min(last_access),"
                                    + " max(reap_after) - min(reap_after)) < 1000 from tomcat_sessions"))
                            .isEqualTo("t");
                }
            }
        }

        @Test
        void manyAreOneTransaction() throws Exception {
            List<SessionRow> rows = IntStream.range(0, 300)
                    .mapToObj(i -> row("S" + i, "x".repeat(500)))
                    .toList();
            one.size(SHOP);
            long before = Long.parseLong(value("select pg_current_xact_id()::text"));
            List<RowVersion> versions =
                    one.insertAll(rows).stream().map(SharedRowsTest::saved).toList();
            one.updateAll(rows, versions).forEach(SharedRowsTest::saved);

            // The question asks for an id of its own, and so did the one before.
            assertThat(Long.parseLong(value("select pg_current_xact_id()::text")) - before)
                    .isEqualTo(3);
            assertThat(one.size(SHOP)).isEqualTo(300);
        }

        @Test
        void oneThatPostgresqlRefusesCostsTheOthersNothing() throws Exception {
            List<SessionRow> rows = new ArrayList<>(List.of(row("A", "a"), row("B", "b"), row("C", "c")));
            rows.set(1, new SessionRow(key("B"), 1800, now(), 1, "nul\0nul", true, bytes("b")));
            List<SaveResult> results = one.insertAll(rows);

            assertThat(results.get(1)).isInstanceOfSatisfying(SaveResult.NotSaved.class, refused -> assertThat(
                            refused.cause().isAboutTheRow())
                    .isTrue());
            RowVersion a = saved(results.get(0));
            RowVersion c = saved(results.get(2));
            assertThat(one.ids(SHOP)).containsExactlyInAnyOrder("A", "C");

            results = one.updateAll(
                    List.of(
                            row("C", "c2"),
                            new SessionRow(key("A"), 1800, now(), 1, "x".repeat(300), true, bytes("a"))),
                    List.of(c, a));
            saved(results.get(0));
            assertThat(results.get(1)).isInstanceOf(SaveResult.NotSaved.class);
            assertThat(text(seen(one, "C"))).isEqualTo("c2");
        }

        @Test
        void aDatabaseThatIsAwayIsAnExceptionAndNotAResultForEach() {
            SessionTable unreachable = new SessionTable(
                    () -> {
                        throw new SQLException("Connection refused", "08001");
                    },
                    TableNames.DOCUMENTED,
                    "tc-1");
            assertThatThrownBy(() -> unreachable.insertAll(List.of(row("A", "a"), row("B", "b"))))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessage("Connection refused");
        }

        @Test
        void batchesInOppositeOrderDoNotWaitForEachOther() throws Exception {
            List<SessionRow> forth =
                    IntStream.range(0, 200).mapToObj(i -> row("S" + i, "data")).toList();
            List<RowVersion> versions = new ArrayList<>(
                    one.insertAll(forth).stream().map(SharedRowsTest::saved).toList());
            for (int round = 0; round < 10; round++) {
                List<RowVersion> bases = List.copyOf(versions);
                List<List<SaveResult>> results = atOnce(
                        () -> one.updateAll(forth, bases),
                        () -> reversed(two.updateAll(reversed(forth), reversed(bases))));
                for (int i = 0; i < forth.size(); i++) {
                    boolean first = results.get(0).get(i) instanceof SaveResult.Saved;
                    assertThat(results.get(first ? 1 : 0).get(i)).isEqualTo(new SaveResult.Stale());
                    versions.set(i, saved(results.get(first ? 0 : 1).get(i)));
                }
            }
            assertThat(value("select deadlocks from pg_stat_database where datname = current_database()"))
                    .isEqualTo(deadlocksBefore);
        }

        private String deadlocksBefore = "";

        @BeforeEach
        void countDeadlocks() throws SQLException {
            deadlocksBefore = value("select deadlocks from pg_stat_database where datname = current_database()");
        }

        @Test
        void aBatchWhoseAnswerWasLostIsKnownAgain() throws Exception {
            List<String> lost = new ArrayList<>();
            SessionTable unlucky = new SessionTable(
                    () -> LostAnswers.of(database.getConnection(), lost), TableNames.DOCUMENTED, "tc-1");
            unlucky.size(SHOP);
            lost.add("insert");
            List<SessionRow> rows = List.of(row("A", "a"), row("B", "b"));
            List<RowVersion> versions =
                    unlucky.insertAll(rows).stream().map(SharedRowsTest::saved).toList();
            assertThat(lost).isEmpty();

            lost.add("commit");
            unlucky.updateAll(rows, versions).forEach(SharedRowsTest::saved);
            assertThat(lost).isEmpty();
        }

        @Test
        void noneAtAllAreNoWork() throws Exception {
            assertThat(one.insertAll(List.of())).isEmpty();
            assertThat(one.updateAll(List.of(), List.of())).isEmpty();
            one.touch(SHOP, Map.of());
            one.release(SHOP, List.of());
        }
    }

    @Nested
    class Touching {

        @Test
        void aTouchMovesTheAccessOnAndNeverBackAndChangesNoState() throws Exception {
            RowVersion version = saved(one.insert(accessed("A1", now() - 60_000)));
            one.touch(SHOP, Map.of("A1", now() - 30_000));
            assertThat(seen(one).lastAccess()).isBetween(now() - 31_000, now() - 25_000);
            String row = value("select tomcat_sessions::text from tomcat_sessions");

            two.touch(SHOP, Map.of("A1", now() - 40_000));
            assertThat(value("select tomcat_sessions::text from tomcat_sessions"))
                    .isEqualTo(row);
            saved(two.update(row("A1", "two"), version));
        }

        @Test
        void neitherATombstoneNorAnotherContextsRowIsTouched() throws Exception {
            saved(one.insert(accessed("A1", now() - 60_000)));
            one.bury(A1, now() - 30_000);
            saved(one.insert(
                    new SessionRow(new SessionKey(OTHER, "B2"), 1800, now() - 60_000, 1, null, true, bytes("other"))));
            String before = value("select string_agg(last_access::text, ' ' order by session_id) from tomcat_sessions");
            one.touch(SHOP, Map.of("A1", now(), "B2", now(), "NONE", now()));

            assertThat(value("select string_agg(last_access::text, ' ' order by session_id) from tomcat_sessions"))
                    .isEqualTo(before);
        }

        @Test
        void aRowThatOthersWorkOnIsNotWaitedFor() throws Exception {
            saved(one.insert(accessed("A1", now() - 60_000)));
            saved(one.insert(accessed("B2", now() - 60_000)));
            try (Connection other = database.getConnection();
                    var statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("select 1 from tomcat_sessions where session_id = 'A1' for update");
                one.touch(SHOP, Map.of("A1", now(), "B2", now()));
                other.rollback();
            }
            assertThat(value("select session_id from tomcat_sessions order by last_access"))
                    .isEqualTo("A1");
            assertThat(seen(one, "B2").lastAccess()).isGreaterThan(now() - 5_000);
        }

        @Test
        void touchesMoveNoIndex() throws Exception {
            Map<String, Long> accesses = new HashMap<>();
            for (int i = 0; i < 50; i++) {
                saved(one.insert(accessed("S" + i, now() - 600_000)));
                accesses.put("S" + i, 0L);
            }
            for (int round = 0; round < 20; round++) {
                long access = now() - 300_000 + round * 10_000L;
                accesses.replaceAll((id, before) -> access);
                one.touch(SHOP, accesses);
            }
            String updates = "select n_tup_upd from pg_stat_user_tables where relid = 'tomcat_sessions'::regclass";
            long end = System.nanoTime() + 20_000_000_000L;
            while (Long.parseLong(value(updates)) < 1_000 && System.nanoTime() < end) {
                Thread.onSpinWait(); // each question ends a connection, which hands in its statistics
            }
            assertThat(value(updates)).isEqualTo("1000");
            assertThat(Long.parseLong(value(updates.replace("n_tup_upd", "n_tup_hot_upd"))))
                    .as("HOT updates of 1,000; a page that is full moves a row once, in the first rounds")
                    .isGreaterThanOrEqualTo(900);
        }
    }

    @Nested
    class Holding {

        @Test
        void onlyTheNodeThatSavedLastLetsGo() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            saved(one.insert(row("B2", "one")));
            saved(two.update(row("A1", "two"), version));
            one.release(SHOP, List.of("A1", "B2", "NONE"));

            assertThat(value("select string_agg(session_id || held, ' ' order by session_id) from tomcat_sessions"))
                    .isEqualTo("A1true B2false");
            assertThat(one.look(key("B2"), seen(one, "B2").version(), NO_GRACE)).isInstanceOf(Look.Unchanged.class);
        }

        @Test
        void aSaveSaysWhetherTheSessionStaysInMemory() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            assertThat(one.catalog().page(SHOP, null, 1).get(0).held()).isTrue();

            saved(one.update(new SessionRow(A1, 1800, now(), 1, null, false, bytes("stop")), version));
            assertThat(one.catalog().page(SHOP, null, 1).get(0).held()).isFalse();
        }
    }

    @Nested
    class TellingListeners {

        @Test
        void whoeverLogsOutHasTold() throws Exception {
            saved(one.insert(row("A1", "one")));
            one.bury(A1, now());

            assertThat(two.tombstones(SHOP, Instant.EPOCH).tombstones())
                    .extracting(Tombstone::toldBy)
                    .containsExactly("tc-1");
            assertThat(claim(two, A1)).isFalse();
        }

        @Test
        void anEndFromOutsideIsClaimedOnce() throws Exception {
            saved(one.insert(row("A1", "one")));
            invalidate(two, A1, now());
            assertThat(one.tombstones(SHOP, Instant.EPOCH).tombstones())
                    .extracting(Tombstone::toldBy)
                    .containsExactly((String) null);

            assertThat(atOnce(() -> claim(one, A1), () -> claim(two, A1))).containsExactlyInAnyOrder(true, false);
            assertThat(claim(one, A1)).isFalse();
            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE))
                    .isInstanceOfSatisfying(Look.Ended.class, ended -> assertThat(ended.toldBy())
                            .isIn("tc-1", "tc-2"));
        }

        @Test
        void aTombstoneThatWasMadeByHandIsClaimedToo() throws Exception {
            saved(one.insert(new SessionRow(A1, -1, now(), 1, null, true, bytes("one"))));
            execute("update tomcat_sessions set valid_session = '0'");

            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE))
                    .isInstanceOfSatisfying(Look.Ended.class, ended -> assertThat(ended.toldBy())
                            .isNull());
            assertThat(claim(two, A1)).isTrue();
            assertThat(claim(one, A1)).isFalse();
            assertThat(value("select octet_length(session_data) || ' ' || max_inactive from tomcat_sessions"))
                    .isEqualTo("0 2592000");
        }

        @Test
        void aValidSessionIsNobodysToClaim() throws Exception {
            saved(one.insert(row("A1", "one")));
            execute("update tomcat_sessions set node = null");

            assertThat(claim(one, A1)).isFalse();
            assertThat(claim(one, key("NONE"))).isFalse();
        }
    }

    @Nested
    class Moving {

        private final SessionKey b2 = key("B2");

        @Test
        void theOldIdIsDeadAndTheNewOneHasTheSession() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            RowVersion moved = saved(one.move(A1, version, row("B2", "moved")));

            assertThat(two.look(A1, version, NO_GRACE))
                    .isInstanceOfSatisfying(Look.Ended.class, ended -> assertThat(ended.toldBy())
                            .isEqualTo("tc-1"));
            assertThat(two.update(row("A1", "back"), version)).isEqualTo(new SaveResult.Invalidated());
            assertThat(two.look(b2, moved, NO_GRACE)).isInstanceOf(Look.Unchanged.class);
            assertThat(text(seen(two, "B2"))).isEqualTo("moved");
        }

        @Test
        void aConflictMovesNothing() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            saved(two.update(row("A1", "two"), version));

            assertThat(one.move(A1, version, row("B2", "moved"))).isEqualTo(new SaveResult.Stale());
            assertThat(one.ids(SHOP)).containsExactly("A1");
            assertThat(one.tombstones(SHOP, Instant.EPOCH).tombstones()).isEmpty();
        }

        @Test
        void aSessionThatWasNeverSavedIsInsertedAndItsOldIdIsDead() throws Exception {
            saved(one.move(A1, RowVersion.NONE, row("B2", "moved")));

            assertThat(one.ids(SHOP)).containsExactly("B2");
            assertThat(one.insert(row("A1", "late"))).isEqualTo(new SaveResult.Invalidated());
        }

        @Test
        void whatHasEndedIsNotMoved() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            invalidate(two, A1, now());
            assertThat(one.move(A1, version, row("B2", "moved"))).isEqualTo(new SaveResult.Invalidated());
            assertThat(one.move(A1, RowVersion.NONE, row("B2", "moved"))).isEqualTo(new SaveResult.Invalidated());

            execute("delete from tomcat_sessions");
            assertThat(one.move(A1, version, row("B2", "moved"))).isEqualTo(new SaveResult.Gone());
            assertThat(one.size(SHOP)).isZero();
        }

        @Test
        void anIdThatIsTakenLeavesTheOldOneAlive() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            saved(two.insert(row("B2", "another session")));

            assertThat(one.move(A1, version, row("B2", "moved"))).isEqualTo(new SaveResult.Stale());
            assertThat(one.look(A1, version, NO_GRACE)).isInstanceOf(Look.Unchanged.class);
            assertThat(text(seen(one, "B2"))).isEqualTo("another session");
        }

        @Test
        void aMoveWhoseAnswerWasLostIsFinishedByTheNextTry() throws Exception {
            List<String> lost = new ArrayList<>();
            SessionTable unlucky = new SessionTable(
                    () -> LostAnswers.of(database.getConnection(), lost), TableNames.DOCUMENTED, "tc-1");
            RowVersion version = saved(unlucky.insert(row("A1", "one")));
            lost.add("commit");
            RowVersion moved = saved(unlucky.move(A1, version, row("B2", "moved")));
            assertThat(lost).isEmpty();
            assertThat(seen(two, "B2").version()).isEqualTo(moved);

            RowVersion again = saved(one.move(A1, version, row("B2", "with a later change")));
            assertThat(text(seen(two, "B2"))).isEqualTo("with a later change");
            saved(two.update(row("B2", "of another node"), again));
            assertThat(one.move(A1, version, row("B2", "again"))).isEqualTo(new SaveResult.Stale());
        }
    }

    @Nested
    class ClocksApart {

        @Test
        void nothingIsLostExpiredOrRevivedByANodeWhoseClockIsOff() throws Exception {
            for (Duration off : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
                execute("delete from tomcat_sessions");
                SessionTable astray = node("tc-9", off);
                long there = now() + off.toMillis();
                RowVersion version = saved(astray.insert(at("A1", there - 60_000, there - 120_000)));

                assertThat(seen(one).lastAccess()).isBetween(now() - 62_000, now() - 58_000);
                assertThat(seen(astray).lastAccess()).isBetween(there - 62_000, there - 58_000);
                assertThat(seen(astray).savedAt()).isBetween(there - 5_000, there + 1_000);
                assertThat(reaped(one)).isEmpty();
                assertThat(reaped(astray)).isEmpty();

                astray.touch(SHOP, Map.of("A1", there));
                assertThat(seen(one).lastAccess()).isBetween(now() - 2_000, now() + 1_000);
                astray.removeIdle(A1, there - 10_000); // it was used since
                assertThat(one.ids(SHOP)).containsExactly("A1");

                one.bury(A1, now() - 1_500);
                TombstoneList all = astray.tombstones(SHOP, Instant.EPOCH);
                assertThat(astray.tombstones(SHOP, all.asOf().minusSeconds(5)).tombstones())
                        .singleElement()
                        .satisfies(tombstone -> assertThat(tombstone.endedAt()).isBetween(there - 3_000, there));
                assertThat(astray.tombstones(SHOP, all.asOf().plusSeconds(5)).tombstones())
                        .isEmpty();
                assertThat(astray.save(at("A1", there, there - 120_000), version))
                        .isEqualTo(new SaveResult.Invalidated());
                assertThat(astray.insert(at("A1", there, there - 120_000))).isEqualTo(new SaveResult.Invalidated());
                saved(astray.insert(at("A1", there, there))); // another session, later
            }
        }

        @Test
        void theLaterAccessWinsWhateverTheClocksSay() throws Exception {
            SessionTable behind = node("tc-9", Duration.ofHours(-1));
            RowVersion version = saved(one.insert(accessed("A1", now() - 60_000)));
            RowVersion newer = saved(behind.save(accessed("A1", now() - 3_600_000 - 10_000), version));

            assertThat(one.save(accessed("A1", now() - 30_000), version)).isEqualTo(new SaveResult.Stale());
            assertThat(one.look(A1, newer, NO_GRACE)).isInstanceOf(Look.Unchanged.class);
        }

        @Test
        void aSessionHeldByANodeThatIsAstrayIsPostponedOnTheDatabasesClock() throws Exception {
            SessionTable ahead = node("tc-9", Duration.ofHours(1));
            long there = now() + 3_600_000;
            saved(one.insert(accessed("A1", now() - 1_810_000)));
            ahead.reap(SHOP, "", 10, NO_GRACE, id -> OptionalLong.of(there + 100_000));

            assertThat(Long.parseLong(value("select reap_after from tomcat_sessions")))
                    .isBetween(now() + 95_000, now() + 101_000);
        }

        @Test
        void anAccessThatLiesAheadIsNow() throws Exception {
            saved(one.insert(accessed("A1", now() + 86_400_000)));
            assertThat(seen(one).lastAccess()).isLessThan(now() + 1_000);
        }
    }

    @Nested
    class Sweeping {

        @Test
        void theGraceIsForTouchesThatAreOnTheirWay() throws Exception {
            saved(one.insert(accessed("A1", now() - 1_800_000 - 30_000)));

            assertThat(one.reap(SHOP, "", 10, Duration.ofSeconds(60), NONE_LIVE).expired())
                    .isEmpty();
            assertThat(one.reap(SHOP, "", 10, Duration.ofSeconds(20), NONE_LIVE).expired())
                    .singleElement()
                    .satisfies(session -> {
                        assertThat(text(session)).isEqualTo("data");
                        assertThat(session.lastAccess()).isBetween(now() - 1_832_000, now() - 1_828_000);
                    });
        }

        @Test
        void whatExpiresInsideOfTheGraceIsFoundWhenThatIsOver() throws Exception {
            saved(one.insert(accessed("A1", now() - 1_830_000)));
            one.reap(SHOP, "", 10, Duration.ofSeconds(60), NONE_LIVE);
            one.touch(SHOP, Map.of("A1", now() - 1_825_000));

            assertThat(one.reap(SHOP, "", 10, Duration.ofSeconds(20), NONE_LIVE).expired())
                    .hasSize(1);
        }
    }

    @Nested
    class Orphaned {

        private static final String GONE = "/Catalina/localhost/shop##1";

        private void rowsOf(String context) throws Exception {
            long longAgo = now() - Duration.ofDays(3).toMillis();
            for (Map.Entry<String, Integer> id :
                    Map.of("EXPIRED", 60, "ALIVE", 10 * 86_400, "NEVER", -1).entrySet()) {
                saved(one.insert(new SessionRow(
                        new SessionKey(context, id.getKey()), id.getValue(), longAgo, 1, null, false, bytes("x"))));
            }
        }

        @Test
        void rowsOfAContextThatIsAnnouncedAreItsOwnSweeps() throws Exception {
            rowsOf(GONE);
            assertThat(one.removeOrphans(Duration.ofDays(1), Map.of(GONE, Duration.ofMinutes(5))))
                    .isZero();
            assertThat(one.size(GONE)).isEqualTo(3);
        }

        @Test
        void ofAContextThatNobodyEverAnnouncedOnlyWhatHasExpiredGoes() throws Exception {
            rowsOf(GONE);
            assertThat(one.removeOrphans(Duration.ofDays(4), Map.of())).isZero();
            assertThat(one.removeOrphans(Duration.ofDays(1), Map.of())).isEqualTo(1);
            assertThat(one.ids(GONE)).containsExactlyInAnyOrder("ALIVE", "NEVER");
        }

        @Test
        void ofAContextThatHasFallenSilentWhatNeverExpiresGoesToo() throws Exception {
            rowsOf(GONE);
            rowsOf(SHOP);
            Map<String, Duration> silence = Map.of(GONE, Duration.ofDays(2), SHOP, Duration.ZERO);
            assertThat(one.removeOrphans(Duration.ofDays(1), silence)).isEqualTo(2);
            assertThat(one.ids(GONE)).containsExactly("ALIVE");
            assertThat(one.size(SHOP)).isEqualTo(3);
        }

        @Test
        void moreThanABatchIsRemoved() throws Exception {
            execute("""
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                    select '/Catalina/localhost/gone', 'S' || i, '1', 60, 0 from generate_series(1, 2500) i""");
            assertThat(one.removeOrphans(Duration.ofDays(1), Map.of())).isEqualTo(2_500);
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
            one = node("tc-1", Duration.ZERO);
            two = node("tc-2", Duration.ZERO);
        }

        @Test
        void theLastAccessTellsStatesApart() throws Exception {
            RowVersion first = saved(one.insert(row("A1", "one")));
            assertThat(two.look(A1, first, NO_GRACE)).isInstanceOf(Look.Unchanged.class);
            RowVersion second = saved(two.update(accessed("A1", now() - 60_000), first));

            assertThat(one.update(row("A1", "late"), first)).isEqualTo(new SaveResult.Stale());
            assertThat(one.look(A1, first, NO_GRACE)).isInstanceOf(Look.Changed.class);
            assertThat(seen(one).version()).isEqualTo(second);
        }

        @Test
        void batchesAndMovesWorkToo() throws Exception {
            List<SessionRow> rows = List.of(row("B2", "b"), row("A1", "a"));
            List<RowVersion> versions =
                    one.insertAll(rows).stream().map(SharedRowsTest::saved).toList();
            versions = one.updateAll(rows, versions).stream()
                    .map(SharedRowsTest::saved)
                    .toList();
            saved(one.move(A1, versions.get(1), row("C3", "moved")));
            saved(one.move(key("NEVER"), RowVersion.NONE, row("D4", "moved")));

            assertThat(one.ids(SHOP)).containsExactlyInAnyOrder("B2", "C3", "D4");
            assertThat(two.tombstones(SHOP, Instant.EPOCH).tombstones())
                    .extracting(Tombstone::id)
                    .containsExactlyInAnyOrder("A1", "NEVER");
            assertThat(two.update(row("A1", "back"), versions.get(1))).isEqualTo(new SaveResult.Invalidated());
        }

        @Test
        void holdersStaySilentAboutAnEndFromOutside() throws Exception {
            saved(one.insert(row("A1", "one")));
            invalidate(two, A1, now());

            assertThat(claim(two, A1)).isTrue();
            assertThat(one.tombstones(SHOP, Instant.EPOCH).tombstones())
                    .extracting(Tombstone::toldBy)
                    .containsExactly("");
            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE))
                    .isInstanceOfSatisfying(Look.Ended.class, ended -> assertThat(ended.toldBy())
                            .isEmpty());
        }

        @Test
        void touchesReleasesAndOrphansDoWhatTheyCan() throws Exception {
            saved(one.insert(accessed("A1", now() - 3_600_000)));
            one.release(SHOP, List.of("A1"));
            assertThat(one.look(A1, RowVersion.NONE, NO_GRACE)).isEqualTo(new Look.Expired());
            one.touch(SHOP, Map.of("A1", now()));
            assertThat(seen(one).lastAccess()).isGreaterThan(now() - 5_000);

            execute("update tomcat_sessions set last_access = 0");
            assertThat(one.removeOrphans(Duration.ofDays(1), Map.of())).isEqualTo(1);
        }

        @Test
        void anIdOfAnotherContextIsNamed() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            SessionRow other =
                    new SessionRow(new SessionKey(OTHER, "A1"), 1800, now(), now(), null, true, bytes("other"));

            assertThat(one.insert(other)).isEqualTo(new SaveResult.TakenByContext(SHOP));
            assertThat(one.update(other, version)).isEqualTo(new SaveResult.Gone());
            assertThat(one.look(other.key(), version, NO_GRACE)).isEqualTo(new Look.Absent());
            assertThat(one.move(new SessionKey(OTHER, "B2"), RowVersion.NONE, other))
                    .isEqualTo(new SaveResult.TakenByContext(SHOP));
            assertThat(one.ids(OTHER)).isEmpty();
            assertThat(one.tombstones(OTHER, Instant.EPOCH).tombstones()).isEmpty();
            assertThat(text(seen(one))).isEqualTo("one");
        }

        @Test
        void aCopyFromBeforeTheUpgradeIsStillKnown() throws Exception {
            RowVersion version = saved(one.insert(row("A1", "one")));
            node("tc-3", Duration.ZERO).prepare(SchemaMode.UPGRADE);

            saved(one.update(row("A1", "two"), version));
            assertThat(value("select node || ' ' || held || ' ' || (version > 0) from tomcat_sessions"))
                    .isEqualTo("tc-1 true true");
        }
    }

    private static <T> List<T> atOnce(Callable<T> first, Callable<T> second) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> task : threads.invokeAll(List.of(first, second))) {
                results.add(task.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }

    private List<String> reaped(SessionTable by) throws StoreUnavailableException {
        return by.reap(SHOP, "", 10, NO_GRACE, NONE_LIVE).expired().stream()
                .map(session -> session.key().id())
                .toList();
    }

    private void stockRow(String id, long lastAccess, String data) throws SQLException {
        execute("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                values ('%s', '%s', '1', 1800, %d, '%s')""".formatted(SHOP, id, lastAccess, data));
    }

    private static StoredSession seen(SessionTable by) throws StoreUnavailableException {
        return seen(by, "A1");
    }

    private static StoredSession seen(SessionTable by, String id) throws StoreUnavailableException {
        return by.load(key(id)).orElseThrow();
    }

    private static RowVersion saved(SaveResult result) {
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).version();
    }

    private static SessionKey key(String id) {
        return new SessionKey(SHOP, id);
    }

    private static SessionRow row(String id, String data) {
        return new SessionRow(key(id), 1800, now(), 1, "alice", true, bytes(data));
    }

    private static SessionRow accessed(String id, long lastAccess) {
        return at(id, lastAccess, 1);
    }

    private static SessionRow created(String id, long created) {
        return at(id, now(), created);
    }

    private static SessionRow at(String id, long lastAccess, long created) {
        return new SessionRow(key(id), 1800, lastAccess, created, "alice", true, bytes("data"));
    }

    private static byte[] bytes(String data) {
        return data.getBytes(UTF_8);
    }

    private static String text(StoredSession stored) {
        return new String(stored.data(), UTF_8);
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    private void execute(String sql) throws SQLException {
        Postgres.execute(database, sql);
    }

    private String value(String sql) throws SQLException {
        return Postgres.value(database, sql);
    }

    private static java.util.Optional<StoredSession> invalidate(SessionTable table, SessionKey key, long endedAt)
            throws StoreUnavailableException {
        return table.invalidate(key.context(), List.of(key.id()), endedAt).stream()
                .findFirst();
    }

    private static boolean claim(SessionTable table, SessionKey key) throws StoreUnavailableException {
        return table.claim(key.context(), List.of(key.id())).contains(key.id());
    }
}
