package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.AnswerTable;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.Postgres;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import io.sessionadmin.table.Tombstone;
import io.sessionadmin.table.TombstoneList;
import java.time.Instant;
import java.util.List;
import org.apache.juli.logging.LogFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node says what it did with its copies. */
final class AnswersTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    private AnswerTable table;
    private Answers answers;

    @BeforeEach
    void aNode() throws Exception {
        var database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
        table = new AnswerTable(database::getConnection, TableNames.DOCUMENTED);
        answers = new Answers(
                LogFactory.getLog(AnswersTest.class),
                table,
                new NodeReport.Origin(SHOP, "tc-1", "i1", "11", "0.1", "strict", -1, null));
    }

    /** The console asks when all of its batches are done, and other logouts have nodes look in between. */
    @Test
    void whoAsksSomeTimeAfterTheEndIsAnswered() throws Exception {
        answers.ended("A1");
        answers.looked(look(table.ask(SHOP), new Tombstone("A1", 1, null, true)));
        answers.everySecond();

        Instant asked = table.ask(SHOP);
        answers.looked(look(table.ask(SHOP)));
        answers.everySecond();

        assertThat(table.answers(SHOP, List.of(Handle.of("A1"))))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.ended()).containsExactly(Handle.of("A1"));
                    assertThat(answer.lookedUntil()).isAfter(asked);
                });
    }

    @Test
    void logoutsAloneAreNotSpokenOf() throws Exception {
        answers.ended("A1");
        answers.looked(look(table.ask(SHOP), new Tombstone("A1", 1, "tc-2", false)));
        answers.everySecond();
        assertThat(table.answers(SHOP, List.of(Handle.of("A1")))).isEmpty();
    }

    private static TombstoneList look(Instant asOf, Tombstone... found) {
        return new TombstoneList(List.of(found), asOf, 1, 1);
    }
}
