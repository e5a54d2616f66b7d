package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Inserts many new sessions of a context by one statement, in the order in which they are given, which costs PostgreSQL about
 * two thirds of one statement for each (decision 20).
 *
 * <p>Where a row is in the way this asks one question for all of them, with the oldest of the sessions: it never replaces
 * what must stay, and leaves other rows to {@link Saves}, which asks for each.
 */
final class NewRows {

    /** Each column of what is given is an array. */
    private static final String MANY = Saves.INTO + """
            select ?, given.id, '1', given.max_inactive, clock.millis - given.age, clock.millis - given.expired,
                   ?, given.held, given.user_name, given.listener, given.version, given.version, given.changes, given.data
              from (select (extract(epoch from now()) * 1000)::bigint as millis) as clock,
                   unnest(?::text[], ?::integer[], ?::bigint[], ?::bigint[], ?::boolean[], ?::text[], ?::boolean[],
                          ?::bigint[], ?::bytea[], ?::bytea[])
                       as given (id, max_inactive, age, expired, held, user_name, listener, version, changes, data)
            """ + Saves.OR_OVER + " returning session_id";

    private static final String MANY_WITH_KEY_ON_ID = Saves.withKeyOnId(MANY);

    private final TableAccess table;

    NewRows(TableAccess table) {
        this.table = table;
    }

    /**
     * Into a table that has our columns.
     *
     * @return the ids of those that were written
     */
    Set<String> insert(Connection connection, TableLayout layout, List<Saves.Write> writes) throws SQLException {
        String sql = layout.keyOnIdAlone() ? MANY_WITH_KEY_ON_ID : MANY;
        try (PreparedStatement statement = table.statement(connection, sql)) {
            Parameters parameters = new Parameters(statement);
            bind(parameters, writes, table.clocks());
            return Set.copyOf(parameters.queryTexts());
        }
    }

    private void bind(Parameters parameters, List<Saves.Write> writes, Clocks clocks) throws SQLException {
        List<SessionRow> rows = writes.stream().map(Saves.Write::row).toList();
        long oldest = rows.stream().mapToLong(SessionRow::created).min().orElseThrow();
        parameters
                .text(rows.get(0).key().context())
                .text(table.node())
                .array("text", each(rows, String[]::new, row -> row.key().id()))
                .array("int4", each(rows, Integer[]::new, SessionRow::maxInactive))
                .array("int8", each(rows, Long[]::new, row -> clocks.age(row.lastAccess())))
                .array("int8", each(rows, Long[]::new, row -> Saves.expired(clocks, row)))
                .array("bool", each(rows, Boolean[]::new, SessionRow::held))
                .array("text", each(rows, String[]::new, SessionRow::user))
                .array("bool", each(rows, Boolean[]::new, SessionRow::bindingListener))
                .array("int8", each(writes, Long[]::new, Saves.Write::newVersion))
                .array("bytea", each(rows, byte[][]::new, Saves::besideTheWhole))
                .array("bytea", each(rows, byte[][]::new, SessionRow::data))
                .number(clocks.age(oldest))
                .flag(false)
                .number(Clocks.APART);
    }

    /** As an array of its own type: of such alone the driver sends the bytes, and not a text of them. */
    private static <T, V> @Nullable V[] each(
            List<T> rows, IntFunction<@Nullable V[]> array, Function<T, @Nullable V> column) {
        return rows.stream().map(column).toArray(array);
    }
}
