package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes sessions, one statement each, in a transaction of the caller's.
 *
 * <p>The version of a new state is made here and is never made again: when the answer to a statement was lost, and it
 * is tried again, the row tells whether it was written the first time. Tomcat's six columns know no version: there
 * last_access is it, and each save makes it greater.
 */
final class Saves {

    private final TableAccess table;
    private final AtomicLong lastVersion = new AtomicLong();

    Saves(TableAccess table) {
        this.table = table;
    }

    /**
     * A session on its way to the table.
     *
     * @param basis the state that it replaces; {@link RowVersion#NONE} for none
     * @param laterWins whether a row in another state is replaced when it was accessed earlier
     * @param newVersion of the state that is written
     */
    record Write(SessionRow row, RowVersion basis, boolean laterWins, long newVersion) {

        Write {
            if (row.form() == SessionRow.Form.CHANGES && (basis.isNone() || laterWins)) {
                throw new IllegalArgumentException("changes are written over the very row that they were made from");
            }
        }

        boolean isOfChanges() {
            return row.form() == SessionRow.Form.CHANGES;
        }

        /** The version of the whole stream that the row has afterwards. */
        long whole() {
            return isOfChanges() ? basis.whole() : newVersion;
        }
    }

    /** No state of the row has had this version before: not after the row was deleted and inserted again either. */
    Write write(SessionRow row, RowVersion basis, boolean laterWins) {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, table.clock().instant());
        long newVersion =
                lastVersion.updateAndGet(last -> Math.max(Math.max(last, basis.version()) + 1, Math.max(1, micros)));
        return new Write(row, basis, laterWins, newVersion);
    }

    /** Empty when nothing was written. */
    Optional<RowVersion> execute(Connection connection, TableLayout layout, Write write, Clocks clocks)
            throws SQLException {
        if (!layout.ownColumns() && write.isOfChanges()) {
            return Optional.empty(); // a table that had our columns when the changes were made
        }
        if (layout.ownColumns() && write.basis().isNone() && insertNew(connection, write, clocks)) {
            return Optional.of(written(write));
        }
        try (PreparedStatement statement = table.statement(connection, sql(layout, write))) {
            bind(statement, layout, write, clocks);
            if (layout.ownColumns()) {
                return statement.executeUpdate() == 1 ? Optional.of(written(write)) : Optional.empty();
            }
            try (ResultSet lastAccess = statement.executeQuery()) {
                return lastAccess.next() ? Optional.of(RowVersion.of(0, lastAccess.getLong(1), 0)) : Optional.empty();
            }
        }
    }

    private boolean insertNew(Connection connection, Write write, Clocks clocks) throws SQLException {
        try (PreparedStatement statement = table.statement(connection, INSERT_NEW)) {
            bindNew(new Parameters(statement), write, true, clocks);
            return statement.executeUpdate() == 1;
        }
    }

    static RowVersion written(Write write) {
        return RowVersion.of(write.newVersion(), 0, write.whole());
    }

    static String sql(TableLayout layout, Write write) {
        if (write.basis().isNone()) {
            return layout.ownColumns()
                    ? (layout.keyOnIdAlone() ? INSERT_WITH_KEY_ON_ID : INSERT)
                    : INSERT_SIX_COLUMNS.formatted(TableLayout.HAS_SIX_COLUMNS, layout.key());
        }
        return layout.ownColumns() ? UPDATE : UPDATE_SIX_COLUMNS.formatted(TableLayout.HAS_SIX_COLUMNS);
    }

    void bind(PreparedStatement statement, TableLayout layout, Write write, Clocks clocks) throws SQLException {
        Parameters parameters = new Parameters(statement);
        if (write.basis().isNone()) {
            bindInsert(parameters, layout, write, clocks);
        } else {
            bindUpdate(parameters, layout, write, clocks);
        }
    }

    static final String INTO = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   reap_after, node, held, user_name, binding_listener, version,
                                                   base_version, session_changes, session_data)
            """;

    /** Where a row is in the way. The questions are the age of the new session, whether it wins, and what is apart. */
    static final String OR_OVER = """

            on conflict (app_name, session_id) do update
               set valid_session    = '1',
                   max_inactive     = excluded.max_inactive,
                   last_access      = greatest(stored.last_access, excluded.last_access),
                   reap_after       = least(stored.reap_after, excluded.reap_after),
                   node             = excluded.node,
                   held             = excluded.held,
                   user_name        = excluded.user_name,
                   binding_listener = excluded.binding_listener,
                   version          = excluded.version,
                   base_version     = excluded.base_version,
                   saved_at         = now(),
                   ended_at         = null,
                   session_changes  = excluded.session_changes,
                   session_data     = excluded.session_data
             where stored.app_name = excluded.app_name
               and case stored.valid_session
                   when '0' then stored.last_access < (extract(epoch from now()) * 1000)::bigint - ?
                   else ? and stored.last_access <= excluded.last_access + ?
                   end""";

    private static final String ROW = INTO + """
            values (?, ?, '1', ?, (extract(epoch from now()) * 1000)::bigint - ?,
                    (extract(epoch from now()) * 1000)::bigint - ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    /**
     * Where nothing is in the way, as hardly ever something is. To prepare what is done otherwise costs PostgreSQL a
     * fifteenth of the whole save, with each execution.
     */
    private static final String INSERT_NEW = ROW + " on conflict do nothing";

    private static final String INSERT = ROW + OR_OVER;

    private static final String INSERT_WITH_KEY_ON_ID = withKeyOnId(INSERT);

    static String withKeyOnId(String insert) {
        return insert.replace("on conflict (app_name, session_id)", "on conflict (session_id)");
    }

    private static final String INSERT_SIX_COLUMNS = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data)
            select ?, ?, '1', ?, clock.millis - ?, ?
              from (select (extract(epoch from now()) * 1000)::bigint as millis) as clock
             where %s
            on conflict (%s) do update
               set valid_session = '1',
                   max_inactive  = excluded.max_inactive,
                   last_access   = greatest(stored.last_access + 1, excluded.last_access),
                   session_data  = excluded.session_data
             where stored.app_name = excluded.app_name
               and case stored.valid_session
                   when '0' then stored.last_access < (extract(epoch from now()) * 1000)::bigint - ?
                   else ? and stored.last_access <= excluded.last_access + ?
                   end
            returning last_access""";

    private void bindInsert(Parameters parameters, TableLayout layout, Write write, Clocks clocks) throws SQLException {
        bindNew(parameters, write, layout.ownColumns(), clocks);
        parameters
                .number(clocks.age(write.row().created()))
                .flag(write.laterWins())
                .number(Clocks.APART);
    }

    private void bindNew(Parameters parameters, Write write, boolean ownColumns, Clocks clocks) throws SQLException {
        SessionRow row = write.row();
        parameters.key(row.key()).number(row.maxInactive()).number(clocks.age(row.lastAccess()));
        if (ownColumns) {
            parameters.numberOrNull(expired(clocks, row));
            bindOwn(parameters, write);
        }
        parameters.bytes(row.data());
    }

    /** A data column that is set to itself keeps what it has out of line: nothing of that is written again. */
    private static final String UPDATE = """
            update tomcat_sessions
               set max_inactive     = ?,
                   last_access      = greatest(last_access, (extract(epoch from now()) * 1000)::bigint - ?),
                   reap_after       = least(reap_after, (extract(epoch from now()) * 1000)::bigint - ?),
                   node             = ?,
                   held             = ?,
                   user_name        = ?,
                   binding_listener = ?,
                   version          = ?,
                   base_version     = ?,
                   saved_at         = now(),
                   session_changes  = ?,
                   session_data     = coalesce(?, session_data)
             where app_name = ? and session_id = ? and valid_session <> '0'
               and (version = ? and (version > 0 or last_access = ?)
                    or ? and last_access <= (extract(epoch from now()) * 1000)::bigint - ?)""";

    private static final String UPDATE_SIX_COLUMNS = """
            update tomcat_sessions
               set max_inactive = ?,
                   last_access  = greatest(last_access + 1, (extract(epoch from now()) * 1000)::bigint - ?),
                   session_data = ?
             where app_name = ? and session_id = ? and valid_session <> '0'
               and (last_access = ?
                    or ? and last_access <= (extract(epoch from now()) * 1000)::bigint - ?)
               and %s
            returning last_access""";

    private void bindUpdate(Parameters parameters, TableLayout layout, Write write, Clocks clocks) throws SQLException {
        SessionRow row = write.row();
        long age = clocks.age(row.lastAccess());
        parameters.number(row.maxInactive()).number(age);
        if (layout.ownColumns()) {
            parameters.numberOrNull(expired(clocks, row));
            bindOwn(parameters, write);
        }
        parameters.bytes(write.isOfChanges() ? null : row.data()).key(row.key());
        if (layout.ownColumns()) {
            parameters.number(write.basis().version());
        }
        parameters.number(write.basis().lastAccess()).flag(write.laterWins()).number(age - Clocks.APART);
    }

    private void bindOwn(Parameters parameters, Write write) throws SQLException {
        SessionRow row = write.row();
        parameters.text(table.node()).flag(row.held()).text(row.user()).flag(row.bindingListener());
        parameters.number(write.newVersion()).number(write.whole());
        parameters.bytes(besideTheWhole(row));
    }

    /** What stands beside the whole stream. */
    static byte @Nullable [] besideTheWhole(SessionRow row) {
        return switch (row.form()) {
            case WHOLE -> null;
            case WHOLE_INDEPENDENT -> NO_CHANGES;
            case CHANGES -> row.data();
        };
    }

    private static final byte[] NO_CHANGES = new byte[0];

    /** How long ago the session has expired, which is negative for one that has not; null for one that never does. */
    static @Nullable Long expired(Clocks clocks, SessionRow row) {
        return row.maxInactive() <= 0 ? null : Long.valueOf(clocks.age(row.lastAccess()) - row.maxInactive() * 1000L);
    }

    private static final String WHY = """
            select app_name, valid_session, %s
              from tomcat_sessions
             where session_id = ?""";

    private static final String WHY_IN_CONTEXT = WHY + """

               and app_name = ?""";

    /** Why nothing was written, or that it was when the answer was lost; empty when nothing stands in the way. */
    Optional<SaveResult> why(Connection connection, TableLayout layout, Write write) throws SQLException {
        SessionKey key = write.row().key();
        String sql = (layout.keyOnIdAlone() ? WHY : WHY_IN_CONTEXT)
                .formatted(layout.ownColumns() ? "version, node" : "0, null");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            Parameters parameters = new Parameters(statement).text(key.id());
            if (!layout.keyOnIdAlone()) {
                parameters.text(key.context());
            }
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? Optional.of(verdict(found, write)) : ifAbsent(write);
            }
        }
    }

    private SaveResult verdict(ResultSet found, Write write) throws SQLException {
        String context = found.getString(1);
        if (!write.row().key().context().equals(context)) {
            return write.basis().isNone() ? new SaveResult.TakenByContext(context) : new SaveResult.Gone();
        }
        if ("0".equals(found.getString(2))) {
            return new SaveResult.Invalidated();
        }
        boolean ours = found.getLong(3) == write.newVersion() && table.node().equals(found.getString(4));
        return ours ? new SaveResult.Saved(written(write)) : new SaveResult.Stale();
    }

    private static Optional<SaveResult> ifAbsent(Write write) {
        return write.basis().isNone() ? Optional.empty() : Optional.of(new SaveResult.Gone());
    }
}
