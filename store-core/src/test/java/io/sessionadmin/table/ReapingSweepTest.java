package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.SessionRow.Form;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sweep for expired sessions removes, and what it reads of it: nothing, unless somebody is to be told. */
final class ReapingSweepTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final String OTHER = "/Catalina/localhost/other";
    private static final int LONG_AGO = 61_000;
    private static final LiveSessions NOBODY = new ToldOf();

    private DataSource database;
    private SessionTable table;

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
    }

    @Test
    void nothingIsReadOfASessionWhoseEndIsNobodysBusiness() throws Exception {
        insert(SHOP, "SILENT", false, LONG_AGO);
        insert(SHOP, "BOUND", true, LONG_AGO);
        insert(SHOP, "YOUNG", false, 1_000);
        insert(OTHER, "SILENT", false, LONG_AGO);

        Reaping reaping = table.reap(SHOP, "", 10, Duration.ZERO, NOBODY);

        assertThat(reaping.untold()).containsExactly("SILENT");
        assertThat(reaping.expired()).singleElement().satisfies(stored -> {
            assertThat(stored.key().id()).isEqualTo("BOUND");
            assertThat(new String(stored.data(), UTF_8)).isEqualTo("data of BOUND");
        });
        assertThat(reaping.ended()).isEqualTo(2);
        assertThat(table.ids(SHOP)).containsExactly("YOUNG");
        assertThat(table.ids(OTHER)).containsExactly("SILENT");
    }

    @Test
    void aSessionThatSomebodyElseIsToBeToldOfIsRead() throws Exception {
        insert(SHOP, "A1", false, LONG_AGO);
        insert(SHOP, "A2", false, LONG_AGO);

        Reaping reaping = table.reap(SHOP, "", 10, Duration.ZERO, new ToldOf("A2"));

        assertThat(reaping.untold()).containsExactly("A1");
        assertThat(reaping.expired()).extracting(stored -> stored.key().id()).containsExactly("A2");
    }

    @Test
    void whatTomcatsOwnStoreHasSavedIsRead() throws Exception {
        execute("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                values ('%s', 'STOCK', '1', 60, 1, 'x')""".formatted(SHOP));

        assertThat(table.reap(SHOP, "", 10, Duration.ZERO, NOBODY).expired()).hasSize(1);
    }

    @Test
    void aLargeBatchReadsNoMoreThanAHundredAtOnce() throws Exception {
        for (int i = 0; i < 250; i++) {
            insert(SHOP, "B%03d".formatted(i), i % 5 != 0, LONG_AGO);
        }
        List<String> ended = new ArrayList<>();
        String next = "";
        while (next != null) {
            Reaping batch = table.reap(SHOP, next, 1_000, Duration.ZERO, NOBODY);
            assertThat(batch.expired()).hasSizeLessThanOrEqualTo(100);
            batch.expired().forEach(stored -> ended.add(stored.key().id()));
            ended.addAll(batch.untold());
            next = batch.next();
        }
        assertThat(ended)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 250).mapToObj("B%03d"::formatted).toList());
        assertThat(table.ids(SHOP)).isEmpty();
    }

    /** The place of a row in one partition is that of another row in the next. */
    @Test
    void aPartitionedTableLosesItsExpiredRowsAndNoOther() throws Exception {
        List<String> young = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            insert(SHOP, "OLD%03d".formatted(i), i % 10 == 0, LONG_AGO);
            insert(SHOP, "YOUNG%03d".formatted(i), false, 1_000);
            young.add("YOUNG%03d".formatted(i));
        }
        String script = Files.readString(Path.of("../sql/postgresql/partition.sql"));
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(script);
            connection.commit();
        }
        SessionTable partitioned = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        assertThat(partitioned.prepare(SchemaMode.UPGRADE).shortcomings()).isEmpty();
        assertThat(partitioned.ids(SHOP)).hasSize(200);

        Reaping reaping = partitioned.reap(SHOP, "", 1_000, Duration.ZERO, NOBODY);

        assertThat(reaping.untold()).hasSize(90);
        assertThat(reaping.expired()).hasSize(10);
        assertThat(partitioned.ids(SHOP)).containsExactlyInAnyOrderElementsOf(young);
        SaveResult again = partitioned.insert(row(SHOP, "LATER", false, 0));
        assertThat(again).isInstanceOf(SaveResult.Saved.class);
        assertThat(partitioned.update(row(SHOP, "LATER", false, 0), ((SaveResult.Saved) again).version()))
                .isInstanceOf(SaveResult.Saved.class);
    }

    @Test
    void aLargeStreamStandsOutsideOfItsRowUncompressedByPostgresqlsOldMethod() throws Exception {
        String how = Postgres.value(database, """
                select attstorage::text || coalesce(to_jsonb(a) ->> 'attcompression', '')
                  from pg_attribute a
                 where attrelid = 'tomcat_sessions'::regclass and attname = 'session_data'""");
        assertThat(how).isIn("e", "xl");
        assertThat(Postgres.value(
                        database, "select reloptions::text from pg_class where oid = 'tomcat_sessions'::regclass"))
                .contains("toast_tuple_target=256");
    }

    private void insert(String context, String id, boolean bindingListener, long idle) throws Exception {
        assertThat(table.insert(row(context, id, bindingListener, idle))).isInstanceOf(SaveResult.Saved.class);
    }

    private static SessionRow row(String context, String id, boolean bindingListener, long idle) {
        return new SessionRow(
                new SessionKey(context, id),
                60,
                System.currentTimeMillis() - idle,
                1,
                null,
                false,
                bindingListener,
                Form.WHOLE,
                ("data of " + id).getBytes(UTF_8));
    }

    private void execute(String sql) throws Exception {
        Postgres.execute(database, sql);
    }
}
