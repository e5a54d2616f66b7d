package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Moves a session to another id, in one transaction: a tombstone at the old one, the row at the new one. */
final class Moves {

    private final TableAccess table;
    private final Saves saves;

    Moves(TableAccess table, Saves saves) {
        this.table = table;
        this.saves = saves;
    }

    /**
     * Anything but {@link SaveResult.Saved} changed nothing. Tried again when the connection breaks: what the first try
     * did is found then.
     *
     * @param write the row under its new id, on the basis of no row there
     */
    SaveResult move(SessionKey old, RowVersion basis, Saves.Write write) throws StoreUnavailableException {
        try {
            return table.transaction(layout -> connection -> move(connection, layout, old, basis, write));
        } catch (StoreUnavailableException e) {
            if (!e.isLostConnection()) {
                throw e;
            }
            return table.transaction(layout -> connection -> move(connection, layout, old, basis, write));
        }
    }

    private SaveResult move(
            Connection connection, TableLayout layout, SessionKey old, RowVersion basis, Saves.Write write)
            throws SQLException {
        Clocks clocks = table.clocks();
        Optional<SaveResult> refusal = leave(connection, layout, old, basis, write);
        if (refusal.isPresent()) {
            return refusal.get() instanceof SaveResult.Invalidated
                    ? movedBefore(connection, layout, write, clocks).orElse(refusal.get())
                    : refusal.get();
        }
        Optional<RowVersion> written = saves.execute(connection, layout, write, clocks);
        if (written.isEmpty()) {
            SaveResult why = saves.why(connection, layout, write).orElseGet(SaveResult.Stale::new);
            connection.rollback();
            return why;
        }
        return new SaveResult.Saved(written.get());
    }

    private static final String MOVED_BEFORE = """
            select %s, last_access
              from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0'
               for update""";

    /** The old id is dead and the new one is there: an earlier move was done, and its answer was lost. */
    private Optional<SaveResult> movedBefore(
            Connection connection, TableLayout layout, Saves.Write write, Clocks clocks) throws SQLException {
        String sql = MOVED_BEFORE.formatted(layout.ownColumns() ? "version, node, base_version" : "0, null, 0");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            new Parameters(statement).key(write.row().key());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                if (layout.ownColumns() && !table.node().equals(row.getString(2))) {
                    return Optional.of(new SaveResult.Stale());
                }
                RowVersion there = RowVersion.of(row.getLong(1), row.getLong(4), row.getLong(3));
                Saves.Write over = new Saves.Write(write.row(), there, false, write.newVersion());
                return saves.execute(connection, layout, over, clocks).map(SaveResult.Saved::new);
            }
        }
    }

    private static final String LEAVE = """
            update tomcat_sessions
               set valid_session = '0',
                   max_inactive  = case when max_inactive <= 0 then ? else greatest(max_inactive, ?) end,
                   last_access   = (extract(epoch from now()) * 1000)::bigint,
                   session_data  = ''%s
             where app_name = ? and session_id = ? and valid_session <> '0'
               and %s""";

    private Optional<SaveResult> leave(
            Connection connection, TableLayout layout, SessionKey old, RowVersion basis, Saves.Write write)
            throws SQLException {
        if (basis.isNone()) {
            return leaveWithoutARow(connection, layout, old, write);
        }
        boolean own = layout.ownColumns();
        String sql = LEAVE.formatted(
                own ? TableLayout.TOMBSTONE + ", node = ?" : "",
                own ? "version = ? and (version > 0 or last_access = ?)" : "last_access = ?");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            Parameters parameters =
                    new Parameters(statement).number(Tombstones.LONGEST).number(Tombstones.SHORTEST);
            if (own) {
                parameters.text(table.node());
            }
            parameters.key(old);
            if (own) {
                parameters.number(basis.version());
            }
            parameters.number(basis.lastAccess());
            return statement.executeUpdate() == 1
                    ? Optional.empty()
                    : saves.why(connection, layout, at(old, basis, write));
        }
    }

    private static final String LEAVE_WITHOUT_A_ROW = """
            insert into tomcat_sessions as stored (app_name, session_id, valid_session, max_inactive, last_access,
                                                   session_data%s)
            values (?, ?, '0', ?, (extract(epoch from now()) * 1000)::bigint, ''%s)
            on conflict do nothing""";

    /** Nobody has the old id but this node: it must not be saved late, by a thread that had it before. */
    private Optional<SaveResult> leaveWithoutARow(
            Connection connection, TableLayout layout, SessionKey old, Saves.Write write) throws SQLException {
        boolean own = layout.ownColumns();
        String sql = LEAVE_WITHOUT_A_ROW.formatted(own ? ", ended_at, node" : "", own ? ", clock_timestamp(), ?" : "");
        try (PreparedStatement statement = table.statement(connection, sql)) {
            Parameters parameters = new Parameters(statement).key(old).number(Tombstones.SHORTEST);
            if (own) {
                parameters.text(table.node());
            }
            return statement.executeUpdate() == 1
                    ? Optional.empty()
                    : saves.why(connection, layout, at(old, RowVersion.NONE, write));
        }
    }

    private static Saves.Write at(SessionKey old, RowVersion basis, Saves.Write write) {
        return new Saves.Write(write.row().at(old), basis, false, write.newVersion());
    }
}
