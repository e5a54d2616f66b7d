package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people's questions lock while their transaction is open, and that it stops no save. */
final class ReadLocksTest {

    private static final String SHOP = "/Catalina/localhost/shop";

    private DataSource database;
    private SessionCatalog catalog;
    private final TreeSet<String> locks = new TreeSet<>();
    private int looks;

    @BeforeEach
    void table() throws Exception {
        database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                             session_data, node, held, user_name)
                select '/Catalina/localhost/shop', 'id ' || i, case when i % 7 = 0 then '0' else '1' end, 1800,
                       (extract(epoch from now()) * 1000)::bigint, decode(md5(i::text), 'hex'), 'tc-1', true, 'alice'
                  from generate_series(1, 50) i""");
        SessionTable read = new SessionTable(this::watched, TableNames.DOCUMENTED, "tc-1");
        catalog = read.catalog();
    }

    @Test
    void noQuestionLocksARowOrMoreOfATableThanItsShape() throws Exception {
        Handle handle = Handle.of("id 1");
        catalog.layout();
        catalog.page(SHOP, handle, 101);
        catalog.rows(SHOP, List.of("id 1", "id 2"));
        catalog.find(SHOP, List.of(handle));
        catalog.backups(SHOP, List.of("id 1"));
        catalog.data(new SessionKey(SHOP, "id 1"), 1_000);
        catalog.facts(new SessionKey(SHOP, "id 1"));
        catalog.contexts();
        catalog.counts(SHOP);
        catalog.indexes();
        catalog.held(SHOP, 50);
        catalog.nodes(SHOP);
        RowFilter.Range all = RowFilter.Range.ALL;
        RowFilter idle = new RowFilter(
                null, List.of("tc-1"), null, null, null, new RowFilter.Range(-1L, null), all, all, List.of());
        RowSearch search = catalog.search(SHOP, idle, RowSearch.ROWS);
        search.inOrder(null, null, 101);
        search.count();
        search.countAll(List.of("id 1"));
        for (RowOrder order : RowOrder.values()) {
            search.sorted(order, null, null, null, 101);
        }

        assertThat(looks).isGreaterThan(15);
        locks.remove(""); // the transaction had ended before
        assertThat(locks).containsExactly("AccessShareLock");
    }

    /** Between the end of a statement and that of its transaction, as long as a slow reader would take. */
    private void whileOpen(Connection reading) throws SQLException {
        looks++;
        int pid;
        try (var statement = reading.createStatement();
                var row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            pid = row.getInt(1);
        }
        locks.addAll(List.of(Postgres.value(database, """
                select coalesce(string_agg(distinct mode, ' '), '')
                  from pg_locks where locktype in ('relation', 'tuple', 'page') and pid = %d""".formatted(pid)).split(" ")));
        Postgres.execute(database, """
                set lock_timeout = '%d ms';
                update tomcat_sessions set last_access = last_access + 1, version = version + 1;
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                values ('/Catalina/localhost/shop', 'another', '1', 1800, 0);
                delete from tomcat_sessions where session_id = 'another'""".formatted(Duration.ofSeconds(1).toMillis()));
    }

    private Connection watched() throws SQLException {
        Connection connection = database.getConnection();
        return proxy(Connection.class, (method, arguments) -> {
            Object result = method.invoke(connection, arguments);
            return result instanceof PreparedStatement statement
                    ? proxy(PreparedStatement.class, (called, with) -> {
                        if (called.getName().equals("close") && !statement.isClosed()) {
                            whileOpen(connection);
                        }
                        return called.invoke(statement, with);
                    })
                    : result;
        });
    }

    @FunctionalInterface
    private interface Call {
        Object with(java.lang.reflect.Method method, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                ReadLocksTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return call.with(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
