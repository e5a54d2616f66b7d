package io.sessionadmin.table;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Leases of sessions: of all nodes, one request at a time may hold a session's. A lease costs a row while it lasts, and
 * no connection. That of a holder that died ends by itself, on the database's clock.
 *
 * <p>The table is unlogged: a crash of PostgreSQL, or a failover to a standby, ends all leases; {@link #renew} tells a
 * holder. The store works without it. Each method says by a {@link TableMismatchException} that the table is missing or
 * that this user has no right to it; that answer is asked for again after a minute. Safe for use by several threads.
 */
public final class SessionLocks {

    /** How long a lease that nobody gave back stays in the table after its end. */
    private static final Duration KEPT_AFTER_ITS_END = Duration.ofMinutes(10);

    private static final int REMOVED_AT_ONCE = 1_000;

    private final OptionalTable table;

    /** Touches nothing yet. */
    public SessionLocks(ConnectionSource connections, TableNames names) {
        this(connections, names, System::nanoTime);
    }

    SessionLocks(ConnectionSource connections, TableNames names, LongSupplier nanoTime) {
        this.table = new OptionalTable(connections, names, "tomcat_sessions_locks", nanoTime);
    }

    /** Asks PostgreSQL whether the table is there and this user may write to it. */
    public boolean isThere() throws StoreUnavailableException {
        return shortcoming().isEmpty();
    }

    /** What stands in the way of using the table and what to run, in a line for the log; empty when nothing does. */
    public Optional<String> shortcoming() throws StoreUnavailableException {
        return table.shortcoming();
    }

    private static final String ACQUIRE = """
            insert into tomcat_sessions_locks as held (app_name, session_id, owner, until)
            values (?, ?, ?, clock_timestamp() + ? * interval '1 millisecond')
            on conflict (app_name, session_id) do update
               set owner = excluded.owner,
                   until = excluded.until
             where held.owner = excluded.owner or held.until < clock_timestamp()""";

    /**
     * Takes the lease of a session, where nobody has it.
     *
     * @param owner unique to one holder, such as one request of one node: whoever comes with the same name gets the
     *     lease again, and so does a statement that is tried twice
     * @param lease how long it lasts unless it is renewed
     * @return whether it was taken; not when somebody else has it
     */
    public boolean tryAcquire(SessionKey key, String owner, Duration lease)
            throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, ACQUIRE)) {
                statement.setString(1, key.context());
                statement.setString(2, key.id());
                statement.setString(3, owner);
                statement.setLong(4, lease.toMillis());
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static final String RENEW = """
            update tomcat_sessions_locks held
               set until = clock_timestamp() + ? * interval '1 millisecond'
              from unnest(?, ?, ?) as mine (context, id, name)
             where held.app_name = mine.context and held.session_id = mine.id and held.owner = mine.name
            returning held.app_name, held.session_id""";

    /**
     * Makes leases last longer, all by one statement.
     *
     * @param owners who holds each
     * @param lease how long they last from now on
     * @return those that are still held; of the others the holder has to think that somebody else may have them
     */
    public Set<SessionKey> renew(Map<SessionKey, String> owners, Duration lease)
            throws StoreUnavailableException, TableMismatchException {
        if (owners.isEmpty()) {
            return Set.of();
        }
        List<Map.Entry<SessionKey, String>> each = List.copyOf(owners.entrySet());
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, RENEW)) {
                statement.setLong(1, lease.toMillis());
                statement.setArray(
                        2, texts(connection, each.stream().map(e -> e.getKey().context())));
                statement.setArray(
                        3, texts(connection, each.stream().map(e -> e.getKey().id())));
                statement.setArray(4, texts(connection, each.stream().map(Map.Entry::getValue)));
                try (ResultSet rows = statement.executeQuery()) {
                    Set<SessionKey> held = new HashSet<>();
                    while (rows.next()) {
                        held.add(new SessionKey(rows.getString(1), rows.getString(2)));
                    }
                    return held;
                }
            }
        });
    }

    private static final String RELEASE = """
            delete from tomcat_sessions_locks
             where app_name = ? and session_id = ? and owner = ?""";

    /** Gives a lease back; does nothing when somebody else has it by now. */
    public void release(SessionKey key, String owner) throws StoreUnavailableException, TableMismatchException {
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, RELEASE)) {
                statement.setString(1, key.context());
                statement.setString(2, key.id());
                statement.setString(3, owner);
                return statement.executeUpdate();
            }
        });
    }

    private static final String REMOVE_ENDED = """
            delete from tomcat_sessions_locks
             where (app_name, session_id) in (
                 select app_name, session_id
                   from tomcat_sessions_locks
                  where until < clock_timestamp() - ? * interval '1 millisecond'
                  limit ?
                    for update skip locked)""";

    /** Removes leases that ended with their holders, 1,000 at most; for a housekeeper to call every few minutes. */
    public int removeEnded() throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, REMOVE_ENDED)) {
                statement.setLong(1, KEPT_AFTER_ITS_END.toMillis());
                statement.setInt(2, REMOVED_AT_ONCE);
                return statement.executeUpdate();
            }
        });
    }

    private static Array texts(Connection connection, java.util.stream.Stream<String> texts) throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }
}
