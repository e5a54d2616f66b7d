package io.sessionadmin.table;

import static io.sessionadmin.table.SessionRow.expiry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table that keeps sessions: what a store writes and reads. What people look at is in {@link SessionCatalog}; no
 * SQL lives outside of this package.
 *
 * <p>Each method is one transaction: after an exception nothing of it counts. Safe for use by several threads.
 */
public final class SessionTable {

    /** How long a tombstone of a session that never expires is kept, in seconds: 30 days. */
    private static final int LONGEST_TOMBSTONE = 30 * 24 * 3600;

    /** A tombstone outlives a backup that is under way, whatever the session's max inactive interval; seconds. */
    private static final int SHORTEST_TOMBSTONE = 3600;

    private final Database database;
    private final TableNames names;
    private final String node;
    private volatile SchemaMode mode;
    private volatile @Nullable TableLayout layout;

    /** A table that is used as it is. */
    public SessionTable(ConnectionSource connections, TableNames names, String node) {
        this(connections, names, node, SchemaMode.NONE);
    }

    /**
     * Touches nothing yet.
     *
     * @param node this node's name, for rows to say who saved them
     * @param mode what to do about the table at first contact, which may be long after the start
     */
    public SessionTable(ConnectionSource connections, TableNames names, String node, SchemaMode mode) {
        this.database = new Database(connections);
        this.names = names;
        this.node = node;
        this.mode = mode;
    }

    /**
     * Makes the table ready as {@code mode} says, and looks at what it can do.
     *
     * @throws TableMismatchException when it can't keep sessions
     */
    public TableLayout prepare(SchemaMode mode) throws StoreUnavailableException, TableMismatchException {
        this.mode = mode;
        return prepare();
    }

    /** The same, as the constructor was told. */
    public TableLayout prepare() throws StoreUnavailableException, TableMismatchException {
        new Schema(database, names).apply(mode);
        TableLayout found = readLayout();
        layout = found;
        return found;
    }

    /** The same table, for people to look at. */
    public SessionCatalog catalog() {
        return new SessionCatalog(database, names, this::layout);
    }

