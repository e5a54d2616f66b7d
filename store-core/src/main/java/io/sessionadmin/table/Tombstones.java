package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts tombstones in the place of sessions that have ended, and reads them. A tombstone's last access is when the
 * session ended, its node is who has told the listeners. One that still has data was made by hand: nobody was told.
 */
final class Tombstones {

    /** How long a tombstone of a session that never expires is kept, in seconds: 30 days. */
    static final int LONGEST = 30 * 24 * 3600;

    /** A tombstone outlives a backup that is under way, whatever the session's max inactive interval; seconds. */
    static final int SHORTEST = 3600;

    private final TableAccess table;

    Tombstones(TableAccess table) {
        this.table = table;
    }

    private static final String BURY = """
            with buried as (
                update tomcat_sessions
                   set valid_session = '0',
                       max_inactive  = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                       last_access   = (extract(epoch from now()) * 1000)::bigint - ?,
                       session_data  = ''%s
                 where app_name = ? and session_id = ? and valid_session <> '0'
                returning app_name)
            select pg_notify(?, app_name) from buried""";

    /** Where there is no row nobody has a copy, and nothing is done. */
    void bury(SessionKey key, long endedAt) throws StoreUnavailableException {
        table.run(layout -> connection -> {
            String own = layout.ownColumns() ? TableLayout.TOMBSTONE + ", node = ?" : "";
            try (PreparedStatement statement = table.statement(connection, BURY.formatted(own))) {
                Parameters parameters = new Parameters(statement)
                        .number(LONGEST)
                        .number(SHORTEST)
                        .number(table.clocks().age(endedAt));
                if (layout.ownColumns()) {
                    parameters.text(table.node());
                }
                parameters.key(key).text(InvalidationListener.CHANNEL);
                return statement.execute();
            }
        });
    }

    /** Leaves a tombstone, whether there was a row or not; answers the session as it was stored. */
    Optional<StoredSession> invalidate(SessionKey key, long endedAt) throws StoreUnavailableException {
        return table.transaction(layout -> connection -> {
            Clocks clocks = table.clocks();
            Optional<StoredSession> stored = lock(connection, layout, key, clocks);
            int inactive = stored.map(StoredSession::maxInactive).orElse(0);
            entomb(connection, layout, key, inactive, clocks.age(endedAt));
            tellAllNodes(connection, key.context());
            return stored;
        });
    }

    private static final String LOCK = """
            select max_inactive, last_access, (extract(epoch from now()) * 1000)::bigint, session_data, %s
              from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0'
               for update""";

    private Optional<StoredSession> lock(Connection connection, TableLayout layout, SessionKey key, Clocks clocks)
            throws SQLException {
        String sql = LOCK.formatted(
                layout.ownColumns()
                        ? "version, case when held then node end, base_version, session_changes"
                        : "0, null, 0, null::bytea");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            new Parameters(statement).key(key);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(new StoredSession(
                        key,
                        RowVersion.of(row.getLong(5), row.getLong(2), row.getLong(7)),
                        row.getInt(1),
                        clocks.here(row.getLong(2), row.getLong(3)),
                        0,
                        row.getString(6),
                        false,
                        StoredSession.data(row, 4),
                        row.getBytes(8)));
            }
        }
    }

    private static final String ENTOMB = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data)
            select ?, ?, '0', ?, clock.millis - ?, ''
              from (select (extract(epoch from now()) * 1000)::bigint as millis) as clock
            on conflict (%s) do update
               set valid_session = '0',
                   max_inactive  = excluded.max_inactive,
                   last_access   = excluded.last_access,
                   session_data  = excluded.session_data%s
             where stored.app_name = excluded.app_name and stored.valid_session <> '0'""";

    private void entomb(Connection connection, TableLayout layout, SessionKey key, int inactive, long age)
            throws SQLException {
        String own = layout.ownColumns() ? TableLayout.TOMBSTONE + ", node = null" : "";
        try (PreparedStatement statement = table.statement(connection, ENTOMB.formatted(layout.key(), own))) {
            new Parameters(statement)
                    .key(key)
                    .number(inactive <= 0 ? LONGEST : Math.max(inactive, SHORTEST))
                    .number(age);
            statement.executeUpdate();
        }
    }

    private static final String TELL = "select pg_notify('" + InvalidationListener.CHANNEL + "', ?)";

    /** Heard when the transaction commits. */
    static void tellAllNodes(Connection connection, String context) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELL)) {
            new Parameters(statement).text(context);
            statement.execute();
        }
    }

    private static final String CLAIM = """
            update tomcat_sessions
               set node         = ?,
                   held         = false,
                   max_inactive = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                   reap_after   = 0,
                   session_changes = null,
                   session_data = ''
             where app_name = ? and session_id = ? and valid_session = '0'
               and (node is null or octet_length(session_data) > 0)""";

    /** True for exactly one caller. Not tried again: the first try may have been the one that won. */
    boolean claim(SessionKey key) throws StoreUnavailableException {
        return table.transaction(layout -> connection -> {
            if (!layout.ownColumns()) {
                return true;
            }
            try (PreparedStatement statement = table.statement(connection, CLAIM)) {
                new Parameters(statement)
                        .text(table.node())
                        .number(LONGEST)
                        .number(SHORTEST)
                        .key(key);
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static final String CLAIM_GONE = """
            insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data,
                                         reap_after, node)
            values (?, ?, '0', ?, (extract(epoch from now()) * 1000)::bigint, '', 0, ?)
            on conflict do nothing""";

    /** Of a session whose row somebody deleted: leaves the tombstone. True for the one caller that does. */
    boolean claimGone(SessionKey key) throws StoreUnavailableException {
        return table.transaction(layout -> connection -> {
            if (!layout.ownColumns()) {
                return false;
            }
            try (PreparedStatement statement = table.statement(connection, CLAIM_GONE)) {
                new Parameters(statement).key(key).number(SHORTEST).text(table.node());
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static final String TOMBSTONES = """
            select session_id, last_access, (extract(epoch from now()) * 1000)::bigint, %s
              from tomcat_sessions
             where app_name = ? and valid_session = '0'
               and %s >= (extract(epoch from now()) * 1000)::bigint - ?""";

    /** When it was written: one that was remembered during an outage is dated before it. By hand: not known. */
    private static final String WRITTEN = "greatest(last_access, (extract(epoch from saved_at) * 1000)::bigint)";

    private static final String TOLD_BY = "case when octet_length(session_data) > 0 then null else node end";

    List<Tombstone> since(String context, long since) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            Clocks clocks = table.clocks();
            String sql = layout.ownColumns()
                    ? TOMBSTONES.formatted(TOLD_BY, WRITTEN)
                    : TOMBSTONES.formatted("''", "last_access");
            try (PreparedStatement statement = table.statement(connection, sql)) {
                new Parameters(statement).text(context).number(clocks.age(since));
                try (ResultSet row = statement.executeQuery()) {
                    List<Tombstone> tombstones = new ArrayList<>();
                    while (row.next()) {
                        long endedAt = clocks.here(row.getLong(2), row.getLong(3));
                        tombstones.add(new Tombstone(row.getString(1), endedAt, row.getString(4)));
                    }
                    return tombstones;
                }
            }
        });
    }
}
