package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for rows of one context without ever reading more than a fixed number of them: the first ones behind a cursor in
 * the order of their handles, or all where an index knows that they are few. Handles are spread evenly, so the first
 * ones are a fair sample of all. Reads only. Safe for use by several threads.
 */
public final class RowSearch {

    /** So many rows are looked at for a page. */
    public static final int ROWS = 10_000;

    /** So many where their streams have to be read. */
    public static final int STREAMS = 1_000;

    private static final byte[] FIRST_OF_ALL = new byte[0];

    /**
     * A row that meets the filter.
     *
     * @param key what it is sorted by
     */
    public record Found(String id, Handle handle, SortKey key) {}

    /**
     * What a search came upon.
     *
     * @param horizon the last row that was looked at; null when all behind the cursor were
     */
    public record Result(List<Found> found, @Nullable Handle horizon) {}

    /**
     * How many rows meet the filter.
     *
     * @param matches among those that were looked at
     * @param looked how many were
     * @param all whether that was each one that may meet it
     */
    public record Counted(long matches, long looked, boolean all) {}

    private final Database database;
    private final TableNames names;
    private final RowConditions conditions;
    private final String context;
    private final RowFilter filter;
    private final int rows;

    RowSearch(Database database, TableNames names, TableLayout layout, String context, RowFilter filter, int rows) {
        this.database = database;
        this.names = names;
        this.conditions = new RowConditions(layout, context, filter);
        this.context = context;
        this.filter = filter;
        this.rows = rows;
    }

    /** So many rows are looked at. */
    public int rows() {
        return rows;
    }

    // ------------------------------------------------------------------ what is looked at

    private static final String IN_ORDER = """
            %1$s%2$s
               and %3$s > ? and %3$s <= ?
             order by %3$s
             limit ?""";

    private static final String OF_USER = """

               and user_name = ?""";

    private static final String FEW = """
            select *
              from (%s
               and %s
             limit ?) few
             where found_handle > ? and found_handle <= ?
             order by found_handle""";

    private static final String HOW_FEW = """
            select count(*)
              from (select 1 from tomcat_sessions where app_name = ? and %s limit ?) counted""";

    /**
     * Where the rows come from.
     *
     * @param few of which kind they are, when an index knows all of that kind and they are few
     */
    private record Source(@Nullable String few, boolean userFirst) {}

    private Source source(Connection connection) throws SQLException {
        String kind = conditions.kind();
        boolean byUser = conditions.haveUserIndex();
        if (kind == null || byUser) {
            return new Source(null, byUser);
        }
        try (PreparedStatement statement = prepare(connection, HOW_FEW.formatted(kind))) {
            new Parameters(statement).text(context).number(rows);
            try (ResultSet row = statement.executeQuery()) {
                return new Source(row.next() && row.getLong(1) < rows ? kind : null, false);
            }
        }
    }

    private String looked(Source source, RowOrder order) {
        return source.few() == null
                ? IN_ORDER.formatted(
                        conditions.row(order.readsStreams()), source.userFirst() ? OF_USER : "", SessionCatalog.HANDLE)
                : FEW.formatted(conditions.row(order.readsStreams()), source.few());
    }

    private Parameters bindLooked(
            Connection connection,
            PreparedStatement statement,
            Source source,
            @Nullable Handle after,
            @Nullable Handle until)
            throws SQLException {
        Parameters parameters = new Parameters(statement);
        conditions.bindRow(connection, parameters);
        if (source.userFirst()) {
            parameters.text(filter.user());
        }
        if (source.few() != null) {
            parameters.number(rows);
        }
        parameters.bytes(start(after)).bytes(end(until));
        return source.few() == null ? parameters.number(rows) : parameters;
    }

    /** The handle that all others are behind of. */
    private byte[] start(@Nullable Handle after) {
        byte[] first = before(filter.first());
        byte[] cursor = after == null ? first : after.bytes();
        return Arrays.compareUnsigned(cursor, first) < 0 ? first : cursor;
    }

    private byte[] end(@Nullable Handle until) {
        byte[] last = filter.last().bytes();
        byte[] end = until == null ? last : until.bytes();
        return Arrays.compareUnsigned(end, last) < 0 ? end : last;
    }

