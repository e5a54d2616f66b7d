package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

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
            update tomcat_sessions
               set valid_session = '0',
                   max_inactive  = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                   last_access   = (extract(epoch from now()) * 1000)::bigint - ?,
                   session_data  = ''%s
             where app_name = ? and session_id = ? and valid_session <> '0'""";

    /** Where there is no row nobody has a copy, and nothing is done: false. True also where it is not known. */
    boolean bury(SessionKey key, long endedAt) throws StoreUnavailableException {
        AtomicInteger tries = new AtomicInteger();
        return table.run(layout -> connection -> {
            boolean again = tries.incrementAndGet() > 1; // it may have been the first try that found the row
            String own = layout.ownColumns() ? TableLayout.TOMBSTONE + ", node = ?" : "";
            try (PreparedStatement statement = table.statement(connection, BURY.formatted(own))) {
                Parameters parameters = new Parameters(statement)
                        .number(LONGEST)
                        .number(SHORTEST)
                        .number(table.clocks().age(endedAt));
                if (layout.ownColumns()) {
                    parameters.text(table.node());
                }
                parameters.key(key);
                return statement.executeUpdate() == 1 || again;
            }
        });
    }

    /** Leaves tombstones, whether there were rows or not, in one transaction; answers the sessions as they were stored. */
    List<StoredSession> invalidate(String context, Collection<String> ids, long endedAt)
            throws StoreUnavailableException {
        String[] inOrder = ids.stream().distinct().sorted().toArray(String[]::new);
        return table.transaction(layout -> connection -> {
            Clocks clocks = table.clocks();
            List<StoredSession> stored = lock(connection, layout, context, inOrder, clocks);
            entomb(connection, layout, context, inOrder, stored, clocks.age(endedAt));
            Notifier.tellAllNodes(connection, List.of(context));
            return stored;
        });
    }

    /** In the order in which batches are saved, so that nobody waits for each other. */
    private static final String LOCK = """
            select session_id, max_inactive, last_access, (extract(epoch from now()) * 1000)::bigint, session_data, %s
              from tomcat_sessions
             where app_name = ? and session_id = any (?) and valid_session <> '0'
             order by session_id collate "C"
               for update""";

    private List<StoredSession> lock(
            Connection connection, TableLayout layout, String context, String[] ids, Clocks clocks)
            throws SQLException {
        String sql = LOCK.formatted(
                layout.ownColumns()
                        ? "version, case when held then node end, base_version, session_changes"
                        : "0, null, 0, null::bytea");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            new Parameters(statement).text(context).array(Parameters.texts(connection, (Object[]) ids));
            try (ResultSet row = statement.executeQuery()) {
                List<StoredSession> stored = new ArrayList<>();
                while (row.next()) {
                    stored.add(new StoredSession(
                            new SessionKey(context, row.getString(1)),
                            RowVersion.of(row.getLong(6), row.getLong(3), row.getLong(8)),
                            row.getInt(2),
                            clocks.here(row.getLong(3), row.getLong(4)),
                            0,
                            row.getString(7),
                            false,
                            StoredSession.data(row, 5),
                            row.getBytes(9)));
                }
                return stored;
            }
        }
    }

    private static final String ENTOMB = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data%s)
            select ?, ended.id, '0', ended.inactive, clock.millis - ?, ''%s
              from unnest(?::text[], ?::int[]) with ordinality as ended (id, inactive, position),
                   (select (extract(epoch from now()) * 1000)::bigint as millis) as clock
             order by ended.position
            on conflict (%s) do update
               set valid_session = '0',
                   max_inactive  = excluded.max_inactive,
                   last_access   = excluded.last_access,
                   session_data  = excluded.session_data%s
             where stored.app_name = excluded.app_name and stored.valid_session <> '0'""";

    private static final String ENTOMB_OWN = ", version = excluded.version, node = null" + TableLayout.TOMBSTONE;

    private void entomb(
            Connection connection,
            TableLayout layout,
            String context,
            String[] ids,
            List<StoredSession> stored,
            long age)
            throws SQLException {
        Map<String, Integer> inactive = new HashMap<>();
        stored.forEach(session -> inactive.put(session.key().id(), session.maxInactive()));
        Object[] kept = Arrays.stream(ids)
                .map(id -> inactive.getOrDefault(id, 0))
                .map(seconds -> seconds <= 0 ? LONGEST : Math.max(seconds, SHORTEST))
                .toArray();
        String sql = layout.ownColumns()
                ? ENTOMB.formatted(
                        ", version, ended_at",
                        ", " + Tombstone.FROM_OUTSIDE + ", clock_timestamp()",
                        layout.key(),
                        ENTOMB_OWN)
                : ENTOMB.formatted("", "", layout.key(), "");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            new Parameters(statement)
                    .text(context)
                    .number(age)
                    .array(Parameters.texts(connection, (Object[]) ids))
                    .array(connection.createArrayOf("int4", kept));
            statement.executeUpdate();
        }
    }

    private static final String CLAIM = """
            with mine as (
                select session_id as id
                  from tomcat_sessions
                 where app_name = ? and session_id = any (?) and valid_session = '0'
                   and (node is null or octet_length(session_data) > 0)
                 order by session_id collate "C"
                   for update)
            update tomcat_sessions
               set node         = ?,
                   held         = false,
                   max_inactive = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                   reap_after   = 0,
                   session_changes = null,
                   session_data = ''
              from mine
             where app_name = ? and session_id = mine.id
            returning session_id""";

    /** Those that this caller has won; nobody else wins them. Not tried again: the first try may have been the one. */
    Set<String> claim(String context, Collection<String> ids) throws StoreUnavailableException {
        return table.transaction(layout -> connection -> {
            if (!layout.ownColumns()) {
                return Set.copyOf(ids);
            }
            try (PreparedStatement statement = table.statement(connection, CLAIM)) {
                return Set.copyOf(new Parameters(statement)
                        .text(context)
                        .array(Parameters.texts(connection, ids.toArray()))
                        .text(table.node())
                        .number(LONGEST)
                        .number(SHORTEST)
                        .text(context)
                        .queryTexts());
            }
        });
    }

    private static final String UNCLAIMED = """
            select session_id
              from tomcat_sessions
             where app_name = ? and session_id = any (?) and valid_session = '0' and node is null""";

    /** Of these tombstones, those of which nobody has told the listeners yet. */
    Set<String> unclaimed(String context, Collection<String> ids) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            if (!layout.ownColumns()) {
                return Set.of();
            }
            try (PreparedStatement statement = table.statement(connection, UNCLAIMED)) {
                return Set.copyOf(new Parameters(statement)
                        .text(context)
                        .array(Parameters.texts(connection, ids.toArray()))
                        .queryTexts());
            }
        });
    }

    private static final String CLAIM_GONE = """
            insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data,
                                         reap_after, ended_at, node)
            values (?, ?, '0', ?, (extract(epoch from now()) * 1000)::bigint, '', 0, clock_timestamp(), ?)
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

    /** One row at least: when it was looked. The age of a number is its distance to the next that will be given. */
    private static final String TOMBSTONES = """
            select look.at, (extract(epoch from look.at) * 1000)::bigint, session_id, last_access, told_by, outside,
                   txid_snapshot_xmin(look.seen),
                   txid_snapshot_xmax(look.seen) + age((txid_snapshot_xmax(look.seen) %% 4294967296)::text::xid)
              from (select now() as at, txid_current_snapshot() as seen offset 0) as look
              left join (
                  select session_id, last_access, %s as told_by, %s as outside
                    from tomcat_sessions
                   where app_name = ? and valid_session = '0' and %s) as ended on true""";

    /** When one was written that was made by hand is not known. */
    private static final String SINCE_OR_BY_HAND = "(ended_at is null or ended_at >= ?)";

    private static final String SINCE = "ended_at >= ?";

    /** A tombstone is dated by its session's end there, which may have been during an outage, long before it was written. */
    private static final String ALL = "?::timestamptz is not null";

    private static final String ENDED_SINCE = "last_access >= (extract(epoch from ?::timestamptz) * 1000)::bigint";

    private static final String TOLD_BY = "case when octet_length(session_data) > 0 then null else node end";

    TombstoneList since(String context, Instant since, boolean byHandToo) throws StoreUnavailableException {
        return table.run(layout -> connection -> {
            Clocks clocks = table.clocks();
            String sql = layout.ownColumns()
                    ? TOMBSTONES.formatted(
                            TOLD_BY, "version = " + Tombstone.FROM_OUTSIDE, byHandToo ? SINCE_OR_BY_HAND : SINCE)
                    : TOMBSTONES.formatted("''", "true", byHandToo ? ALL : ENDED_SINCE);
            try (PreparedStatement statement = table.statement(connection, sql)) {
                new Parameters(statement).text(context).moment(since);
                try (ResultSet row = statement.executeQuery()) {
                    Instant asOf = Instant.EPOCH;
                    long oldestRunning = 0;
                    long next = 0;
                    List<Tombstone> tombstones = new ArrayList<>();
                    while (row.next()) {
                        asOf = row.getTimestamp(1).toInstant();
                        oldestRunning = layout.ownColumns() ? row.getLong(7) : 0;
                        next = row.getLong(8);
                        String id = row.getString(3);
                        if (id != null) {
                            long endedAt = clocks.here(row.getLong(4), row.getLong(2));
                            tombstones.add(new Tombstone(id, endedAt, row.getString(5), row.getBoolean(6)));
                        }
                    }
                    return new TombstoneList(tombstones, asOf, oldestRunning, next);
                }
            }
        });
    }
}
