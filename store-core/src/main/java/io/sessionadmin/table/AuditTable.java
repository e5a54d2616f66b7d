package io.sessionadmin.table;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table in which consoles write what administrators did, beside the sessions that they did it to. An entry is written
 * before the action, and again after it: one that was never completed shows a console that died in the middle.
 *
 * <p>The store and the console work without it. Each method says by a {@link TableMismatchException} that the table is
 * missing or that this user has no right to it. Safe for use by several threads.
 */
public final class AuditTable {

    private static final int FORGOTTEN_AT_ONCE = 1_000;

    private final OptionalTable table;

    /** Touches nothing yet. */
    public AuditTable(ConnectionSource connections, TableNames names) {
        this.table = new OptionalTable(connections, names, "tomcat_sessions_audit", System::nanoTime);
    }

    /** What stands in the way of using the table and what to run, in a line for the log; empty when nothing does. */
    public Optional<String> shortcoming() throws StoreUnavailableException {
        return table.shortcoming();
    }

    private static final String WRITE = """
            insert into tomcat_sessions_audit as entry (id, begun_at, ended_at, who, address, node, action, app_name,
                                                        scope, reason, asked, done, failed, outcome, details, handles)
            values (?, clock_timestamp() - ? * interval '1 millisecond',
                    clock_timestamp() - ? * interval '1 millisecond', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (id) do update
               set ended_at = coalesce(entry.ended_at, excluded.ended_at),
                   done     = excluded.done,
                   failed   = excluded.failed,
                   outcome  = coalesce(excluded.outcome, entry.outcome),
                   details  = excluded.details,
                   handles  = excluded.handles""";

    /**
     * Writes an entry, or what has become of it since.
     *
     * @param now on the clock that its times are on
     */
    public void write(AuditEntry entry, Instant now) throws StoreUnavailableException, TableMismatchException {
        Instant ended = entry.endedAt();
        Object[] handles = entry.handles().stream().map(Handle::hex).toArray();
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, WRITE)) {
                new Parameters(statement)
                        .uuid(entry.id())
                        .number(age(entry.begunAt(), now))
                        .numberOrNull(ended == null ? null : age(ended, now))
                        .text(entry.who())
                        .text(entry.address())
                        .text(entry.node())
                        .text(entry.action())
                        .text(entry.context())
                        .text(entry.scope())
                        .text(entry.reason())
                        .number(entry.asked())
                        .number(entry.done())
                        .number(entry.failed())
                        .text(entry.outcome())
                        .text(entry.details())
                        .array(Parameters.texts(connection, handles));
                return statement.executeUpdate();
            }
        });
    }

    private static long age(Instant at, Instant now) {
        return Math.max(0, Duration.between(at, now).toMillis());
    }

    /**
     * Which entries are looked for; null and empty: any.
     *
     * @param who a part of the administrator's name
     * @param context a part of the context's name
     * @param action in a word
     * @param from not begun before
     * @param to begun before
     * @param handle the first digits of the handle of a session that was named
     */
    public record Query(
            String who,
            String context,
            String action,
            @Nullable Instant from,
            @Nullable Instant to,
            String handle) {

        public static final Query ALL = new Query("", "", "", null, null, "");

        public boolean isAll() {
            return equals(ALL);
        }
    }

    /** Where a page begins: behind this entry, towards older ones. */
    public record Cursor(Instant begunAt, UUID id) {
        public static Cursor behind(AuditEntry entry) {
            return new Cursor(entry.begunAt(), entry.id());
        }
    }

    private static final String PAGE = """
            select id, begun_at, ended_at, who, address, node, action, app_name, scope, reason, asked, done, failed,
                   outcome, details, handles
              from tomcat_sessions_audit
             where position(lower(?) in lower(who)) > 0
               and position(lower(?) in lower(app_name)) > 0
               and (? = '' or action = ?)
               and begun_at >= coalesce(?, '-infinity'::timestamptz)
               and begun_at < coalesce(?, 'infinity'::timestamptz)
               and (? = '' or exists (select from unnest(handles) as handle where starts_with(handle, ?)))
               and (begun_at, id) < (coalesce(?, 'infinity'::timestamptz), ?)
             order by begun_at desc, id desc
             limit ?""";

    private static final UUID LAST = new UUID(-1, -1);

    /**
     * Entries, the latest first.
     *
     * @param after null for the first page
     */
    public List<AuditEntry> page(Query query, @Nullable Cursor after, int limit)
            throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, PAGE)) {
                new Parameters(statement)
                        .text(query.who())
                        .text(query.context())
                        .text(query.action())
                        .text(query.action())
                        .moment(query.from())
                        .moment(query.to())
                        .text(query.handle())
                        .text(query.handle())
                        .moment(after == null ? null : after.begunAt())
                        .uuid(after == null ? LAST : after.id())
                        .number(limit);
                try (ResultSet row = statement.executeQuery()) {
                    List<AuditEntry> entries = new ArrayList<>();
                    while (row.next()) {
                        entries.add(entry(row));
                    }
                    return entries;
                }
            }
        });
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        List<Handle> handles = new ArrayList<>();
        for (String hex : (String[]) row.getArray(16).getArray()) {
            Handle.parse(hex).ifPresent(handles::add);
        }
        Timestamp ended = row.getTimestamp(3);
        return new AuditEntry(
                row.getObject(1, UUID.class),
                row.getTimestamp(2).toInstant(),
                ended == null ? null : ended.toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getInt(11),
                row.getInt(12),
                row.getInt(13),
                row.getString(14),
                row.getString(15),
                handles);
    }

    private static final String FORGET = """
            delete from tomcat_sessions_audit
             where id = any (array(
                   select id
                     from tomcat_sessions_audit
                    where begun_at < clock_timestamp() - ? * interval '1 second'
                    order by begun_at
                    limit ?
                      for update skip locked))""";

    /**
     * Removes some of the entries that were begun longer ago.
     *
     * @return how many are gone; as many as there can be at once where there may be more
     */
    public int forget(Duration after) throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, FORGET)) {
                new Parameters(statement).number(after.toSeconds()).number(FORGOTTEN_AT_ONCE);
                return statement.executeUpdate();
            }
        });
    }
}
