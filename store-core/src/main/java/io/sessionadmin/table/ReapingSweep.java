package io.sessionadmin.table;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One batch of a sweep for expired sessions, inside of a transaction.
 *
 * <p>{@code reap_after} is a lower bound: no row expires before it, but an access does not move it. A row whose time
 * has come and that was accessed since gets a new bound, once per max inactive interval; so the index costs touches
 * nothing, and a sweep costs by what is due and not by what is stored. A table with six columns only is read whole.
 */
final class ReapingSweep {

    /** Milliseconds for which a row is left alone whose session is in memory. */
    private static final long SHORTEST_DELAY = 60_000;

    private final Connection connection;
    private final TableNames names;
    private final boolean ownColumns;
    private final Clocks clocks;
    private final long grace;

    private String last = "";
    private final List<String> tombstones = new ArrayList<>();
    private final List<String> expired = new ArrayList<>();
    private final List<String> postponed = new ArrayList<>();
    private final List<@Nullable Long> postponedTo = new ArrayList<>();

    /**
     * @param grace milliseconds for which an expired session is left alone
     */
    ReapingSweep(Connection connection, TableNames names, boolean ownColumns, Clocks clocks, long grace) {
        this.connection = connection;
        this.names = names;
        this.ownColumns = ownColumns;
        this.clocks = clocks;
        this.grace = grace;
    }

    Reaping run(String context, String after, int limit, LiveSessions live) throws SQLException {
        int due = judgeDueRows(context, after, limit, live);
        if (ownColumns && !postponed.isEmpty()) {
            postpone(context);
        }
        int buried = tombstones.isEmpty() ? 0 : delete(context, tombstones).size();
        List<StoredSession> reaped = expired.isEmpty() ? List.of() : delete(context, expired);
        return new Reaping(reaped, buried, due < limit ? null : last);
    }

    private static final String DUE = """
            select session_id, valid_session, max_inactive, last_access,
                   (extract(epoch from now()) * 1000)::bigint
              from tomcat_sessions
             where app_name = ?
               and reap_after < (extract(epoch from now()) * 1000)::bigint
               and reap_after < (extract(epoch from now()) * 1000)::bigint
                                - least(?, greatest(max_inactive, 0)::bigint * 100)
             order by reap_after
             limit ?
               for update skip locked""";

    private static final String DUE_SIX_COLUMNS = """
            select session_id, valid_session, max_inactive, last_access,
                   (extract(epoch from now()) * 1000)::bigint
              from tomcat_sessions
             where app_name = ?
               and session_id > ?
               and max_inactive > 0
               and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint
                                                               - least(?, max_inactive::bigint * 100)
             order by session_id
             limit ?
               for update skip locked""";

    private int judgeDueRows(String context, String after, int limit, LiveSessions live) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(names.in(ownColumns ? DUE : DUE_SIX_COLUMNS))) {
            Parameters parameters = new Parameters(statement).text(context);
            if (!ownColumns) { // a postponed row keeps its place there: go on behind it
                parameters.text(after);
            }
            parameters.number(grace).number(limit);
            try (ResultSet row = statement.executeQuery()) {
                int rows = 0;
                while (row.next()) {
                    rows++;
                    last = row.getString(1);
                    judge(
                            last,
                            "0".equals(row.getString(2)),
                            expiry(row.getLong(4), row.getInt(3)),
                            row.getLong(5) - Math.min(grace, row.getInt(3) * 100L),
                            live);
                }
                return rows;
            }
        }
    }

    private void judge(String id, boolean tombstone, @Nullable Long expiry, long now, LiveSessions live) {
        if (expiry == null || expiry >= now) {
            postponed.add(id);
            postponedTo.add(expiry);
            return;
        }
        if (tombstone) {
            tombstones.add(id);
            return;
        }
        OptionalLong held = live.heldUntil(id);
        if (held.isPresent()) {
            postponed.add(id);
            // Not into the past of PostgreSQL's clock: the same rows would be due again at once.
            long until = now + Math.max(held.getAsLong() - clocks.here(), SHORTEST_DELAY);
            postponedTo.add(held.getAsLong() == LiveSessions.NEVER ? null : Long.valueOf(until));
        } else {
            expired.add(id);
        }
    }

    private static @Nullable Long expiry(long lastAccess, int maxInactive) {
        return maxInactive <= 0 ? null : Long.valueOf(lastAccess + maxInactive * 1000L);
    }

    private static final String POSTPONE = """
            update tomcat_sessions stored
               set reap_after = due.reap_after
              from unnest(?::text[], ?::bigint[]) as due (id, reap_after)
             where stored.app_name = ? and stored.session_id = due.id""";

    private void postpone(String context) throws SQLException {
        Array ids = connection.createArrayOf("text", postponed.toArray());
        Array times = connection.createArrayOf("bigint", postponedTo.toArray());
        try (PreparedStatement statement = connection.prepareStatement(names.in(POSTPONE))) {
            statement.setArray(1, ids);
            statement.setArray(2, times);
            statement.setString(3, context);
            statement.executeUpdate();
        } finally {
            ids.free();
            times.free();
        }
    }

    private static final String DELETE = """
            delete from tomcat_sessions
             where app_name = ? and session_id = any (?)
            returning session_id, max_inactive, last_access, session_data,
                      (extract(epoch from now()) * 1000)::bigint, %s""";

    private List<StoredSession> delete(String context, List<String> ids) throws SQLException {
        String sql = DELETE.formatted(ownColumns ? "version, base_version, session_changes" : "0, 0, null::bytea");
        Array array = connection.createArrayOf("text", ids.toArray());
        try (PreparedStatement statement = connection.prepareStatement(names.in(sql))) {
            statement.setString(1, context);
            statement.setArray(2, array);
            try (ResultSet row = statement.executeQuery()) {
                List<StoredSession> deleted = new ArrayList<>();
                while (row.next()) {
                    deleted.add(new StoredSession(
                            new SessionKey(context, row.getString(1)),
                            RowVersion.of(row.getLong(6), row.getLong(3), row.getLong(7)),
                            row.getInt(2),
                            clocks.here(row.getLong(3), row.getLong(5)),
                            0,
                            null,
                            false,
                            StoredSession.data(row, 4),
                            row.getBytes(8)));
                }
                return deleted;
            }
        } finally {
            array.free();
        }
    }
}
