package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a filter finds in memory and in the store together. */
final class SessionSearchTest {

    private static final String APP = "/Catalina/localhost/shop";
    private static final long ROOM = 1_000_000;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Shop shop = Shop.withoutStore();
    private DataSource database;
    private SessionCatalog catalog;
    private @Nullable StoredCounts headCounted;

    @BeforeEach
    void table() throws Exception {
        database = Postgres.freshSchema();
        SessionTable table = new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1");
        table.prepare(SchemaMode.CREATE);
        catalog = table.catalog();
    }

    @Test
    void aSessionThatAnotherNodeHoldsIsLiveThere() throws Exception {
        row("there", "tc-2", true, 10, "bob");
        row("dead", "tc-3", true, 10, null);
        row("left", "tc-2", false, 10, null);

        SessionsFound live = find(Map.of("state", "live"));

        assertThat(live.items()).hasSize(1);
        SessionEntry there = live.items().get(0).entry();
        assertThat(there.handle()).isEqualTo(Handle.of("there"));
        assertThat(there.isLiveElsewhere()).isTrue();
        assertThat(there.node()).contains("tc-2");
        assertThat(live.total()).isEqualTo(Figure.exact(1));
        assertThat(handles(find(Map.of("node", "tc-2"))))
                .containsExactlyInAnyOrder(Handle.of("there"), Handle.of("left"));
    }

    @Test
    void aSessionInMemoryIsJudgedByWhatIsThereAndNotByItsRow() throws Exception {
        shop.visit("here", now.minusSeconds(5));
        row("here", "tc-1", true, 20_000, null);
        row("stored", "tc-1", false, 1_000, null);

        assertThat(handles(find(Map.of("idleOver", "10m")))).containsExactly(Handle.of("stored"));
        assertThat(handles(find(Map.of("idleUnder", "10m")))).containsExactly(Handle.of("here"));
        assertThat(find(Map.of()).items()).hasSize(2);
        assertThat(find(Map.of("idleUnder", "10m")).total()).isEqualTo(Figure.exact(1));
    }

    @Test
    void pagesCoverMemoryAndStoreOnceInEveryOrder() throws Exception {
        for (int i = 0; i < 30; i++) {
            shop.visit("live " + i, now.minusSeconds(i));
            row("live " + i, "tc-1", true, 100 + i, null);
            row("stored " + i, "tc-1", false, i * 10, i % 2 == 0 ? "alice" : "bob");
        }
        for (SessionSort sort : SessionSort.values()) {
            List<SessionEntry> seen = pages(sort, 7);
            assertThat(seen).as(sort.name()).hasSize(60).isSortedAccordingTo(sort.order());
            List<Handle> handles = seen.stream().map(SessionEntry::handle).toList();
            assertThat(handles).doesNotHaveDuplicates();
            assertThat(walk(Map.of(), sort, ROOM, 1)).as("a file by " + sort).isEqualTo(handles);
        }
        assertThat(find(Map.of("user", "alice")).total()).isEqualTo(Figure.exact(15));
    }

    @Test
    void whoHasNoUserAndWhatNeverExpiresIsLastInBothDirections() throws Exception {
        List<String> users = List.of("A", "a", "b", "\uFF5A", "\uD83D\uDE00");
        shop.visit("live a", now).setAttribute("user", "a");
        shop.visit("live nobody", now).setMaxInactiveInterval(-1);
        for (String user : List.of("\uD83D\uDE00", "A", "\uFF5A", "b")) {
            row(user, "tc-1", false, 10 + user.charAt(0) % 100, user);
        }
        row("nobody", "tc-1", false, 20, null);
        Postgres.execute(database, "update tomcat_sessions set max_inactive = 0 where session_id = 'nobody'");

        assertThat(pages(SessionSort.USER, 2).stream()
                        .flatMap(entry -> entry.user().stream())
                        .toList())
                .isEqualTo(users);
        List<SessionEntry> backwards = pages(SessionSort.USER_BACKWARDS, 2);
        assertThat(backwards.subList(0, 5).stream().map(entry -> entry.user().orElse("")))
                .isEqualTo(List.of("\uD83D\uDE00", "\uFF5A", "b", "a", "A"));
        for (SessionSort sort : SessionSort.values()) {
            if (sort.name().startsWith("USER") || sort.name().startsWith("EXPIRES")) {
                assertThat(pages(sort, 2).subList(5, 7))
                        .as(sort.name())
                        .extracting(SessionEntry::handle)
                        .containsExactlyInAnyOrder(Handle.of("nobody"), Handle.of("live nobody"));
            }
        }
        assertThat(pages(SessionSort.EXPIRES_LATEST, 2).subList(0, 5))
                .isSortedAccordingTo(java.util.Comparator.comparing(
                                (SessionEntry entry) -> entry.expires().orElseThrow())
                        .reversed());
    }

