package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** Keeps rows true to what memory holds without writing their data: accesses, dropped copies, sessions that are idle. */
final class Accesses {

    private final TableAccess table;

    Accesses(TableAccess table) {
        this.table = table;
    }

    private static final String TOUCH = """
            with accessed as (
                select stored.session_id, (extract(epoch from now()) * 1000)::bigint - here.age as last_access
                  from tomcat_sessions stored
                  join unnest(?::text[], ?::bigint[]) as here (id, age) on stored.session_id = here.id
                 where stored.app_name = ? and stored.valid_session <> '0'
                   and stored.last_access < (extract(epoch from now()) * 1000)::bigint - here.age
                   for no key update of stored skip locked)
            update tomcat_sessions stored
               set last_access = greatest(stored.last_access, accessed.last_access)
              from accessed
             where stored.app_name = ? and stored.session_id = accessed.session_id
            returning stored.session_id""";

    Set<String> touch(String context, Map<String, Long> lastAccessById) throws StoreUnavailableException {
        if (lastAccessById.isEmpty()) {
            return Set.of();
        }
        return table.run(any -> connection -> {
            Clocks clocks = table.clocks();
            Object[] ids = lastAccessById.keySet().toArray();
            Object[] ages = new Object[ids.length];
            for (int i = 0; i < ids.length; i++) {
                ages[i] = clocks.age(lastAccessById.getOrDefault(String.valueOf(ids[i]), 0L));
            }
            try (PreparedStatement statement = table.statement(connection, TOUCH)) {
                return Set.copyOf(new Parameters(statement)
                        .array(Parameters.texts(connection, ids))
                        .array(connection.createArrayOf("bigint", ages))
                        .text(context)
                        .text(context)
                        .queryTexts());
            }
        });
    }

    private static final String RELEASE = """
            with dropped as (
                select session_id
                  from tomcat_sessions
                 where app_name = ? and session_id = any (?) and node = ? and held and valid_session <> '0'
                 order by session_id collate "C"
                   for no key update)
            update tomcat_sessions stored
               set held = false
              from dropped
             where stored.app_name = ? and stored.session_id = dropped.session_id and stored.node = ?""";

    void release(String context, Collection<String> ids) throws StoreUnavailableException {
        if (ids.isEmpty()) {
            return;
        }
        table.run(layout -> connection -> layout.ownColumns() ? release(connection, context, ids) : 0);
    }

    private int release(Connection connection, String context, Collection<String> ids) throws SQLException {
        try (PreparedStatement statement = table.statement(connection, RELEASE)) {
            new Parameters(statement)
                    .text(context)
                    .array(Parameters.texts(connection, ids.toArray()))
                    .text(table.node())
                    .text(context)
                    .text(table.node());
            return statement.executeUpdate();
        }
    }

    private static final String REMOVE_IDLE = """
            delete from tomcat_sessions
             where app_name = ? and session_id = ? and valid_session <> '0'
               and last_access <= (extract(epoch from now()) * 1000)::bigint - ?""";

    void removeIdle(SessionKey key, long lastAccess) throws StoreUnavailableException {
        table.run(any -> connection -> {
            long age = table.clocks().age(lastAccess);
            try (PreparedStatement statement = table.statement(connection, REMOVE_IDLE)) {
                new Parameters(statement).key(key).number(age - Clocks.APART);
                return statement.executeUpdate();
            }
        });
    }

    private static final String CLEAR = """
            delete from tomcat_sessions
             where app_name = ? and valid_session <> '0'""";

    void clear(String context) throws StoreUnavailableException {
        table.run(any -> connection -> {
            try (PreparedStatement statement = table.statement(connection, CLEAR)) {
                new Parameters(statement).text(context);
                return statement.executeUpdate();
            }
        });
    }
}
