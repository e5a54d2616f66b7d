package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables that the store can do without: who makes them, and what is said where they are missing. */
final class OptionalTablesTest {

    private static final TableNames NAMES = TableNames.DOCUMENTED;
    private static final String TABLES =
            "select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relnamespace ="
                    + " current_schema()::regnamespace";

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private DataSource database;

    @BeforeEach
    void aFreshSchema() throws Exception {
        database = Postgres.freshSchema();
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATE", "UPGRADE"})
    void theyComeWithTheSessionsTable(SchemaMode mode) throws Exception {
        prepare(mode);

        assertThat(tables())
                .isEqualTo("tomcat_sessions tomcat_sessions_answers tomcat_sessions_audit tomcat_sessions_locks"
                        + " tomcat_sessions_nodes");
        assertThat(nodes().isThere()).isTrue();
        assertThat(locks().isThere()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATE", "UPGRADE"})
    void aSessionsTableThatIsUpToDateGetsThemWithoutBeingTouched(SchemaMode mode) throws Exception {
        prepare(SchemaMode.CREATE);
        execute(
                "drop table tomcat_sessions_nodes, tomcat_sessions_locks, tomcat_sessions_answers, tomcat_sessions_audit");
        try (Connection busy = database.getConnection()) {
            busy.setAutoCommit(false);
            busy.createStatement().execute("lock table tomcat_sessions in row exclusive mode");
            prepare(mode);
        }
        assertThat(nodes().isThere()).isTrue();
        assertThat(locks().isThere()).isTrue();
    }

    @Test
    void theUpgradeOfTomcatsTableMakesThem() throws Exception {
        execute("create table tomcat_sessions (session_id varchar(100) primary key, valid_session char(1),"
                + " max_inactive int, last_access bigint, app_name varchar(255), session_data bytea)");
        prepare(SchemaMode.UPGRADE);

        assertThat(tables()).contains("tomcat_sessions_locks", "tomcat_sessions_nodes");
    }

    @Test
    void validatingMakesNothing() throws Exception {
        prepare(SchemaMode.CREATE);
        execute(
                "drop table tomcat_sessions_nodes, tomcat_sessions_locks, tomcat_sessions_answers, tomcat_sessions_audit");
        prepare(SchemaMode.VALIDATE);

        assertThat(tables()).isEqualTo("tomcat_sessions");
        assertThat(nodes().shortcoming()).hasValueSatisfying(line -> assertThat(line)
                .contains("there is no table tomcat_sessions_nodes")
                .contains("upgrade-from-tomcat.sql")
                .contains("schema=\"upgrade\""));
    }

    @Test
    void aUserThatMayNotCreateTablesGetsItsSessionsTableAllTheSame() throws Exception {
        prepare(SchemaMode.CREATE);
        execute(
                "drop table tomcat_sessions_nodes, tomcat_sessions_locks, tomcat_sessions_answers, tomcat_sessions_audit");
        new SessionTable(as("limited_creator", "select, insert, update, delete on tomcat_sessions"), NAMES, "tc-1")
                .prepare(SchemaMode.UPGRADE);

        assertThat(tables()).isEqualTo("tomcat_sessions");
    }

    @Test
    void aMissingRightIsToldApartFromAMissingTable() throws Exception {
        prepare(SchemaMode.CREATE);
        ConnectionSource reader = as("limited_reader", "select on tomcat_sessions_nodes");
        NodeTable nodes = new NodeTable(reader, NAMES);

        assertThat(nodes.shortcoming()).hasValueSatisfying(line -> assertThat(line)
                .contains("may not use table tomcat_sessions_nodes")
                .contains("grant select, insert, update, delete"));
        assertThatThrownBy(() -> new SessionLocks(reader, NAMES)
                        .tryAcquire(new SessionKey("/a", "A1"), "me", Duration.ofSeconds(1)))
                .isInstanceOf(TableMismatchException.class)
                .hasMessageContaining("may not use table tomcat_sessions_locks");
        assertThat(new NodeTable(reader, NAMES).nodes())
                .as("reading is allowed")
                .isEmpty();
    }

    @Test
    void aMissingTableIsAskedForAgainAfterAMinuteOnly() throws Exception {
        SessionLocks locks = locks();
        SessionKey key = new SessionKey("/a", "A1");
        assertThatThrownBy(() -> locks.release(key, "me")).isInstanceOf(TableMismatchException.class);
        int asked = connections.get();
        prepare(SchemaMode.CREATE);

        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThatThrownBy(() -> locks.release(key, "me"))
                .isInstanceOf(TableMismatchException.class)
                .hasMessageContaining("there is no table tomcat_sessions_locks");
        assertThat(connections).hasValue(asked);

        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(locks.tryAcquire(key, "me", Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void whoAsksWhetherItIsThereDoesNotWaitForThatMinute() throws Exception {
        SessionLocks locks = locks();
        assertThat(locks.isThere()).isFalse();
        prepare(SchemaMode.CREATE);

        assertThat(locks.isThere()).isTrue();
        assertThat(locks.tryAcquire(new SessionKey("/a", "A1"), "me", Duration.ofSeconds(1)))
                .isTrue();
    }

    @Test
    void aTableThatLacksAColumnIsTheTablesFault() throws Exception {
        prepare(SchemaMode.CREATE);
        execute("alter table tomcat_sessions_nodes drop column listening");

        assertThatThrownBy(nodes()::nodes)
                .isInstanceOf(TableMismatchException.class)
                .hasMessageContaining("table tomcat_sessions_nodes can't be used")
                .hasMessageContaining("listening");
    }

    @Test
    void anOutageIsNotAMissingTable() {
        ConnectionSource away = () -> {
            throw new java.sql.SQLException("Connection refused", "08001");
        };
        assertThatThrownBy(new NodeTable(away, NAMES)::nodes).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(new NodeTable(away, NAMES)::isThere).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void theyAreInTheSchemaOfTheSessionsTableUnderItsName() throws Exception {
        execute("create schema if not exists elsewhere");
        execute("drop table if exists elsewhere.web$sessions, elsewhere.web$sessions_nodes,"
                + " elsewhere.web$sessions_locks, elsewhere.web$sessions_answers, elsewhere.web$sessions_audit");
        TableNames names =
                new TableNames("elsewhere.Web$Sessions", "app", "id", "data", "valid", "maxinactive", "lastaccess");
        for (SchemaMode mode : List.of(SchemaMode.CREATE, SchemaMode.UPGRADE)) {
            new SessionTable(database::getConnection, names, "tc-1").prepare(mode);
        }
        SessionLocks locks = new SessionLocks(database::getConnection, names);
        assertThat(locks.tryAcquire(new SessionKey("/a", "A1"), "me", Duration.ofSeconds(9)))
                .isTrue();
        NodeReport report = NodeTableTest.report("tc-1", "i1");
        new NodeTable(database::getConnection, names).announce(report);
        new AnswerTable(database::getConnection, names).say(report.origin(), List.of(), java.time.Instant.now());
        new AuditTable(database::getConnection, names).write(AuditTableTest.entry(), java.time.Instant.now());

        assertThat(Postgres.value(database, "select id from elsewhere.web$sessions_locks"))
                .isEqualTo("A1");
        assertThat(Postgres.value(database, "select app from elsewhere.web$sessions_nodes"))
                .isEqualTo(NodeTableTest.SHOP);
    }

    @Test
    void bothScriptsMakeTheSameTables() throws Exception {
        assertThat(part("upgrade-from-tomcat.sql", "\n-- Of an empty table", ""))
                .isEqualTo(part("schema.sql", "\n-- Of an empty table", ""))
                .contains("create table if not exists tomcat_sessions_nodes", "create unlogged table if not exists");
        String storage = "do $$\nbegin\n    if exists (select from pg_attribute";
        assertThat(part("upgrade-from-tomcat.sql", storage, "\n$$;"))
                .isEqualTo(part("schema.sql", storage, "\n$$;"))
                .contains("set compression lz4");
    }

    /** The text of a script between two texts, the first one with it. */
    private static String part(String script, String from, String to) throws Exception {
        String text = Files.readString(Path.of("../sql/postgresql", script));
        int begin = text.indexOf(from);
        return text.substring(begin, to.isEmpty() ? text.length() : text.indexOf(to, begin));
    }

    private NodeTable nodes() {
        return new NodeTable(this::counted, NAMES, nanos::get);
    }

    private SessionLocks locks() {
        return new SessionLocks(this::counted, NAMES, nanos::get);
    }

    private Connection counted() throws java.sql.SQLException {
        connections.incrementAndGet();
        return database.getConnection();
    }

    private void prepare(SchemaMode mode) throws Exception {
        new SessionTable(database::getConnection, NAMES, "tc-1").prepare(mode);
    }

    /** Connections of a user with these rights and no other. */
    private ConnectionSource as(String user, String rights) throws Exception {
        String schema = Postgres.value(database, "select current_schema()");
        execute("drop role if exists " + user);
        execute("create role " + user);
        execute("grant usage on schema " + schema + " to " + user);
        execute("grant " + rights + " to " + user);
        return () -> {
            Connection connection = database.getConnection();
            connection.createStatement().execute("set role " + user);
            return connection;
        };
    }

    private String tables() throws Exception {
        return Postgres.value(database, TABLES);
    }

    private void execute(String sql) throws Exception {
        Postgres.execute(database, sql);
    }
}
