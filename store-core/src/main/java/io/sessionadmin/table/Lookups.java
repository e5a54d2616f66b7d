package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads sessions: one by its key, or which there are. */
final class Lookups {

    private final TableAccess table;

    Lookups(TableAccess table) {
        this.table = table;
    }

    /**
     * What most looks want to know. Each further column costs the server more than to find the row: it prepares all of them
     * again with each execution.
     */
    private static final String STATE = """
            select valid_session, max_inactive, last_access, now(), version
              from tomcat_sessions
             where app_name = ? and session_id = ?""";

    private static final String ROW = """
            select valid_session, max_inactive, last_access, now(), version, base_version, node, saved_at, session_changes,
                   case when base_version = ? and base_version > 0 and octet_length(session_changes) > 0
                         and valid_session <> '0'
                        then null else session_data end
              from tomcat_sessions
             where app_name = ? and session_id = ?""";

    private static final String STATE_SIX_COLUMNS = """
            select valid_session, max_inactive, last_access, now(), 0::bigint
              from tomcat_sessions
             where app_name = ? and session_id = ? and %s""".formatted(TableLayout.HAS_SIX_COLUMNS);

    private static final String ROW_SIX_COLUMNS = """
            select valid_session, max_inactive, last_access, now(), 0::bigint, ?::bigint, '', null::timestamptz,
                   null::bytea, session_data
              from tomcat_sessions
             where app_name = ? and session_id = ? and %s""".formatted(TableLayout.HAS_SIX_COLUMNS);

    /**
     * What the table says now. The data is read only when it is another state than the known one, by a second statement, and
     * the whole stream only when that is another one, too.
     */
    Look look(SessionKey key, RowVersion known, Duration grace) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            boolean own = layout.ownColumns();
            Clocks clocks = table.clocks();
            if (!known.isNone()) {
                try (PreparedStatement statement = table.statement(connection, own ? STATE : STATE_SIX_COLUMNS)) {
                    new Parameters(statement).key(key);
                    try (ResultSet row = statement.executeQuery()) {
                        Look seen = row.next() ? withoutData(row, known, clocks, grace) : new Look.Absent();
                        if (seen != null) {
                            return seen;
                        }
                    }
                }
            }
            try (PreparedStatement statement = table.statement(connection, own ? ROW : ROW_SIX_COLUMNS)) {
                new Parameters(statement).number(known.whole()).key(key);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? withData(key, row, known, clocks, grace) : new Look.Absent();
                }
            }
        });
    }

    /** Null when that takes more of the row. */
    private static @Nullable Look withoutData(ResultSet row, RowVersion known, Clocks clocks, Duration grace)
            throws SQLException {
        if (isTombstone(row)) {
            return null;
        }
        int maxInactive = row.getInt(2);
        long there = row.getLong(3);
        long nowThere = row.getTimestamp(4).getTime();
        if (isExpired(there, maxInactive, grace.toMillis(), nowThere)) {
            return new Look.Expired();
        }
        long version = row.getLong(5);
        boolean unchanged = version == known.version() && (version > 0 || there == known.lastAccess());
        return unchanged ? new Look.Unchanged(maxInactive, clocks.here(there, nowThere)) : null;
    }

    /** What the row has come to meanwhile is looked at again. */
    private static Look withData(SessionKey key, ResultSet row, RowVersion known, Clocks clocks, Duration grace)
            throws SQLException {
        long there = row.getLong(3);
        long nowThere = row.getTimestamp(4).getTime();
        byte[] data = StoredSession.data(row, 10);
        if (isTombstone(row)) {
            return new Look.Ended(data.length == 0 ? row.getString(7) : null, clocks.here(there, nowThere));
        }
        Look seen = withoutData(row, known, clocks, grace);
        if (seen != null) {
            return seen;
        }
        long whole = row.getLong(6);
        byte[] changes = row.getBytes(9);
        boolean partial = whole > 0 && whole == known.whole() && changes != null && changes.length > 0;
        Timestamp savedAt = row.getTimestamp(8);
        return new Look.Changed(new StoredSession(
                key,
                RowVersion.of(row.getLong(5), there, whole),
                row.getInt(2),
                clocks.here(there, nowThere),
                savedAt == null ? 0 : clocks.here(savedAt.getTime(), nowThere),
                null,
                partial,
                data,
                changes));
    }

    private static boolean isTombstone(ResultSet row) throws SQLException {
        return "0".equals(row.getString(1));
    }

    private static boolean isExpired(long lastAccess, int maxInactive, long grace, long now) {
        return maxInactive > 0 && lastAccess + maxInactive * 1000L + Math.min(grace, maxInactive * 100L) < now;
    }

    /** The stored session; empty when there is none, a tombstone, or an expired one, which is the sweep's to end. */
    Optional<StoredSession> load(SessionKey key) throws StoreUnavailableException {
        return look(key, RowVersion.NONE, Duration.ZERO) instanceof Look.Changed changed
                ? Optional.of(changed.session())
                : Optional.empty();
    }

    private static final String KEYS = """
            select session_id
              from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    List<String> ids(String context) throws StoreUnavailableException {
        return table.run(any -> connection -> ids(connection, context, KEYS));
    }

    private static final String EXPIRED_KEYS = KEYS + """

               and max_inactive > 0
               and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint""";

    private static final String EXPIRED_KEYS_BY_INDEX = EXPIRED_KEYS + """

               and reap_after < (extract(epoch from now()) * 1000)::bigint""";

    List<String> expiredIds(String context) throws StoreUnavailableException {
        return table.run(layout ->
                connection -> ids(connection, context, layout.ownColumns() ? EXPIRED_KEYS_BY_INDEX : EXPIRED_KEYS));
    }

    private List<String> ids(Connection connection, String context, String sql) throws SQLException {
        try (PreparedStatement statement = table.statement(connection, sql)) {
            return new Parameters(statement).text(context).queryTexts();
        }
    }

    /** Both by indexes alone where vacuum has been: the rows themselves, with what is kept free, are several times as large. */
    private static final String SIZE = """
            select (select count(*) from tomcat_sessions where app_name = ?)
                 - (select count(*) from tomcat_sessions where app_name = ? and valid_session = '0')""";

    private static final String SIZE_SIX_COLUMNS = """
            select count(*)
              from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    long size(String context) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            boolean own = layout.ownColumns();
            try (PreparedStatement statement = table.statement(connection, own ? SIZE : SIZE_SIX_COLUMNS)) {
                Parameters parameters = new Parameters(statement).text(context);
                if (own) {
                    parameters.text(context);
                }
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }
}
