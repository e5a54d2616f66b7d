package io.sessionadmin.table;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The session table as people look at it: pages, single rows, counts. It reads only, and each answer is bounded.
 * Safe for use by several threads.
 */
public final class SessionCatalog {

    /** Up to this many rows are counted; above, PostgreSQL's estimate has to do. */
    private static final int COUNTED_AT_MOST = 50_000;

    private static final int CONTEXTS_AT_MOST = 1_000;
    private static final int ASKED_AT_ONCE = 1_000;
    private static final byte[] FIRST = new byte[0];

    /** How the table is found out about, which may need a connection. */
    @FunctionalInterface
    interface LayoutSource {
        TableLayout layout() throws StoreUnavailableException;
    }

    private final Database database;
    private final TableNames names;
    private final LayoutSource layout;
    private final NodeTable nodes;

    SessionCatalog(Database database, TableNames names, LayoutSource layout, NodeTable nodes) {
        this.database = database;
        this.names = names;
        this.layout = layout;
        this.nodes = nodes;
    }

    /** What the table can do. */
    public TableLayout layout() throws StoreUnavailableException {
        return layout.layout();
    }

    /** The nodes that have announced themselves for a context lately. */
    public List<ClusterNode> nodes(String context) throws StoreUnavailableException, TableMismatchException {
        return nodes.nodes().stream()
                .filter(node -> node.report().origin().context().equals(context))
                .toList();
    }

    static final String HANDLE = "substring(sha256(replace(session_id, '\\', '\\\\')::bytea) from 1 for 16)";

    private static final String ROW = """
            select session_id, valid_session, max_inactive, last_access, %1$s,
                   case when octet_length(session_data) <= 65536 then %2$s
                        else substring(%3$s from 1 for 4096) end%4$s
              from tomcat_sessions
             where app_name = ?
            """;

    private static final String OWN = ", saved_at, node, user_name, held";

    /** Changes in front of the whole stream: {@link io.sessionadmin.stream.SessionStream} reads both as one session. */
    private static final String CHANGES =
            "'\\x53414331'::bytea || int4send(octet_length(session_changes)) || session_changes";

    private static final String HAS_CHANGES = "octet_length(session_changes) > 0";
    private static final String STREAM =
            "case when " + HAS_CHANGES + " then " + CHANGES + " || session_data else session_data end";
    private static final String BEGINNING = "case when " + HAS_CHANGES + " then " + CHANGES + " else session_data end";
    static final String BYTES = "coalesce(octet_length(session_data), 0)" + " + case when " + HAS_CHANGES
            + " then 8 + octet_length(session_changes) else 0 end";

    /** A statement about rows, which differ in what they consist of. */
    private static String rows(String sql, boolean own) {
        return own
                ? sql.formatted(BYTES, STREAM, BEGINNING, OWN)
                : sql.formatted("coalesce(octet_length(session_data), 0)", "session_data", "session_data", "");
    }

    /** The ids first: without the index for handles all keys are sorted, and must not drag the data along. */
    private static final String PAGE =
            ROW + "   and session_id in (select session_id from tomcat_sessions where app_name = ? and " + HANDLE
                    + " > ? order by " + HANDLE + " limit ?)\n order by " + HANDLE;

    /**
     * Rows of a context in the order of their handles.
     *
     * @param after the last handle of the page before; null for the first page
     */
    public List<StoredRow> page(String context, @Nullable Handle after, int limit) throws StoreUnavailableException {
        boolean own = layout().ownColumns();
        return database.reading(connection -> {
            try (PreparedStatement statement = prepare(connection, rows(PAGE, own))) {
                statement.setString(1, context);
                statement.setString(2, context);
                statement.setBytes(3, after == null ? FIRST : after.bytes());
                statement.setInt(4, limit);
                return rows(context, statement, own);
            }
        });
    }

    private static final String BY_ID = ROW + "   and session_id = any (?)";

    /** The rows of these sessions, as far as there are any, in no order. */
    public List<StoredRow> rows(String context, Collection<String> ids) throws StoreUnavailableException {
        boolean own = layout().ownColumns();
        List<StoredRow> found = new ArrayList<>();
        for (List<String> some : slices(ids)) {
            found.addAll(database.reading(connection -> {
                try (PreparedStatement statement = prepare(connection, rows(BY_ID, own))) {
                    new Parameters(statement).text(context).array(Parameters.texts(connection, some.toArray()));
                    return rows(context, statement, own);
                }
            }));
        }
        return found;
    }