    private static byte[] before(Handle handle) {
        byte[] bytes = handle.bytes();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i]-- != 0) {
                return bytes;
            }
        }
        return FIRST_OF_ALL;
    }

    // ------------------------------------------------------------------ which ones

    private static final String JUDGED = """
            select session_id, found_handle, %s as found_key, %s as found_text,
                   row_number() over (order by found_handle) as place,
                   %s as met
              from (%s) looked
             %s""";

    private String judged(Source source, RowOrder order) {
        return JUDGED.formatted(
                order.number, order.text(), RowConditions.MET, looked(source, order), RowConditions.SOUGHT);
    }

    private static final String FIRST = """
            select session_id, found_handle, found_key, found_text, met, place
              from (%s) judged
             where met or place = ?
             order by found_handle
             limit ?""";

    private static final String SORTED = """
            with judged as materialized (%1$s)
            (select session_id, found_handle, found_key, found_text, met, 0 as place
               from judged
              cross join (select ?::bigint as number, ?::bytea as text, ?::bytea as handle) behind
              where met
                and (behind.number is null or found_key > behind.number
                     or found_key = behind.number
                        and (found_text %2$s behind.text
                             or found_text = behind.text and found_handle > behind.handle))
              order by found_key, found_text %3$s, found_handle
              limit ?)
            union all
            (select session_id, found_handle, found_key, found_text, false, place
               from judged
              where place = ?)""";

    /**
     * The first rows behind a cursor, in the order of their handles.
     *
     * @param after null for the beginning
     * @param until the last one that is of interest; null for all
     */
    public Result inOrder(@Nullable Handle after, @Nullable Handle until, int limit) throws StoreUnavailableException {
        return inOrder(RowOrder.HANDLE, after, until, limit);
    }

    /**
     * All of the next rows behind a cursor, in the order of their handles, each with what another order sorts it by.
     *
     * @param after null for the beginning
     */
    public Result keys(RowOrder order, @Nullable Handle after) throws StoreUnavailableException {
        return inOrder(order, after, null, rows + 1);
    }

    private Result inOrder(RowOrder order, @Nullable Handle after, @Nullable Handle until, int limit)
            throws StoreUnavailableException {
        return database.reading(connection -> {
            Source source = source(connection);
            String sql = FIRST.formatted(judged(source, order));
            try (PreparedStatement statement = inIndexOrder(connection, sql)) {
                Parameters parameters = bindLooked(connection, statement, source, after, until);
                conditions.bindSought(connection, parameters);
                parameters.number((long) rows).number(limit);
                return result(statement);
            }
        });
    }

    /**
     * The first of those rows that lie close behind a cursor, in another order.
     *
     * @param from null for the beginning; the next rows behind it are the ones that are sorted
     * @param until the last one that is of interest; null for all
     * @param after only what comes behind this one in that order; null for the first ones
     */
    public Result sorted(
            RowOrder order, @Nullable Handle from, @Nullable Handle until, @Nullable Found after, int limit)
            throws StoreUnavailableException {
        return database.reading(connection -> {
            Source source = source(connection);
            String sql = SORTED.formatted(
                    judged(source, order), order.isBackwards() ? "<" : ">", order.isBackwards() ? "desc" : "asc");
            try (PreparedStatement statement = inIndexOrder(connection, sql)) {
                Parameters parameters = bindLooked(connection, statement, source, from, until);
                conditions.bindSought(connection, parameters);
                parameters
                        .numberOrNull(after == null ? null : after.key().number())
                        .bytes(after == null ? FIRST_OF_ALL : after.key().text().getBytes(UTF_8))
                        .bytes(after == null ? FIRST_OF_ALL : after.handle().bytes())
                        .number(limit)
                        .number((long) rows);
                return result(statement);
            }
        });
    }

    private static final String COUNT = """
            select count(*), count(*) filter (where met)
              from (%s) judged""";

    /** Counts as far as is looked. */
    public Counted count() throws StoreUnavailableException {
        return database.reading(connection -> {
            Source source = source(connection);
            String sql = COUNT.formatted(judged(source, RowOrder.HANDLE));
            try (PreparedStatement statement = inIndexOrder(connection, sql)) {
                conditions.bindSought(connection, bindLooked(connection, statement, source, null, null));
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    long looked = row.getLong(1);
                    return new Counted(row.getLong(2), looked, looked < rows);
                }
            }
        });
    }

    /**
     * Counts all that there are, which may read the whole table.
     *
     * @param others ids of sessions that do not count
     */
    public WholeCount.Outcome countAll(Collection<String> others) throws StoreUnavailableException {
        return new WholeCount(database, names, conditions).of(others);
    }

    /** Whether the rows that are looked at stand for all whose handles begin as asked for: no index chose them. */
    public boolean isSample() {
        return !conditions.haveUserIndex();
    }

    /** The share of all rows of the context whose handles begin as asked for: they are spread evenly. */
    public double share() {
        String prefix = filter.handlePrefix();
        return prefix == null ? 1 : Math.pow(16, -prefix.length());
    }

    private Result result(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            List<Found> found = new ArrayList<>();
            Handle horizon = null;
            while (row.next()) {
                Handle handle = Handle.ofBytes(row.getBytes(2));
                if (row.getBoolean(5)) {
                    SortKey key = new SortKey(row.getLong(3), new String(row.getBytes(4), UTF_8));
                    found.add(new Found(row.getString(1), handle, key));
                }
                if (row.getLong(6) == rows) {
                    horizon = handle;
                }
            }
            return new Result(found, horizon);
        }
    }

    /** A sort that the planner guesses to be cheap would read all rows of the context. */
    private PreparedStatement inIndexOrder(Connection connection, String sql) throws SQLException {
        try (Statement planner = connection.createStatement()) {
            planner.execute("set local enable_sort = off; set local enable_bitmapscan = off");
        }
        return prepare(connection, sql);
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return connection.prepareStatement(names.in(sql));
    }
}
