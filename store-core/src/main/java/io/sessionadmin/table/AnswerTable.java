package io.sessionadmin.table;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The table in which nodes say what they did with their copies of sessions that were ended from outside. A node writes
 * what it has ended together with the time until which it has looked, so that silence about a session is an answer, too.
 *
 * <p>The store works without it. Each method says by a {@link TableMismatchException} that the table is missing or that
 * this user has no right to it. Safe for use by several threads.
 */
public final class AnswerTable {

    /** How long answers are kept. */
    public static final Duration MEMORY = Duration.ofHours(1);

    private final OptionalTable table;

    /** Touches nothing yet. */
    public AnswerTable(ConnectionSource connections, TableNames names) {
        this.table = new OptionalTable(connections, names, "tomcat_sessions_answers", System::nanoTime);
    }

    /** What stands in the way of using the table and what to run, in a line for the log; empty when nothing does. */
    public Optional<String> shortcoming() throws StoreUnavailableException {
        return table.shortcoming();
    }

    private static final String SAY = """
            with ended as (
                insert into tomcat_sessions_answers (app_name, handle, node, instance, at)
                select ?, handle, ?, ?, clock_timestamp() from unnest(?::text[]) as handles (handle)
                on conflict do nothing)
            insert into tomcat_sessions_answers as said (app_name, handle, node, instance, at)
            values (?, '', ?, ?, ?)
            on conflict (app_name, handle, node, instance) do update set at = greatest(said.at, excluded.at)""";

    /**
     * Says that a node has dealt with all sessions that had ended at {@code lookedUntil}.
     *
     * @param ended the sessions whose copies it has ended since it said so last
     * @param lookedUntil on the database's clock
     */
    public void say(NodeReport.Origin node, Collection<Handle> ended, Instant lookedUntil)
            throws StoreUnavailableException, TableMismatchException {
        Object[] handles = ended.stream().map(Handle::hex).toArray();
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, SAY)) {
                new Parameters(statement)
                        .text(node.context())
                        .text(node.node())
                        .text(node.instance())
                        .array(Parameters.texts(connection, handles))
                        .text(node.context())
                        .text(node.node())
                        .text(node.instance())
                        .moment(lookedUntil);
                return statement.executeUpdate();
            }
        });
    }

    private static final String FORGET = """
            delete from tomcat_sessions_answers
             where (app_name, handle, node, instance) in (
                 select app_name, handle, node, instance
                   from tomcat_sessions_answers
                  where app_name = ? and at < clock_timestamp() - ? * interval '1 millisecond'
                    for update skip locked)""";

    /** Removes what was said longer than {@link #MEMORY} ago. */
    public void forget(String context) throws StoreUnavailableException, TableMismatchException {
        table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, FORGET)) {
                new Parameters(statement).text(context).number(MEMORY.toMillis());
                return statement.executeUpdate();
            }
        });
    }

    private static final String ASK = "select clock_timestamp(), pg_notify('" + InvalidationListener.CHANNEL + "', ?)";

    /**
     * Asks all nodes to look. Whoever has looked until the time that this answers has seen all that was ended by
     * transactions before: it is taken before the nodes hear of it, and after those transactions.
     */
    public Instant ask(String context) throws StoreUnavailableException, TableMismatchException {
        return table.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(ASK)) {
                new Parameters(statement).text(context);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getTimestamp(1).toInstant();
                }
            }
        });
    }

    /**
     * What a node said.
     *
     * @param ended the sessions whose copies it has ended, of those that were asked for
     * @param lookedUntil on the database's clock; it holds no other copy of a session that had ended by then
     */
    public record Answer(String node, String instance, List<Handle> ended, Instant lookedUntil) {}

    private static final String ANSWERS = """
            select looked.node, looked.instance, looked.at,
                   array(select ended.handle
                           from tomcat_sessions_answers as ended
                          where ended.app_name = looked.app_name and ended.node = looked.node
                            and ended.instance = looked.instance and ended.handle = any (?))
              from tomcat_sessions_answers as looked
             where looked.app_name = ? and looked.handle = ''""";

    /** What each node that has looked says about these sessions; not more than a thousand at once. */
    public List<Answer> answers(String context, Collection<Handle> handles)
            throws StoreUnavailableException, TableMismatchException {
        Object[] asked = handles.stream().map(Handle::hex).toArray();
        return table.statement(connection -> {
            try (PreparedStatement statement = table.prepare(connection, ANSWERS)) {
                new Parameters(statement)
                        .array(Parameters.texts(connection, asked))
                        .text(context);
                try (ResultSet row = statement.executeQuery()) {
                    List<Answer> answers = new ArrayList<>();
                    while (row.next()) {
                        answers.add(answer(row));
                    }
                    return answers;
                }
            }
        });
    }

    private static Answer answer(ResultSet row) throws SQLException {
        List<Handle> ended = new ArrayList<>();
        for (String hex : (String[]) row.getArray(4).getArray()) {
            ended.add(new Handle(hex));
        }
        Timestamp looked = row.getTimestamp(3);
        return new Answer(row.getString(1), row.getString(2), ended, looked.toInstant());
    }
}
