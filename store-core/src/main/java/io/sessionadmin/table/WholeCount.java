package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Semaphore;

/**
 * Counts all rows that meet a filter, however many have to be read for it. It locks nothing; it is given up after some
 * seconds, and there is one at a time in this JVM, so that saves find connections. Safe for use by several threads.
 */
public final class WholeCount {

    private static final Duration AT_MOST = Duration.ofSeconds(8);

    private static final Semaphore ONE = new Semaphore(1);

    /** How a count ended. */
    public sealed interface Outcome {}

    /** Each row was looked at. */
    public record Counted(long rows) implements Outcome {}

    /** It was given up. */
    public record TookTooLong(Duration limit) implements Outcome {}

    /** Somebody else counts. */
    public record Busy() implements Outcome {}

    private final Database database;
    private final TableNames names;
    private final RowConditions conditions;
    private final Duration atMost;

    WholeCount(Database database, TableNames names, RowConditions conditions) {
        this(database, names, conditions, AT_MOST);
    }

    WholeCount(Database database, TableNames names, RowConditions conditions, Duration atMost) {
        this.database = database;
        this.names = names;
        this.conditions = conditions;
        this.atMost = atMost;
    }

    private static final String COUNT = """
            select count(*)
              from (%s%s) looked
            %s
             where %s
               and not exists (select from unnest(?) as other (id) where other.id = session_id)""";

    private static final String OF_USER = """

               and user_name = ?""";

    private static final String OF_HANDLES = """

               and %s between ? and ?""".formatted(SessionCatalog.HANDLE);

    /** @param others ids of sessions that do not count */
    Outcome of(Collection<String> others) throws StoreUnavailableException {
        if (!ONE.tryAcquire()) {
            return new Busy();
        }
        try {
            return database.reading(atMost, connection -> new Counted(count(connection, others)));
        } catch (StoreUnavailableException e) {
            if (e.isCancelled()) {
                return new TookTooLong(atMost);
            }
            throw e;
        } finally {
            ONE.release();
        }
    }

    private long count(Connection connection, Collection<String> others) throws SQLException {
        RowFilter filter = conditions.filter();
        boolean prefix = filter.handlePrefix() != null;
        String kind = conditions.kind();
        String bounds = (conditions.haveUserIndex() ? OF_USER : "")
                + (prefix ? OF_HANDLES : "")
                + (kind == null ? "" : " and " + kind);
        String sql = COUNT.formatted(conditions.row(false), bounds, RowConditions.SOUGHT, RowConditions.MET);
        try (PreparedStatement statement = connection.prepareStatement(names.in(sql))) {
            Parameters parameters = new Parameters(statement);
            conditions.bindRow(connection, parameters);
            if (conditions.haveUserIndex()) {
                parameters.text(filter.user());
            }
            if (prefix) {
                parameters.bytes(filter.first().bytes()).bytes(filter.last().bytes());
            }
            conditions.bindSought(connection, parameters);
            parameters.array(Parameters.texts(connection, others.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
