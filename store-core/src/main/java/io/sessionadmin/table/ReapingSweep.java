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
 *
 * <p>The rows are locked when they are judged, and so are still at the same place when they are deleted: by their place,
 * which is half of the price of finding each by its key again.
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
    private final List<String> told = new ArrayList<>();
    private final List<String> untold = new ArrayList<>();
    private final List<String> tombstones = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final List<String> placeless = new ArrayList<>();
    private final List<String> postponed = new ArrayList<>();
    private final List<@Nullable Long> postponedTo = new ArrayList<>();
    private boolean more;

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
        judgeDueRows(context, after, ownColumns ? limit : Math.min(limit, SessionTable.READ_AT_ONCE), live);
        if (ownColumns && !postponed.isEmpty()) {
            postpone(context);
        }
        if (!places.isEmpty()) {
            deleteByPlace();
        }
        if (!placeless.isEmpty()) {
            delete(context, placeless);
        }
        List<StoredSession> expired = told.isEmpty() ? List.of() : deleteAndRead(context);
        return new Reaping(expired, List.copyOf(untold), tombstones.size(), more ? last : null);
    }

    /** The place of a row is its own in one table: not among the partitions of one, nor among its children. */
    private static final String DUE = """
            select session_id, valid_session, max_inactive, last_access,
                   (extract(epoch from now()) * 1000)::bigint,
                   binding_listener, case when tableoid = 'tomcat_sessions'::regclass then ctid end
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
                   (extract(epoch from now()) * 1000)::bigint, true, null
              from tomcat_sessions
             where app_name = ?
               and session_id > ?
               and max_inactive > 0
               and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint
                                                               - least(?, max_inactive::bigint * 100)
             order by session_id
             limit ?
               for update skip locked""";

    private void judgeDueRows(String context, String after, int limit, LiveSessions live) throws SQLException {
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
                    judge(row, live);
                }
                more |= rows == limit;
            }
        }
    }

    private void judge(ResultSet row, LiveSessions live) throws SQLException {
        String id = row.getString(1);
        Long expiry = expiry(row.getLong(4), row.getInt(3));
        long now = row.getLong(5) - Math.min(grace, row.getInt(3) * 100L);
        if (expiry == null || expiry >= now) {
            postpone(id, expiry);
            return;
        }
        if ("0".equals(row.getString(2))) {
            tombstones.add(id);
            remove(id, row.getString(7));
            return;
        }
        OptionalLong held = live.heldUntil(id);
        if (held.isPresent()) {
            // Not into the past of PostgreSQL's clock: the same rows would be due again at once.
            long until = now + Math.max(held.getAsLong() - clocks.here(), SHORTEST_DELAY);
            postpone(id, held.getAsLong() == LiveSessions.NEVER ? null : Long.valueOf(until));
        } else if (!row.getBoolean(6) && !live.isToBeTold(id)) {
            untold.add(id);
            remove(id, row.getString(7));
        } else if (told.size() < SessionTable.READ_AT_ONCE) {
            told.add(id);
        } else {
            more = true; // it stays due
        }
    }

    private static @Nullable Long expiry(long lastAccess, int maxInactive) {
        return maxInactive <= 0 ? null : Long.valueOf(lastAccess + maxInactive * 1000L);
    }

    private void postpone(String id, @Nullable Long until) {
        postponed.add(id);
        postponedTo.add(until);
    }

    private void remove(String id, @Nullable String place) {
        if (place == null) {
            placeless.add(id);
        } else {
            places.add(place);
        }
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
            new Parameters(statement).array(ids).array(times).text(context);
            statement.executeUpdate();
        } finally {
            ids.free();
            times.free();
        }
    }

    private static final String DELETE_BY_PLACE = """
            delete from only tomcat_sessions
             where ctid = any (?::tid[])""";

    private void deleteByPlace() throws SQLException {
        Array locked = connection.createArrayOf("text", places.toArray());
        try (PreparedStatement statement = connection.prepareStatement(names.in(DELETE_BY_PLACE))) {
            new Parameters(statement).array(locked);
            int deleted = statement.executeUpdate();
            if (deleted != places.size()) { // the transaction is rolled back
                throw new SQLException("a sweep has locked " + places.size() + " rows, and deleted " + deleted);
            }
        } finally {
            locked.free();
        }
    }

    private static final String DELETE = """
            delete from tomcat_sessions
             where app_name = ? and session_id = any (?)""";

    private void delete(String context, List<String> ids) throws SQLException {
        Array array = connection.createArrayOf("text", ids.toArray());
        try (PreparedStatement statement = connection.prepareStatement(names.in(DELETE))) {
            new Parameters(statement).text(context).array(array);
            statement.executeUpdate();
        } finally {
            array.free();
        }
    }

    private static final String DELETE_AND_READ = DELETE + """

            returning session_id, max_inactive, last_access, session_data,
                      (extract(epoch from now()) * 1000)::bigint, %s""";

    private List<StoredSession> deleteAndRead(String context) throws SQLException {
        String sql =
                DELETE_AND_READ.formatted(ownColumns ? "version, base_version, session_changes" : "0, 0, null::bytea");
        Array array = connection.createArrayOf("text", told.toArray());
        try (PreparedStatement statement = connection.prepareStatement(names.in(sql))) {
            new Parameters(statement).text(context).array(array);
            try (ResultSet row = statement.executeQuery()) {
                List<StoredSession> deleted = new ArrayList<>();
                while (row.next()) {
                    deleted.add(stored(context, row));
                }
                return deleted;
            }
        } finally {
            array.free();
        }
    }

    private StoredSession stored(String context, ResultSet row) throws SQLException {
        return new StoredSession(
                new SessionKey(context, row.getString(1)),
                RowVersion.of(row.getLong(6), row.getLong(3), row.getLong(7)),
                row.getInt(2),
                clocks.here(row.getLong(3), row.getLong(5)),
                0,
                null,
                false,
                StoredSession.data(row, 4),
                row.getBytes(8));
    }
}