    @Test
    void aWalkHasEachSessionOnceWhereNotAllCanBePutInOrderTogether() throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select '/Catalina/localhost/shop', 'many ' || i, '1', 1800, 1000 * i, ''
                  from generate_series(1, 11000) i""");
        for (int i = 0; i < 30; i++) {
            shop.visit("live " + i, now.minusSeconds(i));
        }

        List<Handle> all = walk(Map.of(), SessionSort.IDLE_LONGEST, 9_000 * 52, 2);
        List<Handle> some = walk(Map.of("idleUnder", "10m"), SessionSort.IDLE_SHORTEST, ROOM, 1);

        assertThat(all).hasSize(11_030).doesNotHaveDuplicates();
        assertThat(some)
                .isEqualTo(IntStream.range(0, 30)
                        .mapToObj(i -> Handle.of("live " + i))
                        .toList());
    }

    @Test
    void aSearchThatFindsNothingForLongPausesAndGoesOn() throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select '/Catalina/localhost/shop', 'many ' || i, '1', 1800, (extract(epoch from now()) * 1000)::bigint, ''
                  from generate_series(1, 12000) i""");
        row("odd", "tc-1", false, 1_000, null);
        row("here", "tc-1", true, 1_000, null);
        shop.visit("here", now);
        List<Handle> found = new ArrayList<>();
        SessionCursor after = null;
        int pages = 0;
        do {
            SessionsFound page =
                    search(Map.of("idleOver", "10m"), SessionSort.HANDLE).page(after, 100);
            found.addAll(handles(page));
            assertThat(page.paused()).isEqualTo(page.next() != null);
            assertThat(page.total().certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
            after = page.next();
            pages++;
        } while (after != null);

        assertThat(found).containsExactly(Handle.of("odd"));
        assertThat(pages).isEqualTo(2);
        assertThat(counted(Map.of("idleOver", "10m"))).isEqualTo(Figure.exact(1));
        assertThat(counted(Map.of())).isEqualTo(Figure.exact(12_002));
        assertThat(counted(Map.of("idleUnder", "10m"))).isEqualTo(Figure.exact(12_001));
    }

    @Test
    void whatTheHeadOfThePageHasCountedIsWhatASampleStandsFor() throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                select '%s', 'idle ' || i, '1', 100000, %d from generate_series(1, 3000) i""".formatted(APP, now.minusSeconds(3_600).toEpochMilli()));
        assertThat(find(Map.of("idleOver", "10m")).total()).isEqualTo(Figure.exact(3_000));

        headCounted = new StoredCounts(Figure.estimate(1_600_000, Reason.NONE), Figure.ZERO, Figure.ZERO, now);

        assertThat(find(Map.of("idleOver", "10m")).total())
                .isEqualTo(Figure.estimate(1_600_000, Reason.of("reason.estimated", 2_000L)));
        assertThat(find(Map.of("q", "a")).total().certainty()).isEqualTo(Figure.Certainty.EXACT);
    }

    @Test
    void thoseWhoseHandlesBeginAlikeAreEstimatedWhereTheyAreMany() throws Exception {
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                select '%s', 'many ' || i, '1', 100000, 0 from generate_series(1, 40000) i""".formatted(APP));
        assertThat(find(Map.of("q", "a")).total().certainty()).isEqualTo(Figure.Certainty.EXACT);

        headCounted = new StoredCounts(Figure.estimate(40_000, Reason.NONE), Figure.ZERO, Figure.ZERO, now);
        Figure total = find(Map.of("q", "a")).total();

        assertThat(total.certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
        assertThat(total.value()).isBetween(2_000L, 3_000L);
    }

    @Test
    void whatIsInMemoryIsFoundWhileTheStoreIsSilent() throws Exception {
        shop.visit("here", now);
        Postgres.execute(database, "drop table tomcat_sessions cascade");

        SessionsFound found = find(Map.of("state", "live"));

        assertThat(handles(found)).containsExactly(Handle.of("here"));
        assertThat(found.problems()).hasSize(1);
        assertThat(found.total().isKnown()).isFalse();
    }

    @Test
    void filesAreSearchedToo(@TempDir Path directory) throws Exception {
        Shop files = Shop.withFiles(directory);
        for (int i : IntStream.range(0, 12).toArray()) {
            StandardSession session = files.visit("file " + i, now.minusSeconds(i * 100L));
            session.setAttribute(i % 2 == 0 ? "cart" : "list", i);
            files.save(session);
            if (i > 5) {
                files.forget(session);
            }
        }
        SearchedContext context = SearchedContext.of(files.deployed(), now);

        assertThat(handles(search(context, Map.of("attribute", "cart"), SessionSort.HANDLE)
                        .page(null, 100)))
                .hasSize(6);
        assertThat(handles(search(context, Map.of("state", "live"), SessionSort.LARGEST)
                        .page(null, 100)))
                .hasSize(6);
        assertThat(handles(search(context, Map.of("idleOver", "1000"), SessionSort.IDLE_LONGEST)
                        .page(null, 1)))
                .containsExactly(Handle.of("file 11"));
        assertThat(walk(context, Map.of("attribute", "cart"), SessionSort.IDLE_LONGEST, ROOM, 1))
                .isEqualTo(IntStream.of(10, 8, 6, 4, 2, 0)
                        .mapToObj(i -> Handle.of("file " + i))
                        .toList());
    }

    @Test
    void anAttributeIsFoundByTheStructureOfTheStream() throws Exception {
        row("has it", "tc-1", false, 10, null);
        StandardSession session = Shop.withoutStore().visit("x", now);
        session.setAttribute("cart", "a word: list");
        session.setAttribute("word", "nested");
        data("has it", session);

        assertThat(handles(find(Map.of("attribute", "cart")))).containsExactly(Handle.of("has it"));
        assertThat(find(Map.of("attribute", "nested")).items())
                .as("a value is no name")
                .isEmpty();
        assertThat(find(Map.of("attribute", "list")).items()).isEmpty();
    }

    private void data(String id, StandardSession session) throws Exception {
        var bytes = new java.io.ByteArrayOutputStream();
        try (var out = new java.io.ObjectOutputStream(bytes)) {
            session.writeObjectData(out);
        }
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(
                        "update tomcat_sessions set session_data = ? where session_id = ?")) {
            statement.setBytes(1, bytes.toByteArray());
            statement.setString(2, id);
            statement.executeUpdate();
        }
    }

    /** All pages, one after the other; where each of them ends is sent to a browser and comes back. */
    private List<SessionEntry> pages(SessionSort sort, int limit) throws Exception {
        List<SessionEntry> seen = new ArrayList<>();
        String after = "";
        do {
            Parameters given = new Parameters(Map.of("after", new String[] {after}), Set.of("after"), Set.of());
            SessionsFound page = search(Map.of(), sort).page(SessionCursor.parse(given), limit);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            page.items().forEach(item -> seen.add(item.entry()));
            after = page.next() == null ? "" : page.next().text();
        } while (!after.isEmpty());
        return seen;
    }

    /** @param room bytes of each run */
    private List<Handle> walk(Map<String, String> parameters, SessionSort sort, long room, int runs) throws Exception {
        return walk(context(), parameters, sort, room, runs);
    }

    private static List<Handle> walk(
            SearchedContext context, Map<String, String> parameters, SessionSort sort, long room, int runs)
            throws Exception {
        List<Handle> found = new ArrayList<>();
        var place = new SessionSearch.Place(context.address(), context.app(), () -> context, () -> Figure.ZERO);
        SessionWalk.Walked walked = new SessionWalk(
                        List.of(place), filter(parameters), sort, Instant.now(), () -> new SessionRun(room))
                .run(item -> found.add(item.entry().handle()));
        assertThat(walked).isEqualTo(new SessionWalk.Walked(List.of(), runs));
        return found;
    }

    private Figure counted(Map<String, String> parameters) throws Exception {
        return search(parameters, SessionSort.HANDLE).page(null, 1, true).total();
    }

    private SessionsFound find(Map<String, String> parameters) throws Exception {
        return search(parameters, SessionSort.HANDLE).page(null, 100);
    }

    private SessionSearch search(Map<String, String> parameters, SessionSort sort) throws Exception {
        return search(context(), parameters, sort);
    }

    private SearchedContext context() throws Exception {
        TableSessions table = new TableSessions(catalog, APP, false);
        DeployedContext deployed = shop.deployed();
        EntryReader reader = new EntryReader(table, null, null, true, "tc-1", List.of("tc-2"), now);
        EntryReader silent = new EntryReader(table, null, null, false, "tc-1", List.of(), now);
        return new SearchedContext(
                deployed.address(),
                APP,
                table,
                new LiveSnapshot(deployed.live(now), now),
                "tc-1",
                List.of("tc-2"),
                reader,
                silent,
                headCounted);
    }

    private SessionSearch search(SearchedContext context, Map<String, String> parameters, SessionSort sort)
            throws BadParameterException {
        var place = new SessionSearch.Place(context.address(), context.app(), () -> context, () -> Figure.ZERO);
        return new SessionSearch(List.of(place), filter(parameters), sort, now);
    }

    private static SessionFilter filter(Map<String, String> parameters) throws BadParameterException {
        Map<String, String[]> form = new HashMap<>();
        parameters.forEach((name, value) -> form.put(name, new String[] {value}));
        return SessionFilter.parse(form, Set.of());
    }

    private static List<Handle> handles(SessionsFound found) {
        return found.items().stream().map(item -> item.entry().handle()).toList();
    }

    private void row(String id, String node, boolean held, int idle, @Nullable String user) throws Exception {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement("""
                        insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                                     session_data, node, held, user_name)
                        values (?, ?, '1', 100000, ?, ?, ?, ?, ?)""")) {
            statement.setString(1, APP);
            statement.setString(2, id);
            statement.setLong(3, now.minusSeconds(idle).toEpochMilli());
            statement.setBytes(4, new byte[idle % 50]);
            statement.setString(5, node);
            statement.setBoolean(6, held);
            statement.setString(7, user);
            statement.executeUpdate();
        }
    }
}
