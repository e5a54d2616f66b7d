package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes many sessions of a context by one statement, which costs PostgreSQL about two thirds of one statement for each
 * (decision 20). A row that is not as it is expected stays, and is left to {@link Saves}, which asks what it is.
 *
 * <p>Rows are written in the order in which they are given, unless PostgreSQL prefers to read a small table from its
 * beginning to its end.
 */
final class ManySaves {

    /** Each column of them is an array. */
    private static final String GIVEN = """
                   unnest(?::text[], ?::integer[], ?::bigint[], ?::bigint[], ?::boolean[], ?::text[], ?::boolean[],
                          ?::bigint[], ?::bigint[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[])
                       as given (id, max_inactive, age, expired, held, user_name, listener,
                                 version, whole, changes, data, basis, basis_access)
            """;

    private static final String INSERT = Saves.INTO + """
            select ?, given.id, '1', given.max_inactive, clock.millis - given.age, clock.millis - given.expired,
                   ?, given.held, given.user_name, given.listener, given.version, given.whole, given.changes, given.data
              from (select (extract(epoch from now()) * 1000)::bigint as millis) as clock,
            """ + GIVEN + Saves.OR_OVER + " returning session_id";

    private static final String INSERT_WITH_KEY_ON_ID = Saves.withKeyOnId(INSERT);

    private static final String UPDATE = """
            update tomcat_sessions stored
               set max_inactive     = given.max_inactive,
                   last_access      = greatest(stored.last_access, clock.millis - given.age),
                   reap_after       = least(stored.reap_after, clock.millis - given.expired),
                   node             = ?,
                   held             = given.held,
                   user_name        = given.user_name,
                   binding_listener = given.listener,
                   version          = given.version,
                   base_version     = given.whole,
                   saved_at         = now(),
                   session_changes  = given.changes,
                   session_data     = coalesce(given.data, stored.session_data)
              from (select (extract(epoch from now()) * 1000)::bigint as millis) as clock,
            """ + GIVEN + """
             where stored.app_name = ? and stored.session_id = given.id and stored.valid_session <> '0'
               and stored.version = given.basis and (stored.version > 0 or stored.last_access = given.basis_access)
            returning stored.session_id""";

    private final TableAccess table;

    ManySaves(TableAccess table) {
        this.table = table;
    }

    /**
     * Inserts new sessions into a table that has our columns. Where a row is in the way this asks one question for all of
     * them, with the oldest of the sessions, and so never replaces what must stay.
     *
     * @return the ids of those that were written
     */
    Set<String> insert(Connection connection, TableLayout layout, List<Saves.Write> writes) throws SQLException {
        Clocks clocks = table.clocks();
        String sql = layout.keyOnIdAlone() ? INSERT_WITH_KEY_ON_ID : INSERT;
        try (PreparedStatement statement = table.statement(connection, sql)) {
            Parameters parameters =
                    new Parameters(statement).text(context(writes)).text(table.node());
            bind(parameters, writes, clocks);
            long oldest = writes.stream()
                    .mapToLong(write -> write.row().created())
                    .min()
                    .orElseThrow();
            parameters.number(clocks.age(oldest)).flag(false).number(Clocks.APART);
            return ids(statement);
        }
    }

    /**
     * Writes sessions over the very states of their rows that they come from.
     *
     * @return the ids of those that were written
     */
    Set<String> update(Connection connection, List<Saves.Write> writes) throws SQLException {
        try (PreparedStatement statement = table.statement(connection, UPDATE)) {
            Parameters parameters = new Parameters(statement).text(table.node());
            bind(parameters, writes, table.clocks());
            parameters.text(context(writes));
            return ids(statement);
        }
    }

    private static String context(List<Saves.Write> writes) {
        return writes.get(0).row().key().context();
    }

    private static void bind(Parameters parameters, List<Saves.Write> writes, Clocks clocks) throws SQLException {
        List<SessionRow> rows = writes.stream().map(Saves.Write::row).toList();
        parameters
                .array("text", each(rows, String[]::new, row -> row.key().id()))
                .array("int4", each(rows, Integer[]::new, SessionRow::maxInactive))
                .array("int8", each(rows, Long[]::new, row -> clocks.age(row.lastAccess())))
                .array("int8", each(rows, Long[]::new, row -> Saves.expired(clocks, row)))
                .array("bool", each(rows, Boolean[]::new, SessionRow::held))
                .array("text", each(rows, String[]::new, SessionRow::user))
                .array("bool", each(rows, Boolean[]::new, SessionRow::bindingListener))
                .array("int8", each(writes, Long[]::new, Saves.Write::newVersion))
                .array("int8", each(writes, Long[]::new, Saves.Write::whole))
                .array("bytea", each(rows, byte[][]::new, Saves::besideTheWhole))
                .array("bytea", each(rows, byte[][]::new, Saves::whole))
                .array("int8", each(writes, Long[]::new, write -> write.basis().version()))
                .array("int8", each(writes, Long[]::new, write -> write.basis().lastAccess()));
    }

    /** As an array of its own type: of such alone the driver sends the bytes, and not a text of them. */
    private static <T, V> @Nullable V[] each(
            List<T> rows, IntFunction<@Nullable V[]> array, Function<T, @Nullable V> column) {
        return rows.stream().map(column).toArray(array);
    }

    private static Set<String> ids(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            Set<String> written = new HashSet<>();
            while (row.next()) {
                written.add(row.getString(1));
            }
            return written;
        }
    }
}
