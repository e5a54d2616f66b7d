package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which rows are found, on both kinds of tables. */
final class RowSearchTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final RowFilter.Range ALL = RowFilter.Range.ALL;
    private static final RowFilter ANY = filter(null, null, null, null, ALL, ALL, ALL);

    private DataSource database;
    private SessionCatalog catalog;

    @BeforeEach
    void aTableWithASessionOfEachKind() throws Exception {
        database = Postgres.freshSchema();
        SessionTable table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        catalog = table.catalog();
        insert("swapped out", "alice", "tc-1", false, 7_300, 10_000);
        insert("held", "bob", "tc-2", true, 60, 2_000);
        insert("held by a dead node", "alice", "tc-3", true, 60, 0);
        insert("expired", null, "tc-1", false, 20_000, 0);
        insert("tombstone", null, "tc-1", false, 60, 0);
        insert("of another context", "alice", "tc-1", false, 60, 0);
        execute("update tomcat_sessions set valid_session = '0', session_data = '' where session_id = 'tombstone'");
        execute("update tomcat_sessions set app_name = '/other' where session_id = 'of another context'");
        execute("update tomcat_sessions set max_inactive = 10800");
    }

    @Test
    void eachStateHasItsRows() throws Exception {
        assertThat(ids(state(RowFilter.State.SWAPPED_OUT)))
                .containsExactlyInAnyOrder("swapped out", "held by a dead node");
        assertThat(ids(state(RowFilter.State.LIVE))).containsExactly("held");
        assertThat(ids(state(RowFilter.State.EXPIRED))).containsExactly("expired");
        assertThat(ids(state(RowFilter.State.INVALIDATED))).containsExactly("tombstone");
        assertThat(ids(ANY)).hasSize(5);
    }

    @Test
    void eachConditionTakesWhatMeetsIt() throws Exception {
        String handle = Handle.of("held").hex();

        assertThat(ids(filter(null, "alice", null, null, ALL, ALL, ALL)))
                .containsExactlyInAnyOrder("swapped out", "held by a dead node");
        assertThat(ids(filter(null, null, "tc-2", null, ALL, ALL, ALL))).containsExactly("held");
        assertThat(ids(filter(null, null, null, handle.substring(0, 5), ALL, ALL, ALL)))
                .containsExactly("held");
        assertThat(ids(filter(null, null, null, handle, ALL, ALL, ALL))).containsExactly("held");
        assertThat(ids(filter(null, null, null, null, over(7_200), ALL, ALL)))
                .containsExactlyInAnyOrder("swapped out", "expired");
        assertThat(ids(filter(null, null, null, null, new RowFilter.Range(7_200L, 10_000L), ALL, ALL)))
                .containsExactly("swapped out");
        assertThat(ids(filter(null, null, null, null, ALL, ALL, over(5_000)))).containsExactly("swapped out");
    }

    @Test
    void theAgeIsReadFromTheStream() throws Exception {
        RowFilter.Range old = over(1_000_000);

        assertThat(ids(filter(null, null, null, null, ALL, old, ALL)))
                .hasSize(4)
                .doesNotContain("tombstone");
        assertThat(ids(filter(null, null, null, null, ALL, new RowFilter.Range(null, 1_000_000L), ALL)))
                .isEmpty();
        execute("update tomcat_sessions set session_data = 'garbage' where session_id = 'held'");
        assertThat(ids(filter(null, null, null, null, ALL, old, ALL))).doesNotContain("held");
        assertThat(catalog.search(SHOP, ANY, 100)
                        .sorted(RowOrder.OLDEST, null, null, null, 10)
                        .found())
                .hasSize(5);
    }

    @Test
    void aStringIsFoundInTheStream() throws Exception {
        var cart = new RowFilter(null, List.of(), null, null, null, ALL, ALL, ALL, List.of("cart"));
        var both = new RowFilter(null, List.of(), null, null, null, ALL, ALL, ALL, List.of("cart", "nothing"));

        assertThat(ids(cart)).hasSize(4);
        assertThat(ids(both)).isEmpty();
    }

    @Test
    void hostileNamesAreNamesAndNoMore() throws Exception {
        String hostile = "'; drop table tomcat_sessions; -- \\ % _ \" \u20ac";
        execute("update tomcat_sessions set user_name = $$" + hostile + "$$, node = $$" + hostile
                + "$$ where session_id = 'held'");

        assertThat(ids(filter(null, hostile, hostile, null, ALL, ALL, ALL))).containsExactly("held");
        assertThat(ids(filter(null, "%", null, null, ALL, ALL, ALL))).isEmpty();
    }

    @Test
    void pagesCoverEachRowOnceInEveryOrder() throws Exception {
        for (RowOrder order : RowOrder.values()) {
            RowSearch search = catalog.search(SHOP, ANY, 100);
            List<String> seen = new ArrayList<>();
            RowSearch.@Nullable Found last = null;
            do {
                RowSearch.Result result = order == RowOrder.HANDLE
                        ? search.inOrder(last == null ? null : last.handle(), null, 2)
                        : search.sorted(order, null, null, last, 2);
                result.found().forEach(found -> seen.add(found.id()));
                assertThat(result.horizon()).isNull();
                last = result.found().isEmpty()
                        ? null
                        : result.found().get(result.found().size() - 1);
            } while (last != null);
            assertThat(seen).as(order.name()).hasSize(5).doesNotHaveDuplicates();
        }
        assertThat(catalog.search(SHOP, ANY, 100)
                        .sorted(RowOrder.USER_BACKWARDS, null, null, null, 3)
                        .found())
                .extracting(found -> found.key().text())
                .containsExactly("bob", "alice", "alice");
        assertThat(catalog.search(SHOP, ANY, 100)
                        .sorted(RowOrder.EXPIRES_SOONEST, null, null, null, 2)
                        .found())
                .extracting(RowSearch.Found::id)
                .containsExactly("expired", "swapped out");
        assertThat(catalog.search(SHOP, ANY, 100)
                        .sorted(RowOrder.LARGEST, null, null, null, 1)
                        .found())
                .extracting(RowSearch.Found::id)
                .containsExactly("swapped out");
        assertThat(catalog.search(SHOP, ANY, 100)
                        .sorted(RowOrder.IDLE_LONGEST, null, null, null, 1)
                        .found())
                .extracting(RowSearch.Found::id)
                .containsExactly("expired");
    }

    @Test
    void aSearchThatHasLookedAtEnoughSaysWhere() throws Exception {
        execute("update tomcat_sessions set reap_after = null where session_id <> 'expired'");
        RowSearch search = catalog.search(SHOP, state(RowFilter.State.EXPIRED), 3);
        RowSearch none = catalog.search(SHOP, filter(null, "nobody", null, "", ALL, ALL, ALL), 3);

        assertThat(search.inOrder(null, null, 10).horizon())
                .as("few are due: all are looked at")
                .isNull();
        execute("drop index tomcat_sessions_user");
        assertThat(catalog(SchemaMode.NONE)
                        .search(SHOP, filter(null, "nobody", null, "", ALL, ALL, ALL), 3)
                        .inOrder(null, null, 10))
                .satisfies(result -> {
                    assertThat(result.found()).isEmpty();
                    assertThat(result.horizon()).isNotNull();
                });
        assertThat(none.count().looked()).isLessThanOrEqualTo(3);
    }

    @Test
    void rowsAreCountedAsFarAsIsLooked() throws Exception {
        assertThat(catalog.search(SHOP, ANY, 100).count()).isEqualTo(new RowSearch.Counted(5, 5, true));
        assertThat(catalog.search(SHOP, ANY, 3).count()).isEqualTo(new RowSearch.Counted(3, 3, false));
        assertThat(catalog.search(SHOP, state(RowFilter.State.SWAPPED_OUT), 100).count())
                .isEqualTo(new RowSearch.Counted(2, 5, true));
    }

    @Test
    void allAreCountedButThoseThatSomebodyElseCounts() throws Exception {
        assertThat(catalog.search(SHOP, ANY, 1).countAll(List.of("held", "expired", "not there")))
                .isEqualTo(new WholeCount.Counted(3));
    }

    @Test
    void aCountThatTakesTooLongIsGivenUpAndThereIsOneAtATime() throws Exception {
        var count = new WholeCount(
                new Database(database::getConnection),
                TableNames.DOCUMENTED,
                new RowConditions(catalog.layout(), SHOP, ANY),
                Duration.ofMillis(100));
        List<WholeCount.Outcome> meanwhile = new ArrayList<>();
        var others = new AbstractList<String>() {
            @Override
            public String get(int index) {
                throw new IndexOutOfBoundsException(index);
            }

            @Override
            public int size() {
                return 0;
            }

            @Override
            public Object[] toArray() {
                try {
                    meanwhile.add(catalog.search(SHOP, ANY, 1).countAll(List.of()));
                } catch (StoreUnavailableException e) {
                    throw new UncheckedIOException(e);
                }
                return super.toArray();
            }
        };
        try (var locking = database.getConnection();
                var statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("lock table tomcat_sessions in access exclusive mode");

            assertThat(count.of(others)).isEqualTo(new WholeCount.TookTooLong(Duration.ofMillis(100)));
            locking.rollback();
        }
        assertThat(meanwhile).containsExactly(new WholeCount.Busy());
        assertThat(catalog.search(SHOP, ANY, 1).countAll(List.of())).isEqualTo(new WholeCount.Counted(5));
    }

    @Test
    void whatAnIndexChoseIsNoSampleOfAllRows() throws Exception {
        RowSearch ofUser = catalog.search(SHOP, filter(null, "alice", null, null, ALL, ALL, ALL), 1);
        assertThat(ofUser.count()).isEqualTo(new RowSearch.Counted(1, 1, false));
        assertThat(ofUser.isSample()).isFalse();
    }

    @Test
    void handlesThatBeginAlikeAreASampleOfTheirShareOfAllRows() throws Exception {
        RowSearch all = catalog.search(SHOP, ANY, 100);
        RowSearch some = catalog.search(SHOP, filter(null, null, null, "0f", ALL, ALL, ALL), 100);
        assertThat(all.isSample()).isTrue();
        assertThat(all.share()).isEqualTo(1);
        assertThat(some.isSample()).isTrue();
        assertThat(some.share()).isEqualTo(1 / 256.0);
    }

    @Test
    void aTableOfTomcatsDocumentationIsSearchedForWhatItKnows() throws Exception {
        execute("""
                alter table tomcat_sessions drop column version, drop column reap_after, drop column saved_at,
                    drop column node, drop column held, drop column user_name, drop column base_version,
                    drop column session_changes, drop column binding_listener, drop column ended_at""");
        catalog = catalog(SchemaMode.NONE);

        assertThat(ids(state(RowFilter.State.SWAPPED_OUT)))
                .containsExactlyInAnyOrder("swapped out", "held by a dead node", "held");
        assertThat(ids(state(RowFilter.State.EXPIRED))).containsExactly("expired");
        assertThat(ids(filter(null, null, "tc-2", null, ALL, ALL, ALL))).isEmpty();
        assertThat(ids(filter(null, null, null, null, over(7_200), ALL, ALL))).hasSize(2);
    }

    private SessionCatalog catalog(SchemaMode mode) {
        return new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1", mode).catalog();
    }

    private List<String> ids(RowFilter filter) throws StoreUnavailableException {
        RowSearch search = catalog.search(SHOP, filter, 1_000);
        List<String> ids = search.inOrder(null, null, 100).found().stream()
                .map(RowSearch.Found::id)
                .toList();
        assertThat(search.count().matches()).isEqualTo(ids.size());
        assertThat(catalog.search(SHOP, filter, 1).countAll(List.of())).isEqualTo(new WholeCount.Counted(ids.size()));
        return ids;
    }

    private static RowFilter state(RowFilter.State state) {
        return filter(state, null, null, null, ALL, ALL, ALL);
    }

    private static RowFilter.Range over(long bound) {
        return new RowFilter.Range(bound, null);
    }

    private static RowFilter filter(
            RowFilter.@Nullable State state,
            @Nullable String user,
            @Nullable String node,
            @Nullable String prefix,
            RowFilter.Range idle,
            RowFilter.Range age,
            RowFilter.Range bytes) {
        return new RowFilter(state, List.of("tc-1", "tc-2"), user, node, prefix, idle, age, bytes, List.of());
    }

    private void insert(String id, @Nullable String user, String node, boolean held, int idle, int more)
            throws Exception {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement("""
                        insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                                     session_data, user_name, node, held)
                        values (?, ?, '1', 1800, (extract(epoch from now()) * 1000)::bigint - ?, ?, ?, ?, ?)""")) {
            statement.setString(1, SHOP);
            statement.setString(2, id);
            statement.setLong(3, idle * 1000L);
            statement.setBytes(4, stream(more));
            statement.setString(5, user);
            statement.setString(6, node);
            statement.setBoolean(7, held);
            statement.executeUpdate();
        }
    }

    private static byte[] stream(int more) throws Exception {
        StandardManager manager = new StandardManager();
        manager.setContext(new StandardContext());
        StandardSession session = new StandardSession(manager);
        session.setCreationTime(1_700_000_000_000L);
        session.setNew(true);
        session.setValid(true);
        session.setId("any", false);
        session.setAttribute("cart", "x".repeat(more));
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            session.writeObjectData(out);
        }
        return bytes.toByteArray();
    }

    private void execute(String sql) throws SQLException {
        Postgres.execute(database, sql);
    }
}
