package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    private static final String LOOK = """
            select valid_session, max_inactive, last_access, version, node, saved_at, now_millis,
                   case when last_access + max_inactive::bigint * 1000 + least(?, max_inactive::bigint * 100) < now_millis
                        then max_inactive > 0 else false end,
                   unchanged, base_version, same_base,
                   case when not unchanged and valid_session <> '0' then session_changes end,
                   case when not unchanged and not same_base and valid_session <> '0' then session_data end
              from (select valid_session, max_inactive, last_access, session_data, %s,
                           (extract(epoch from now()) * 1000)::bigint as now_millis
                      from tomcat_sessions
                     where app_name = ? and session_id = ? and %s) as stored""";

    private static final String OWN = """
            version, (extract(epoch from saved_at) * 1000)::bigint as saved_at,
                           case when octet_length(session_data) > 0 then null else node end as node,
                           version = ? and (version > 0 or last_access = ?) as unchanged,
                           base_version, session_changes,
                           base_version > 0 and base_version = ? and coalesce(octet_length(session_changes), 0) > 0
                               as same_base""";

    private static final String SIX_COLUMNS = """
            0 as version, 0 as saved_at, '' as node, ?::bigint <= 0 and last_access = ? as unchanged,
            ?::bigint as base_version, false as same_base, null::bytea as session_changes""";

    /**
     * What the table says now; the data is sent only when it is another state than the known one, and the whole stream
     * only when that is another one, too.
     */
    Look look(SessionKey key, RowVersion known, Duration grace) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            Clocks clocks = table.clocks();
            String sql = layout.ownColumns()
                    ? LOOK.formatted(OWN, "true")
                    : LOOK.formatted(SIX_COLUMNS, TableLayout.HAS_SIX_COLUMNS);
            try (PreparedStatement statement = table.statement(connection, sql)) {
                new Parameters(statement)
                        .number(grace.toMillis())
                        .number(known.version())
                        .number(known.lastAccess())
                        .number(known.whole())
                        .key(key);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? seen(key, row, clocks) : new Look.Absent();
                }
            }
        });
    }

    private static Look seen(SessionKey key, ResultSet row, Clocks clocks) throws SQLException {
        int maxInactive = row.getInt(2);
        long lastAccess = clocks.here(row.getLong(3), row.getLong(7));
        if ("0".equals(row.getString(1))) {
            return new Look.Ended(row.getString(5), lastAccess);
        }
        if (row.getBoolean(8)) {
            return new Look.Expired();
        }
        if (row.getBoolean(9)) {
            return new Look.Unchanged(maxInactive, lastAccess);
        }
        return new Look.Changed(new StoredSession(
                key,
                RowVersion.of(row.getLong(4), row.getLong(3), row.getLong(10)),
                maxInactive,
                lastAccess,
                savedAt(row.getLong(6), row.getLong(7), clocks),
                null,
                row.getBoolean(11),
                StoredSession.data(row, 13),
                row.getBytes(12)));
    }

    private static long savedAt(long there, long nowThere, Clocks clocks) {
        return there == 0 ? 0 : clocks.here(there, nowThere);
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
