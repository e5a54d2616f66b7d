package io.sessionadmin.table;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter as conditions on rows of one context: the SQL, and its parameters in the order in which that has them. */
record RowConditions(TableLayout layout, String context, RowFilter filter) {

    private static final String ROW = """
            select session_id, valid_session, max_inactive, last_access,
                   %s as found_bytes,
                   %s as found_handle, %s as found_created, %s as found_strings, %s
              from tomcat_sessions
             where app_name = ?""";

    private static final String OWN = "node as found_node, held as found_held, user_name as found_user";
    private static final String NOT_OWN = "null::text as found_node, false as found_held, null::text as found_user";

    /** A session's stream begins with the class of a Long, the same 74 bytes each time, and the time of its creation. */
    private static final String CREATED = """
            case when octet_length(session_data) >= 82
                 then ('x' || encode(substring(session_data from 75 for 8), 'hex'))::bit(64)::bigint end""";

    private static final String STRINGS = """
            octet_length(session_data) <= 262144
                   and not exists (select from unnest(?) sought where position(sought in session_data) = 0%s)""";

    /** What changed since the whole stream was written is beside it. */
    private static final String IN_CHANGES =
            " and (session_changes is null or position(sought in session_changes) = 0)";

    /** Rows of the context with what a filter judges them by, up to its where clause. */
    String row(boolean withCreation) {
        boolean own = layout.ownColumns();
        return ROW.formatted(
                own ? SessionCatalog.BYTES : "coalesce(octet_length(session_data), 0)",
                SessionCatalog.HANDLE,
                filter.age().isGiven() || withCreation ? CREATED : "null::bigint",
                filter.strings().isEmpty() ? "true" : STRINGS.formatted(own ? IN_CHANGES : ""),
                own ? OWN : NOT_OWN);
    }

    void bindRow(Connection connection, Parameters parameters) throws SQLException {
        if (!filter.strings().isEmpty()) {
            byte[][] sought =
                    filter.strings().stream().map(RowConditions::asInStream).toArray(byte[][]::new);
            parameters.array(connection.createArrayOf("bytea", sought));
        }
        parameters.text(context);
    }

    /** A string as it stands in Java's <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/serialization/protocol.html">streams</a>. */
    private static byte[] asInStream(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new DataOutputStream(bytes).writeUTF(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static final String TOMBSTONE = "valid_session = '0'";
    private static final String DUE = "reap_after < (extract(epoch from now()) * 1000)::bigint";

    /** What an index knows all rows of that may meet the filter by; null where there is none. */
    @Nullable
    String kind() {
        return filter.state() == RowFilter.State.INVALIDATED
                ? TOMBSTONE
                : filter.state() == RowFilter.State.EXPIRED && layout.ownColumns() ? DUE : null;
    }

    /** Whether an index has the rows of the user that is looked for. */
    boolean haveUserIndex() {
        return filter.user() != null && layout.userIndex();
    }

    /** Whether a row, beside {@link #SOUGHT}, meets the filter. */
    static final String MET = """
                        (sought.state is null or sought.state = case
                            when valid_session = '0' then 'INVALIDATED'
                            when max_inactive > 0 and last_access + max_inactive::bigint * 1000 < sought.now then 'EXPIRED'
                            when found_held and found_node = any (sought.alive) then 'LIVE'
                            else 'SWAPPED_OUT' end)
                        and (sought.user_name is null or sought.user_name = found_user)
                        and (sought.node is null or sought.node = found_node and valid_session <> '0')
                        and (sought.idle_over is null
                             or sought.now - last_access > sought.idle_over * 1000 and valid_session <> '0')
                        and (sought.idle_under is null
                             or sought.now - last_access < sought.idle_under * 1000 and valid_session <> '0')
                        and (sought.age_over is null
                             or coalesce(sought.now - found_created > sought.age_over * 1000, false))
                        and (sought.age_under is null
                             or coalesce(sought.now - found_created < sought.age_under * 1000, false))
                        and (sought.bytes_over is null or found_bytes > sought.bytes_over and valid_session <> '0')
                        and (sought.bytes_under is null or found_bytes < sought.bytes_under and valid_session <> '0')
                        and found_strings""";

    static final String SOUGHT = """
            cross join (
               select ?::text as state, ?::text[] as alive, ?::text as user_name, ?::text as node,
                       ?::bigint as idle_over, ?::bigint as idle_under, ?::bigint as age_over, ?::bigint as age_under,
                       ?::bigint as bytes_over, ?::bigint as bytes_under,
                       (extract(epoch from now()) * 1000)::bigint as now) sought""";

    /** The parameters of {@link #SOUGHT}. */
    void bindSought(Connection connection, Parameters parameters) throws SQLException {
        RowFilter.State state = filter.state();
        parameters
                .text(state == null ? null : state.name())
                .array(Parameters.texts(connection, filter.alive().toArray()))
                .text(filter.user())
                .text(filter.node());
        for (RowFilter.Range range : List.of(filter.idle(), filter.age(), filter.bytes())) {
            parameters.numberOrNull(range.over()).numberOrNull(range.under());
        }
    }
}