    private static final String SAVE = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data, reap_after, node, user_name, version)
            values (?, ?, '1', ?, ?, ?, ?, ?, ?, 1)
            on conflict (%s) do update
               set valid_session = '1',
                   max_inactive  = excluded.max_inactive,
                   last_access   = excluded.last_access,
                   session_data  = excluded.session_data,
                   reap_after    = least(stored.reap_after, excluded.reap_after),
                   node          = excluded.node,
                   user_name     = excluded.user_name,
                   version       = stored.version + 1,
                   saved_at      = clock_timestamp()
             where stored.app_name = excluded.app_name
               and case stored.valid_session
                   when '0' then stored.last_access < ?
                   else stored.last_access <= excluded.last_access or stored.last_access = ?
                   end""";

    private static final String SAVE_SIX_COLUMNS = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data)
            values (?, ?, '1', ?, ?, ?)
            on conflict (%s) do update
               set valid_session = '1',
                   max_inactive  = excluded.max_inactive,
                   last_access   = excluded.last_access,
                   session_data  = excluded.session_data
             where stored.app_name = excluded.app_name
               and case stored.valid_session
                   when '0' then stored.last_access < ?
                   else stored.last_access <= excluded.last_access or stored.last_access = ?
                   end""";

    /**
     * Saves a session: the old row stays until the new one is there. A row with a later access wins, unless it is the
     * very one that this copy comes from: clocks of nodes differ, and are set back at times.
     */
    public SaveResult save(SessionRow row) throws StoreUnavailableException {
        Optional<SaveResult> result = Optional.empty();
        // Twice at most: a row that stood in the way may be gone when it is asked why.
        for (int tries = 0; tries < 2 && result.isEmpty(); tries++) {
            result = onTable(layout -> connection -> upsert(connection, layout, row)) == 1
                    ? Optional.of(new SaveResult.Saved())
                    : onTable(layout -> connection -> whyNothingWasWritten(connection, layout, row.key()));
        }
        return result.orElseGet(SaveResult.Stale::new);
    }

    private int upsert(Connection connection, TableLayout layout, SessionRow row) throws SQLException {
        String sql = layout.ownColumns() ? SAVE : SAVE_SIX_COLUMNS;
        try (PreparedStatement statement = prepare(connection, sql.formatted(layout.key()))) {
            bindKey(statement, row.key());
            statement.setInt(3, row.maxInactive());
            statement.setLong(4, row.lastAccess());
            statement.setBytes(5, row.data());
            int next = 6;
            if (layout.ownColumns()) {
                setLong(statement, next++, expiry(row.lastAccess(), row.maxInactive()));
                statement.setString(next++, node);
                statement.setString(next++, row.user());
            }
            statement.setLong(next++, row.created());
            statement.setLong(next, row.basis());
            return statement.executeUpdate();
        }
    }

    private static final String WHY = """
            select app_name, valid_session
              from tomcat_sessions
             where session_id = ?""";

    private static final String WHY_IN_CONTEXT = WHY + """

               and app_name = ?""";

    private Optional<SaveResult> whyNothingWasWritten(Connection connection, TableLayout layout, SessionKey key)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, layout.keyOnIdAlone() ? WHY : WHY_IN_CONTEXT)) {
            statement.setString(1, key.id());
            if (!layout.keyOnIdAlone()) {
                statement.setString(2, key.context());
            }
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Optional.empty();
                }
                String context = found.getString(1);
                if (!key.context().equals(context)) {
                    return Optional.of(new SaveResult.TakenByContext(context));
                }
                return Optional.of(
                        "0".equals(found.getString(2)) ? new SaveResult.Invalidated() : new SaveResult.Stale());
            }
        }
    }

    private static final String LOAD = """
            select session_data, max_inactive, last_access%s
              from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0'
               and (max_inactive <= 0
                    or last_access + max_inactive::bigint * 1000 >= (extract(epoch from clock_timestamp()) * 1000)::bigint)""";

    /** The stored session; empty when there is none, a tombstone, or an expired one, which is the sweep's to end. */
    public Optional<StoredSession> load(SessionKey key) throws StoreUnavailableException {
        return onTable(layout -> connection -> {
            String sql =
                    LOAD.formatted(layout.ownColumns() ? ", (extract(epoch from saved_at) * 1000)::bigint" : ", 0");
            try (PreparedStatement statement = prepare(connection, sql)) {
                bindKey(statement, key);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    return Optional.of(new StoredSession(
                            key, row.getInt(2), row.getLong(3), row.getLong(4), StoredSession.data(row, 1)));
                }
            }
        });
    }

    private static final String REMOVE_IDLE = """
            delete from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0' and last_access <= ?""";

    /** Removes a session whose copy here was idle for too long, unless another node has used it since. A tombstone stays. */
    public void removeIdle(SessionKey key, long lastAccess) throws StoreUnavailableException {
        onTable(any -> connection -> {
            try (PreparedStatement statement = prepare(connection, REMOVE_IDLE)) {
                bindKey(statement, key);
                statement.setLong(3, lastAccess);
                return statement.executeUpdate();
            }
        });
    }

    private static final String BURY = """
            with buried as (
                update tomcat_sessions
                   set valid_session = '0',
                       max_inactive  = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                       last_access   = ?,
                       session_data  = ''%s
                 where app_name = ? and session_id = ? and valid_session <> '0'
                returning app_name)
            select pg_notify(?, app_name) from buried""";

    /**
     * Puts a tombstone in the place of a session that has ended, so that no other node saves its copy, and tells the
     * other nodes. Where there is no row nobody has a copy, and nothing is done.
     *
     * @param endedAt milliseconds since 1970-01-01 UTC; a session with this id that was created later is another one
     */
    public void bury(SessionKey key, long endedAt) throws StoreUnavailableException {
        onTable(layout -> connection -> {
            try (PreparedStatement statement =
                    prepare(connection, BURY.formatted(layout.ownColumns() ? ", reap_after = 0" : ""))) {
                statement.setInt(1, LONGEST_TOMBSTONE);
                statement.setInt(2, SHORTEST_TOMBSTONE);
                statement.setLong(3, endedAt);
                statement.setString(4, key.context());
                statement.setString(5, key.id());
                statement.setString(6, InvalidationListener.CHANNEL);
                return statement.execute();
            }
        });
    }

    private static final String LOCK = """
            select max_inactive, session_data, last_access
              from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0'
               for update""";

    private static final String ENTOMB = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data)
            values (?, ?, '0', ?, ?, '')
            on conflict (%s) do update
               set valid_session = '0',
                   max_inactive  = excluded.max_inactive,
                   last_access   = excluded.last_access,
                   session_data  = excluded.session_data%s
             where stored.app_name = excluded.app_name and stored.valid_session <> '0'""";

    /**
     * Invalidates a session for all nodes: leaves a tombstone, whether there was a row or not, so that nobody saves
     * this id again.
     *
     * @param endedAt milliseconds since 1970-01-01 UTC; a session with this id that was created later is another one
     * @return the session as it was stored, for its listeners to be told; empty when no valid row was there
     */
    public Optional<StoredSession> invalidate(SessionKey key, long endedAt) throws StoreUnavailableException {
        TableLayout layout = layout();
        String entomb = ENTOMB.formatted(layout.key(), layout.ownColumns() ? ", reap_after = 0" : "");
        return database.transaction(connection -> {
            Optional<StoredSession> stored = lock(connection, key);
            int inactive = stored.map(StoredSession::maxInactive).orElse(0);
            try (PreparedStatement statement = prepare(connection, entomb)) {
                bindKey(statement, key);
                statement.setInt(3, inactive <= 0 ? LONGEST_TOMBSTONE : Math.max(inactive, SHORTEST_TOMBSTONE));
                statement.setLong(4, endedAt);
                statement.executeUpdate();
            }
            tellAllNodes(connection, key.context());
            return stored;
        });
    }

    private static final String TELL = "select pg_notify('" + InvalidationListener.CHANNEL + "', ?)";

    /** Heard when the transaction commits. */
    private static void tellAllNodes(Connection connection, String context) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELL)) {
            statement.setString(1, context);
            statement.execute();
        }
    }

    private Optional<StoredSession> lock(Connection connection, SessionKey key) throws SQLException {
        try (PreparedStatement statement = prepare(connection, LOCK)) {
            bindKey(statement, key);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(
                        new StoredSession(key, row.getInt(1), row.getLong(3), 0, StoredSession.data(row, 2)));
            }
        }
    }

    private static final String KEYS = """
            select session_id
              from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    /** The ids of all stored sessions of a context. */
    public List<String> ids(String context) throws StoreUnavailableException {
        return ids(context, KEYS);
    }

    private static final String EXPIRED_KEYS = KEYS + """

               and max_inactive > 0
               and last_access + max_inactive::bigint * 1000 < (extract(epoch from clock_timestamp()) * 1000)::bigint""";

    private static final String EXPIRED_KEYS_BY_INDEX = EXPIRED_KEYS + """

               and reap_after < (extract(epoch from clock_timestamp()) * 1000)::bigint""";

    /** The ids of the stored sessions of a context that are past their last access + max inactive interval. */
    public List<String> expiredIds(String context) throws StoreUnavailableException {
        return ids(context, layout().ownColumns() ? EXPIRED_KEYS_BY_INDEX : EXPIRED_KEYS);
    }

    /**
     * A session that somebody ended.
     *
     * @param endedAt milliseconds since 1970-01-01 UTC, on the clock of the node that ended it
     */
    public record Tombstone(String id, long endedAt) {}

    private static final String TOMBSTONES = """
            select session_id, last_access
              from tomcat_sessions
             where app_name = ? and valid_session = '0' and last_access >= ?""";

    /**
     * The sessions that somebody ended, for a node to end its copies of them.
     *
     * @param since milliseconds since 1970-01-01 UTC; 0 for all
     */
    public List<Tombstone> tombstones(String context, long since) throws StoreUnavailableException {
        return onTable(any -> connection -> {
            try (PreparedStatement statement = prepare(connection, TOMBSTONES)) {
                statement.setString(1, context);
                statement.setLong(2, since);
                try (ResultSet rows = statement.executeQuery()) {
                    List<Tombstone> tombstones = new ArrayList<>();
                    while (rows.next()) {
                        tombstones.add(new Tombstone(rows.getString(1), rows.getLong(2)));
                    }
                    return tombstones;
                }
            }
        });
    }

    private List<String> ids(String context, String sql) throws StoreUnavailableException {
        return onTable(any -> connection -> {
            try (PreparedStatement statement = prepare(connection, sql)) {
                statement.setString(1, context);
                try (ResultSet rows = statement.executeQuery()) {
                    List<String> ids = new ArrayList<>();
                    while (rows.next()) {
                        ids.add(rows.getString(1));
                    }
                    return ids;
                }
            }
        });
    }

    private static final String SIZE = """
            select count(*)
              from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    /** How many sessions of a context are stored; counts all of them. */
    public long size(String context) throws StoreUnavailableException {
        return onTable(any -> connection -> {
            try (PreparedStatement statement = prepare(connection, SIZE)) {
                statement.setString(1, context);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }

    private static final String CLEAR = """
            delete from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    /** Removes all sessions of a context; tombstones stay. */
    public void clear(String context) throws StoreUnavailableException {
        onTable(any -> connection -> {
            try (PreparedStatement statement = prepare(connection, CLEAR)) {
                statement.setString(1, context);
                return statement.executeUpdate();
            }
        });
    }

    /**
     * Takes at most {@code limit} rows that may have expired, removes those that have, and answers what it removed.
     * Rows that another node works on are skipped: each expired session is answered to exactly one caller. A caller
     * that dies before it has told the session's listeners never will.
     *
     * @param after empty for the first batch of a sweep, then {@link Reaping#next()}
     */
    public Reaping reap(String context, String after, int limit, LiveSessions live) throws StoreUnavailableException {
        boolean own = layout().ownColumns();
        return database.transaction(
                connection -> new ReapingSweep(connection, names, own).run(context, after, limit, live));
    }

    /** Runs a statement that fits the layout, and once more when the table turns out to have been changed. */
    private <T> T onTable(Function<TableLayout, Database.Work<T>> work) throws StoreUnavailableException {
        TableLayout known = layout();
        try {
            return database.statement(work.apply(known));
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheTable()) {
                throw e;
            }
            layout = null;
            return database.statement(work.apply(layout()));
        }
    }

    private TableLayout layout() throws StoreUnavailableException {
        TableLayout known = layout;
        if (known != null) {
            return known;
        }
        try {
            return prepare();
        } catch (TableMismatchException e) {
            throw new StoreUnavailableException(e.reason());
        }
    }

    private TableLayout readLayout() throws StoreUnavailableException, TableMismatchException {
        Object found = database.statement(connection -> {
            try {
                return TableLayout.read(connection, names);
            } catch (TableMismatchException e) {
                return e;
            }
        });
        if (found instanceof TableMismatchException mismatch) {
            throw mismatch;
        }
        return (TableLayout) found;
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return connection.prepareStatement(names.in(sql));
    }

    private static void bindKey(PreparedStatement statement, SessionKey key) throws SQLException {
        statement.setString(1, key.context());
        statement.setString(2, key.id());
    }

    private static void setLong(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, value);
        }
    }
}
