package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nodes say about sessions that were ended from outside, and that what they say is true. */
final class AnswerTableTest {

    private static final String SHOP = NodeTableTest.SHOP;
    private static final NodeReport.Origin TWO =
            NodeTableTest.report("tc-2", "i2").origin();

    private DataSource database;
    private SessionTable sessions;
    private AnswerTable answers;

    @BeforeEach
    void aFreshTable() throws Exception {
        database = Postgres.freshSchema();
        sessions = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        sessions.prepare(SchemaMode.CREATE);
        answers = new AnswerTable(database::getConnection, TableNames.DOCUMENTED);
    }

    @Test
    void aNodeSaysWhatItEndedAndSoWhatItDidNotHold() throws Exception {
        sessions.invalidate(SHOP, List.of("A1", "A2"), System.currentTimeMillis());
        Instant asked = answers.ask(SHOP);
        answers.say(
                TWO,
                List.of(Handle.of("A1")),
                sessions.tombstones(SHOP, Instant.EPOCH).asOf());

        assertThat(answers.answers(SHOP, List.of(Handle.of("A1"), Handle.of("A2"))))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.instance()).isEqualTo("i2");
                    assertThat(answer.ended()).containsExactly(Handle.of("A1"));
                    assertThat(answer.lookedUntil()).isAfterOrEqualTo(asked);
                });
        assertThat(answers.answers("/Catalina/localhost/bank", List.of(Handle.of("A1"))))
                .isEmpty();
    }

    @Test
    void aNodeThatLookedBeforeTheEndWasCommittedHasNotLookedLongEnough() throws Exception {
        try (Connection slow = database.getConnection()) {
            slow.setAutoCommit(false);
            slow.createStatement()
                    .execute("insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive,"
                            + " last_access, version, session_data) values ('" + SHOP + "', 'A1', '0', 60,"
                            + " (extract(epoch from clock_timestamp()) * 1000)::bigint, -1, '')");
            TombstoneList look = sessions.tombstones(SHOP, Instant.EPOCH);
            assertThat(look.tombstones()).isEmpty();
            slow.commit();
            assertThat(look.asOf()).isBefore(answers.ask(SHOP));
        }
    }

    @Test
    void theTimeUntilWhichANodeHasLookedNeverGoesBack() throws Exception {
        Instant later = answers.ask(SHOP);
        answers.say(TWO, List.of(), later);
        answers.say(TWO, List.of(Handle.of("A1")), Instant.EPOCH);

        assertThat(answers.answers(SHOP, Set.of(Handle.of("A1"))))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.lookedUntil()).isEqualTo(later);
                    assertThat(answer.ended()).hasSize(1);
                });
    }

    @Test
    void onlyTheEndsFromOutsideAreAskedFor() throws Exception {
        sessions.insert(row("A1"));
        sessions.insert(row("A2"));
        sessions.bury(new SessionKey(SHOP, "A1"), System.currentTimeMillis());
        sessions.invalidate(SHOP, List.of("A2"), System.currentTimeMillis());
        sessions.claim(SHOP, List.of("A2"));

        assertThat(sessions.tombstones(SHOP, Instant.EPOCH).tombstones())
                .filteredOn(Tombstone::fromOutside)
                .extracting(Tombstone::id)
                .containsExactly("A2");
    }

    @Test
    void whatWasSaidLongAgoIsForgotten() throws Exception {
        answers.say(TWO, List.of(Handle.of("A1")), answers.ask(SHOP));
        Postgres.execute(database, "update tomcat_sessions_answers set at = at - interval '61 minutes'");
        answers.forget(SHOP);

        assertThat(answers.answers(SHOP, List.of(Handle.of("A1")))).isEmpty();
    }

    @Test
    void aHundredSessionsEndInAFewStatementsAndAreWonOnce() throws Exception {
        List<String> ids =
                java.util.stream.IntStream.range(0, 100).mapToObj(i -> "S" + i).toList();
        sessions.insertAll(ids.stream().map(AnswerTableTest::row).toList());

        assertThat(sessions.invalidate(SHOP, ids, System.currentTimeMillis())).hasSize(100);
        assertThat(sessions.invalidate(SHOP, ids, System.currentTimeMillis())).isEmpty();
        assertThat(sessions.unclaimed(SHOP, ids)).hasSize(100);
        assertThat(sessions.claim(SHOP, ids.subList(0, 60))).hasSize(60);
        assertThat(sessions.claim(SHOP, ids)).containsExactlyInAnyOrderElementsOf(ids.subList(60, 100));
        assertThat(sessions.unclaimed(SHOP, ids)).isEmpty();
    }

    private static SessionRow row(String id) {
        return new SessionRow(
                new SessionKey(SHOP, id), 1800, System.currentTimeMillis(), 1, "alice", true, new byte[] {1});
    }
}
