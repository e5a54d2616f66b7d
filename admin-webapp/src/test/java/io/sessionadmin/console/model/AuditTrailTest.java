package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What administrators did is kept in the tables that there are, and in memory while there is none. */
final class AuditTrailTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final AuditEntry.Actor ADMIN = new AuditEntry.Actor("ad\nmin", "127.0.0.1", "tc-1");

    private final Map<String, AuditTable> tables = new LinkedHashMap<>();
    private final AuditTrail trail = new AuditTrail(app -> tables, Duration.ofDays(30), Clock.systemUTC());
    private DataSource database;
    private boolean away;

    @BeforeEach
    void aTable() throws Exception {
        database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
    }

    private AuditTable table() {
        return new AuditTable(
                () -> {
                    if (away) {
                        throw new SQLException("Connection refused", "08001");
                    }
                    return database.getConnection();
                },
                TableNames.DOCUMENTED);
    }

    @Test
    void twoContextsWithOneTableShowAnActionOnce() {
        tables.put("one", table());
        tables.put("the same under another name", table());
        trail.end(begin(), "done", "");

        AuditTrail.Page page = trail.page(AuditTable.Query.ALL, null, 10);
        assertThat(page.entries()).hasSize(1);
        assertThat(page.kept()).isTrue();
        assertThat(page.inMemoryOnly()).isZero();
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenWithTheNextAction() throws Exception {
        tables.put("one", table());
        away = true;
        trail.end(begin(), "done", "");
        AuditTrail.Page page = trail.page(AuditTable.Query.ALL, null, 10);
        assertThat(page.entries()).hasSize(1);
        assertThat(page.inMemoryOnly()).isEqualTo(1);
        assertThat(page.kept()).isFalse();
        assertThat(page.problems()).isNotEmpty();

        away = false;
        begin();
        assertThat(Postgres.value(database, "select count(*) from tomcat_sessions_audit"))
                .isEqualTo("2");
        assertThat(trail.page(AuditTable.Query.ALL, null, 10).inMemoryOnly()).isZero();
    }

    @Test
    void withoutATableTheLastOnesAreRemembered() {
        for (int i = 0; i < AuditTrail.REMEMBERED + 5; i++) {
            begin();
        }
        AuditTrail.Page page = trail.page(AuditTable.Query.ALL, null, 500);

        assertThat(page.entries()).hasSize(AuditTrail.REMEMBERED);
        assertThat(page.kept()).isFalse();
        assertThat(trail.page(new AuditTable.Query("nobody", "", "", null, null, ""), null, 10)
                        .entries())
                .isEmpty();
    }

    @Test
    void whatIsOlderThanItMayBeGoes() throws Exception {
        tables.put("one", table());
        begin();
        Postgres.execute(database, "update tomcat_sessions_audit set begun_at = begun_at - interval '31 days'");
        var later = new AuditTrail(app -> tables, Duration.ofDays(30), Clock.systemUTC());
        later.begin(ADMIN, "invalidate", SHOP, "handles", "", 1, List.of());

        assertThat(Postgres.value(database, "select count(*) from tomcat_sessions_audit"))
                .isEqualTo("1");
    }

    @Test
    void aLineOfTheLogIsOneLineWithoutAnId() {
        AuditEntry entry = begin();

        assertThat(AuditTrail.line(entry.end(java.time.Instant.now(), "done", "tc-2: ended 1\r\nforged")))
                .doesNotContain("\n", "\r")
                .contains(
                        "asked by ad min from 127.0.0.1 on tc-1",
                        "stolen",
                        Handle.of("A1").hex());
    }

    private AuditEntry begin() {
        return trail.begin(ADMIN, "invalidate", SHOP, "handles", "stolen", 1, List.of(Handle.of("A1")));
    }
}
