package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What pages of the console read of a context with 10,000 rows, and of one with many more. */
final class SearchCostTest {

    private static final String SMALL = "/Catalina/localhost/small";
    private static final String LARGE = "/Catalina/localhost/large";
    private static final RowFilter.Range ALL = RowFilter.Range.ALL;

    /** More of them by {@code -Dconsole.rows=1000000}. */
    private static final int ROWS = Integer.getInteger("console.rows", 150_000);

    private static DataSource database;
    private static Explained explained;
    private static SessionCatalog catalog;

    @FunctionalInterface
    private interface Page {
        @Nullable
        Object of(String context) throws StoreUnavailableException;
    }

    @BeforeAll
    static void fill() throws Exception {
        database = Postgres.freshSchema();
        explained = new Explained(database);
        SessionTable table = new SessionTable(explained, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        catalog = table.catalog();
        for (String context : List.of(SMALL, LARGE)) {
            Postgres.execute(database, """
                    insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                                 session_data, node, user_name, reap_after)
                    select '%s', md5(i::text), '1', 1800, (extract(epoch from now()) * 1000)::bigint - i,
                           decode(repeat(md5(i::text), 4), 'hex'), 'tc-1',
                           case when i %% 5 = 0 then 'user ' || i %% 100 end,
                           (extract(epoch from now()) * 1000)::bigint + 1800000
                      from generate_series(1, %d) i""".formatted(context, context.equals(SMALL) ? 10_000 : ROWS));
        }
        Postgres.execute(database, "update tomcat_sessions set valid_session = '0' where session_id < '003'");
        Postgres.execute(
                database, "update tomcat_sessions set reap_after = 0, last_access = 0 where session_id > 'ffc'");
        Postgres.execute(database, "analyze tomcat_sessions");
    }

    @Test
    void aPageReadsWhatItShowsWhereverItIs() throws Exception {
        Handle deep = Handle.parse("e".repeat(32)).orElseThrow();

        assertBounded(context -> search(context, null, null, ALL).inOrder(null, null, 101), 110);
        assertBounded(context -> search(context, null, null, ALL).inOrder(deep, null, 101), 110);
        assertBounded(context -> catalog.page(context, deep, 101), 220);
    }

    @Test
    void aUsersSessionsAreFoundByAnIndex() throws Exception {
        assertBounded(context -> search(context, null, "user 5", ALL).inOrder(null, null, 101), 110);
        assertBounded(context -> search(context, null, "nobody", ALL).inOrder(null, null, 101), 0);
    }

    @Test
    void aFilterWithoutAnIndexLooksAtSoManyRowsAndNoMore() throws Exception {
        RowFilter.Range never = new RowFilter.Range(1_000_000_000L, null);

        assertBounded(context -> search(context, null, null, never).inOrder(null, null, 101), RowSearch.ROWS);
        assertBounded(context -> search(context, null, null, never).count(), RowSearch.ROWS);
        assertBounded(
                context -> search(context, null, null, ALL).sorted(RowOrder.IDLE_LONGEST, null, null, null, 101),
                RowSearch.ROWS);
    }

    @Test
    void tombstonesAndWhatIsDueAreFoundByTheirIndexes() throws Exception {
        for (RowFilter.State state : List.of(RowFilter.State.INVALIDATED, RowFilter.State.EXPIRED)) {
            explained.reset();
            search(LARGE, state, null, ALL).inOrder(null, null, 101);
            assertThat(explained.rows()).as(explained.plans()).isLessThan(500);
        }
    }

    /** A plan for any context hopes to find the rows up to a limit at the beginning of the table, and reads all of it. */
    @Test
    void whatPeopleLookAtIsPlannedForTheContextAndNotForAny() throws Exception {
        explained.reset();
        catalog.counts(SMALL);
        catalog.held(SMALL, 10_000);
        search(SMALL, null, "user 5", ALL).inOrder(null, null, 101);
        assertThat(explained.planned()).containsExactly("force_custom_plan");
        assertThat(explained.plans()).doesNotContain("Seq Scan");
    }

    /** The large context costs no more rows than allowed, and not more than twice what the small one costs. */
    private static void assertBounded(Page page, long rows) throws Exception {
        explained.reset();
        page.of(SMALL);
        long small = explained.buffers();
        explained.reset();
        page.of(LARGE);
        assertThat(explained.rows()).as(explained.plans()).isLessThanOrEqualTo(rows);
        assertThat(explained.buffers()).as(explained.plans()).isLessThanOrEqualTo(2 * small + 20);
    }

    private static RowSearch search(
            String context, RowFilter.@Nullable State state, @Nullable String user, RowFilter.Range idle)
            throws StoreUnavailableException {
        return catalog.search(
                context, new RowFilter(state, List.of(), user, null, null, idle, ALL, ALL, List.of()), RowSearch.ROWS);
    }
}