    /**
     * Rows of a context that meet a filter.
     *
     * @param rows so many are looked at behind a cursor, and no more
     */
    public RowSearch search(String context, RowFilter filter, int rows) throws StoreUnavailableException {
        return new RowSearch(database, names, layout(), context, filter, rows);
    }

    private static final String FIND = ROW + "   and " + HANDLE + " = any (?)";

    /** The rows with these handles, as far as there are any, in no order. */
    public List<StoredRow> find(String context, Collection<Handle> handles) throws StoreUnavailableException {
        boolean own = layout().ownColumns();
        List<StoredRow> found = new ArrayList<>();
        for (List<Handle> some : slices(handles)) {
            byte[][] bytes = some.stream().map(Handle::bytes).toArray(byte[][]::new);
            found.addAll(database.reading(connection -> {
                Array array = connection.createArrayOf("bytea", bytes);
                try (PreparedStatement statement = prepare(connection, rows(FIND, own))) {
                    statement.setString(1, context);
                    statement.setArray(2, array);
                    return rows(context, statement, own);
                } finally {
                    array.free();
                }
            }));
        }
        return found;
    }

    /**
     * What a row says about a backup.
     *
     * @param maxInactive seconds; 0 and less: never expires
     * @param lastAccess milliseconds since 1970-01-01 UTC
     * @param savedAt the same; 0 where the table does not know
     * @param holder the node that says that it keeps the session in memory; null where none does
     */
    public record Backup(
            String id,
            boolean valid,
            int maxInactive,
            long lastAccess,
            long savedAt,
            @Nullable String holder) {}

    private static final String BACKUPS = """
            select session_id, valid_session, max_inactive, last_access, %s
              from tomcat_sessions
             where app_name = ? and session_id = any (?)""";

    /** How fresh the rows of these sessions are; sessions without a row are left out. Costs a look-up each. */
    public List<Backup> backups(String context, Collection<String> ids) throws StoreUnavailableException {
        String sql = BACKUPS.formatted(
                layout().ownColumns()
                        ? "(extract(epoch from saved_at) * 1000)::bigint, case when held then node end"
                        : "0, null");
        List<Backup> found = new ArrayList<>();
        for (List<String> some : slices(ids)) {
            found.addAll(database.reading(connection -> backups(connection, sql, context, some)));
        }
        return found;
    }

    private List<Backup> backups(Connection connection, String sql, String context, List<String> ids)
            throws SQLException {
        Array array = connection.createArrayOf("text", ids.toArray());
        try (PreparedStatement statement = prepare(connection, sql)) {
            statement.setString(1, context);
            statement.setArray(2, array);
            try (ResultSet row = statement.executeQuery()) {
                List<Backup> backups = new ArrayList<>();
                while (row.next()) {
                    backups.add(new Backup(
                            row.getString(1),
                            !"0".equals(row.getString(2)),
                            row.getInt(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getString(6)));
                }
                return backups;
            }
        } finally {
            array.free();
        }
    }

    private static final String DATA = """
            select substring(%s from 1 for ?)
              from tomcat_sessions
             where app_name = ? and session_id = ?""";

    /** The session's stream, or as much of its beginning; empty when there is no row or no data. */
    public Optional<byte[]> data(SessionKey key, int bytesAtMost) throws StoreUnavailableException {
        String sql = DATA.formatted(layout().ownColumns() ? STREAM : "session_data");
        return database.reading(connection -> {
            try (PreparedStatement statement = prepare(connection, sql)) {
                statement.setInt(1, bytesAtMost);
                statement.setString(2, key.context());
                statement.setString(3, key.id());
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.ofNullable(row.getBytes(1)) : Optional.empty();
                }
            }
        });
    }

    private static final String FACTS = """
            select version, reap_after
              from tomcat_sessions
             where app_name = ? and session_id = ?""";

