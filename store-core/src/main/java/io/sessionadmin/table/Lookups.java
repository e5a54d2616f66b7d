package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads sessions: one by its key, or which there are. */
final class Lookups {

    private final TableAccess table;

    Lookups(TableAccess table) {
        this.table = table;
    }

    /** Columns as they are: what can be worked out here costs the server nothing, and the driver reads them in binary. */
    private static final String LOOK = """
            select valid_session, max_inactive, last_access, now(), unchanged,
                   case when valid_session = '0' and coalesce(octet_length(session_data), 0) = 0 then node end,
                   version, base_version, saved_at, same_base,
                   case when not unchanged and valid_session <> '0' then session_changes end,
                   case when not unchanged and not same_base and valid_session <> '0' then session_data end
              from (select valid_session, max_inactive, last_access, version, node, saved_at, base_version,
                           session_changes, session_data,
                           version = ? and (version > 0 or last_access = ?) as unchanged,
                           base_version > 0 and base_version = ? and coalesce(octet_length(session_changes), 0) > 0
                               as same_base
                      from tomcat_sessions
                     where app_name = ? and session_id = ?) as stored""";

    private static final String LOOK_SIX_COLUMNS = """
            select valid_session, max_inactive, last_access, now(), unchanged,
                   case when coalesce(octet_length(session_data), 0) = 0 then '' end,
                   0::bigint, whole, null::timestamptz, false,
                   null::bytea,
                   case when not unchanged and valid_session <> '0' then session_data end
              from (select valid_session, max_inactive, last_access, session_data,
                           ?::bigint <= 0 and last_access = ? as unchanged,
                           ?::bigint as whole
                      from tomcat_sessions
                     where app_name = ? and session_id = ? and %s) as stored""".formatted(TableLayout.HAS_SIX_COLUMNS);

    /**
     * What the table says now; the data is sent only when it is another state than the known one, and the whole stream
     * only when that is another one, too.
     */
    Look look(SessionKey key, RowVersion known, Duration grace) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            Clocks clocks = table.clocks();
            String sql = layout.ownColumns() ? LOOK : LOOK_SIX_COLUMNS;
            try (PreparedStatement statement = table.statement(connection, sql)) {
                new Parameters(statement)
                        .number(known.version())
                        .number(known.lastAccess())
                        .number(known.whole())
                        .key(key);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? seen(key, row, clocks, grace.toMillis()) : new Look.Absent();
                }
            }
        });
    }

    private static Look seen(SessionKey key, ResultSet row, Clocks clocks, long grace) throws SQLException {
        int maxInactive = row.getInt(2);
        long there = row.getLong(3);
        long nowThere = row.getTimestamp(4).getTime();
        long lastAccess = clocks.here(there, nowThere);
        if ("0".equals(row.getString(1))) {
            return new Look.Ended(row.getString(6), lastAccess);
        }
        if (isExpired(there, maxInactive, grace, nowThere)) {
            return new Look.Expired();
        }
        if (row.getBoolean(5)) {
            return new Look.Unchanged(maxInactive, lastAccess);
        }
        Timestamp savedAt = row.getTimestamp(9);
        return new Look.Changed(new StoredSession(
                key,
                RowVersion.of(row.getLong(7), there, row.getLong(8)),
                maxInactive,
                lastAccess,
                savedAt == null ? 0 : clocks.here(savedAt.getTime(), nowThere),
                null,
                row.getBoolean(10),
                StoredSession.data(row, 12),
                row.getBytes(11)));
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
            new Parameters(statement).text(context);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> ids = new ArrayList<>();
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
                return ids;
            }
        }
    }

    private static final String SIZE = """
            select count(*)
              from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    long size(String context) throws StoreUnavailableException {
        return table.run(any -> connection -> {
            try (PreparedStatement statement = table.statement(connection, SIZE)) {
                new Parameters(statement).text(context);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }
}
