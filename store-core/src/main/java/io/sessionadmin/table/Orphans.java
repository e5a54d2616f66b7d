package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Removes rows of contexts that no node has any more, which no sweep reaches: each context sweeps its own rows. */
final class Orphans {

    private static final int AT_ONCE = 1_000;

    private final TableAccess table;

    Orphans(TableAccess table) {
        this.table = table;
    }

    int remove(Duration after, Map<String, Duration> silence) throws StoreUnavailableException {
        int removed = 0;
        List<String> contexts = table.catalog().contexts();
        for (String context : contexts) {
            Duration silent = silence.get(context);
            if (silent == null || silent.compareTo(after) >= 0) {
                removed += remove(context, after, silent != null);
            }
        }
        return removed;
    }

    private int remove(String context, Duration after, boolean withoutEndToo) throws StoreUnavailableException {
        int removed = 0;
        int batch;
        do {
            batch = table.run(layout -> connection -> delete(connection, layout, EXPIRED, context, after));
            removed += batch;
        } while (batch == AT_ONCE);
        if (withoutEndToo) {
            do {
                batch = table.run(layout -> connection -> delete(connection, layout, WITHOUT_END, context, after));
                removed += batch;
            } while (batch == AT_ONCE);
        }
        return removed;
    }

    private static final String EXPIRED = """
            delete from tomcat_sessions
             where app_name = ? and session_id = any (array(
                   select session_id
                     from tomcat_sessions
                    where app_name = ? and max_inactive > 0
                      and last_access + max_inactive::bigint * 1000 < (extract(epoch from now()) * 1000)::bigint - ?
                      %s
                    limit ?
                      for update skip locked))""";

    private static final String WITHOUT_END = """
            delete from tomcat_sessions
             where app_name = ? and session_id = any (array(
                   select session_id
                     from tomcat_sessions
                    where app_name = ? and max_inactive <= 0
                      and last_access < (extract(epoch from now()) * 1000)::bigint - ?
                      %s
                    limit ?
                      for update skip locked))""";

    private int delete(Connection connection, TableLayout layout, String sql, String context, Duration after)
            throws SQLException {
        boolean byIndex = layout.ownColumns() && sql.equals(EXPIRED);
        String due = byIndex
                ? "and reap_after < (extract(epoch from now()) * 1000)::bigint - ? order by reap_after"
                : "order by session_id";
        try (PreparedStatement statement = table.statement(connection, sql.formatted(due))) {
            Parameters parameters =
                    new Parameters(statement).text(context).text(context).number(after.toMillis());
            if (byIndex) {
                parameters.number(after.toMillis());
            }
            parameters.number(AT_ONCE);
            return statement.executeUpdate();
        }
    }
}