    /** What the table knows of a row beside its session; empty when there is no row, or the table knows nothing. */
    public Optional<RowFacts> facts(SessionKey key) throws StoreUnavailableException {
        if (!layout().ownColumns()) {
            return Optional.empty();
        }
        return database.reading(connection -> {
            try (PreparedStatement statement = prepare(connection, FACTS)) {
                statement.setString(1, key.context());
                statement.setString(2, key.id());
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    long reapAfter = row.getLong(2);
                    return Optional.of(
                            new RowFacts(row.getLong(1), row.wasNull() ? null : Instant.ofEpochMilli(reapAfter)));
                }
            }
        });
    }

    private static final String CONTEXTS = """
            with recursive found (app_name) as (
                (select app_name from tomcat_sessions order by app_name limit 1)
                union all
                select (select app_name from tomcat_sessions
                         where app_name > found.app_name order by app_name limit 1)
                  from found
                 where found.app_name is not null)
            select app_name from found where app_name is not null limit ?""";

    /** The contexts that have rows, deployed or not; hops along the key instead of reading all of it. */
    public List<String> contexts() throws StoreUnavailableException {
        return database.reading(connection -> {
            try (PreparedStatement statement = prepare(connection, CONTEXTS)) {
                return new Parameters(statement).number(CONTEXTS_AT_MOST).queryTexts();
            }
        });
    }

    private static final String ALL = "select 1 from tomcat_sessions where app_name = ?";
    private static final String TOMBSTONES = ALL + " and valid_session = '0'";
    private static final String EXPIRED = ALL + """

             and valid_session <> '0' and max_inactive > 0
             and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint""";
    private static final String EXPIRED_BY_INDEX = EXPIRED + """

             and reap_after < (extract(epoch from now()) * 1000)::bigint""";

    private static final String EXPIRED_OF_SOME = """
            select count(*) filter (where valid_session <> '0' and max_inactive > 0
                   and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint)
              from (select valid_session, max_inactive, last_access
                      from tomcat_sessions where app_name = ? limit %d) looked""".formatted(COUNTED_AT_MOST);

    /** Counts the rows of a context, exactly as far as that is cheap. */
    public RowCounts counts(String context) throws StoreUnavailableException {
        boolean own = layout().ownColumns();
        return database.reading(connection -> {
            RowCounts.Count all = count(connection, ALL, context);
            RowCounts.Count tombstones = count(connection, TOMBSTONES, context);
            RowCounts.Count expired = own || all.exact()
                    ? count(connection, own ? EXPIRED_BY_INDEX : EXPIRED, context)
                    : expired(connection, context, all);
            RowCounts.Count valid = new RowCounts.Count(
                    Math.max(0, all.value() - tombstones.value()), all.exact() && tombstones.exact());
            return new RowCounts(valid, expired, tombstones, now(connection));
        });
    }

    /** Without an index for them the expired rows are guessed from some: a page must not read all. */
    private RowCounts.Count expired(Connection connection, String context, RowCounts.Count all) throws SQLException {
        try (PreparedStatement statement = prepare(connection, EXPIRED_OF_SOME)) {
            statement.setString(1, context);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new RowCounts.Count(Math.round((double) row.getLong(1) / COUNTED_AT_MOST * all.value()), false);
            }
        }
    }

    private RowCounts.Count count(Connection connection, String rows, String context) throws SQLException {
        String bounded = "select count(*) from (" + rows + " limit " + (COUNTED_AT_MOST + 1) + ") counted";
        try (PreparedStatement statement = prepare(connection, bounded)) {
            statement.setString(1, context);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long counted = row.getLong(1);
                return counted <= COUNTED_AT_MOST
                        ? new RowCounts.Count(counted, true)
                        : new RowCounts.Count(Math.max(counted, estimate(connection, rows, context)), false);
            }
        }
    }

    private static final String INDEXES = """
            select c.relname,
                   coalesce((select string_agg(a.attname, ' ')
                               from pg_depend d
                               join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                              where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                                and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid
                                and d.refobjsubid > 0), '')
                   || ' ' || coalesce((select string_agg(a.attname, ' ')
                                         from pg_constraint k
                                         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
                                        where k.conindid = i.indexrelid and k.conrelid = i.indrelid), ''),
                   pg_get_indexdef(i.indexrelid)
              from pg_index i
              join pg_class c on c.oid = i.indexrelid
             where i.indrelid = to_regclass(?) and i.indisvalid
             order by c.relname
             limit 100""";

    /** The indexes of the table that PostgreSQL can use. */
    public List<TableIndex> indexes() throws StoreUnavailableException {
        return database.reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
                statement.setString(1, names.quotedTable());
                try (ResultSet row = statement.executeQuery()) {
                    List<TableIndex> indexes = new ArrayList<>();
                    while (row.next()) {
                        Set<String> columns = new TreeSet<>();
                        for (String column : row.getString(2).strip().split(" +", -1)) {
                            columns.add(column.equals(names.lastAccessed()) ? "last_access" : column);
                        }
                        indexes.add(new TableIndex(row.getString(1), columns, row.getString(3)));
                    }
                    return indexes;
                }
            }
        });
    }

    /** Up to this many rows are looked at for who holds them; of more, a sample. */
    private static final int ASKED_WHO_HOLDS = 20_000;

    /** So many rows stand for all, where there are too many to look at. */
    private static final int SAMPLE = 2_000;

    private static final String HELD = """
            select holder, count(*)
              from (select case when held and (max_inactive <= 0 or last_access + max_inactive::bigint * 1000
                                               >= (extract(epoch from clock_timestamp()) * 1000)::bigint)
                                then node end as holder
                      from tomcat_sessions
                     where app_name = ? and valid_session <> '0'
                     %s limit ?) as looked
             group by holder""";

    /**
     * Who holds the sessions of a context. Handles are spread evenly, so the first ones are a fair sample; it is the same
     * one each time, and figures don't jump. Nothing is known of a table without our columns.
     *
     * @param rows how many the context has, as {@link #counts} says
     */
    public Optional<HeldRows> held(String context, long rows) throws StoreUnavailableException {
        if (!layout().ownColumns()) {
            return Optional.empty();
        }
        return database.reading(connection -> {
            HeldRows all =
                    rows > ASKED_WHO_HOLDS ? null : held(connection, HELD.formatted(""), context, ASKED_WHO_HOLDS + 1);
            return Optional.of(
                    all != null && all.looked() <= ASKED_WHO_HOLDS
                            ? all
                            : held(connection, HELD.formatted("order by " + HANDLE), context, SAMPLE));
        });
    }

    private HeldRows held(Connection connection, String sql, String context, int limit) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            statement.setString(1, context);
            statement.setInt(2, limit);
            try (ResultSet row = statement.executeQuery()) {
                Map<String, Long> byNode = new TreeMap<>();
                long looked = 0;
                while (row.next()) {
                    String node = row.getString(1);
                    looked += row.getLong(2);
                    if (node != null) {
                        byNode.put(node, row.getLong(2));
                    }
                }
                return new HeldRows(byNode, looked, looked < limit);
            }
        }
    }

    private static final Pattern PLANNED_ROWS = Pattern.compile("rows=(\\d+)");

    /** The planner's estimate, in the first line of <a href="https://www.postgresql.org/docs/current/sql-explain.html">EXPLAIN</a>. */
    private long estimate(Connection connection, String rows, String context) throws SQLException {
        try (PreparedStatement statement = prepare(connection, "explain " + rows)) {
            statement.setString(1, context);
            try (ResultSet plan = statement.executeQuery()) {
                Matcher planned = PLANNED_ROWS.matcher(plan.next() ? plan.getString(1) : "");
                return planned.find() ? Long.parseLong(planned.group(1)) : 0;
            }
        }
    }

    private static Instant now(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("select (extract(epoch from clock_timestamp()) * 1000)::bigint");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return Instant.ofEpochMilli(row.getLong(1));
        }
    }

    private static List<StoredRow> rows(String context, PreparedStatement statement, boolean own) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            List<StoredRow> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(row(context, row, own));
            }
            return rows;
        }
    }

    private static StoredRow row(String context, ResultSet row, boolean own) throws SQLException {
        return new StoredRow(
                new SessionKey(context, row.getString(1)),
                !"0".equals(row.getString(2)),
                row.getInt(3),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getLong(5),
                own ? instant(row.getTimestamp(7)) : null,
                own ? row.getString(8) : null,
                own ? row.getString(9) : null,
                own ? Boolean.valueOf(row.getBoolean(10)) : null,
                StoredSession.data(row, 6));
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }

    private static <T> List<List<T>> slices(Collection<T> things) {
        List<T> all = List.copyOf(things);
        List<List<T>> slices = new ArrayList<>();
        for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
            slices.add(all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE)));
        }
        return slices;
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return connection.prepareStatement(names.in(sql));
    }
}
