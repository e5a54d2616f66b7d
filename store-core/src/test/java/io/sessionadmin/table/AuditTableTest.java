package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What administrators did, as it is kept beside the sessions. */
final class AuditTableTest {

    private static final String SHOP = "/Catalina/localhost/shop";
    private static final Handle ONE = Handle.of("A1");
    private static final Handle TWO = Handle.of("A2");

    private final Instant now = Instant.now();
    private DataSource database;
    private AuditTable audit;

    @BeforeEach
    void aFreshTable() throws Exception {
        database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
        audit = new AuditTable(database::getConnection, TableNames.DOCUMENTED);
    }

    static AuditEntry entry() {
        return entry("admin", SHOP, List.of(ONE), Instant.now());
    }

    private static AuditEntry entry(String who, String context, List<Handle> handles, Instant at) {
        return AuditEntry.begin(
                at,
                new AuditEntry.Actor(who, "127.0.0.1", "tc-1"),
                "invalidate",
                context,
                "handles",
                "stolen laptop",
                handles.size(),
                handles);
    }

    @Test
    void anIntentIsThereBeforeTheResult() throws Exception {
        AuditEntry intent = entry("admin", SHOP, List.of(ONE, TWO), now);
        audit.write(intent, now);

        assertThat(all()).singleElement().satisfies(read -> {
            assertThat(read.outcome())
                    .as("a console that died would leave it like this")
                    .isNull();
            assertThat(read.endedAt()).isNull();
            assertThat(read.reason()).isEqualTo("stolen laptop");
            assertThat(read.handles()).containsExactly(ONE, TWO);
        });

        audit.write(
                intent.progress(1, 1, intent.handles()).end(now.plusSeconds(3), "done", "tc-2: 1"), now.plusSeconds(3));
        assertThat(all()).singleElement().satisfies(read -> {
            assertThat(read.outcome()).isEqualTo("done");
            assertThat(read.done()).isEqualTo(1);
            assertThat(read.failed()).isEqualTo(1);
            assertThat(read.details()).isEqualTo("tc-2: 1");
            assertThat(read.endedAt()).isAfterOrEqualTo(read.begunAt());
        });
    }

    @Test
    void timesAreOnTheClockOfTheDatabaseWhateverTheConsolesIs() throws Exception {
        Instant ahead = now.plus(Duration.ofDays(3));
        audit.write(entry("admin", SHOP, List.of(), ahead.minusSeconds(60)), ahead);

        assertThat(Duration.between(all().get(0).begunAt(), Instant.now()))
                .isBetween(Duration.ofSeconds(59), Duration.ofSeconds(90));
    }

    @Test
    void entriesAreFoundByWhoContextActionTimeAndHandle() throws Exception {
        audit.write(entry("alice", SHOP, List.of(ONE), now.minusSeconds(7_200)), now);
        audit.write(entry("Bob", "/Catalina/localhost/bank", List.of(TWO), now), now);

        assertThat(who("ALI", "", "", null, null, "")).containsExactly("alice");
        assertThat(who("", "/bank", "", null, null, "")).containsExactly("Bob");
        assertThat(who("", "", "invalidate", null, null, "")).containsExactly("Bob", "alice");
        assertThat(who("", "", "back-up", null, null, "")).isEmpty();
        assertThat(who("", "", "", now.minusSeconds(3_600), null, "")).containsExactly("Bob");
        assertThat(who("", "", "", null, now.minusSeconds(3_600), "")).containsExactly("alice");
        assertThat(who("", "", "", null, null, ONE.brief())).containsExactly("alice");
        assertThat(who("", "", "", null, null, TWO.hex())).containsExactly("Bob");
        assertThat(who("%", "", "", null, null, ""))
                .as("a wildcard is a letter")
                .isEmpty();
    }

    @Test
    void pagesCoverEachEntryOnceAlsoWhereTimesAreTheSame() throws Exception {
        for (int i = 0; i < 7; i++) {
            audit.write(entry("admin", SHOP, List.of(), now), now);
        }
        Postgres.execute(database, "update tomcat_sessions_audit set begun_at = '2026-01-01 00:00:00.123456+00'");
        List<UUID> seen = new ArrayList<>();
        AuditTable.Cursor after = null;
        List<AuditEntry> page;
        do {
            page = audit.page(AuditTable.Query.ALL, after, 3);
            page.forEach(entry -> seen.add(entry.id()));
            after = page.isEmpty() ? null : AuditTable.Cursor.behind(page.get(page.size() - 1));
        } while (page.size() == 3);

        assertThat(seen).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void whatIsOldIsForgotten() throws Exception {
        audit.write(entry("alice", SHOP, List.of(), now.minus(Duration.ofDays(400))), now);
        audit.write(entry("bob", SHOP, List.of(), now.minus(Duration.ofDays(300))), now);

        assertThat(audit.forget(Duration.ofDays(365))).isEqualTo(1);
        assertThat(all()).extracting(AuditEntry::who).containsExactly("bob");
    }

    @Test
    void whatPeopleWriteStaysOnOneLineAndFits() throws Exception {
        AuditEntry hostile = AuditEntry.begin(
                now,
                new AuditEntry.Actor("ad\nmin", "1\r\n2", "n\u0000"),
                "invalidate",
                SHOP,
                "user=\u2028x",
                "r".repeat(5_000),
                1,
                java.util.stream.IntStream.range(0, 1_500)
                        .mapToObj(i -> Handle.of("S" + i))
                        .toList());
        audit.write(hostile, now);

        assertThat(all()).singleElement().satisfies(read -> {
            assertThat(read.who()).isEqualTo("ad min");
            assertThat(read.scope()).isEqualTo("user= x");
            assertThat(read.reason()).hasSize(1_000).endsWith("...");
            assertThat(read.handles()).hasSize(AuditEntry.HANDLES);
        });
    }

    @Test
    void aTableThatIsMissingSaysWhatToRun() throws Exception {
        Postgres.execute(database, "drop table tomcat_sessions_audit");

        assertThatThrownBy(() -> audit.write(entry(), now))
                .isInstanceOf(TableMismatchException.class)
                .hasMessageContaining("upgrade-from-tomcat.sql");
    }

    private List<AuditEntry> all() throws Exception {
        return audit.page(AuditTable.Query.ALL, null, 100);
    }

    private List<String> who(
            String who, String context, String action, @Nullable Instant from, @Nullable Instant to, String handle)
            throws Exception {
        return audit.page(new AuditTable.Query(who, context, action, from, to, handle), null, 100).stream()
                .map(AuditEntry::who)
                .toList();
    }
}
