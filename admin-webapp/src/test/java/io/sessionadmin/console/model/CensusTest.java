package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoredRow;
import io.sessionadmin.table.TableNames;
import java.nio.file.Path;
import java.security.Principal;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Session;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What numbers are worth when sessions move, stores are silent, or nobody can know. */
final class CensusTest {

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    @Test
    void aSessionThatIsSwappedOutWhileItIsLookedAtIsShownAsItWas() {
        Shop shop = Shop.withoutStore();
        StandardSession session = shop.visit("alice's", now.minusSeconds(5));
        LiveSession live = shop.deployed().live(now).get(0);

        session.recycle();

        assertThat(live.handle()).isEqualTo(Handle.of("alice's"));
        assertThat(live.created()).isEqualTo(now.minusSeconds(5));
        assertThat(live.maxInactive()).isEqualTo(1_800);
        assertThat(live.user()).isEmpty();
        assertThat(live.attributes(Map.of())).isEmpty();
    }

    @Test
    void aSessionThatTomcatHasEmptiedIsNotCounted() {
        Shop shop = Shop.with(new UnknownManager());
        shop.visit("here", now);
        StandardSession emptied = shop.visit("emptied", now);
        emptied.recycle(); // and still in the manager's list

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);

        assertThat(summary.live()).isEqualTo(Figure.exact(1));
    }

    @Test
    void aManagerThatTheConsoleDoesNotKnowIsNotSaidToKeepSessionsInMemoryOnly() {
        Shop shop = Shop.with(new UnknownManager());
        shop.visit("here", now);

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);

        assertThat(summary.live()).isEqualTo(Figure.exact(1));
        assertThat(summary.atRisk().isKnown()).isFalse();
        assertThat(summary.swappedOut().isKnown()).isFalse();
        assertThat(summary.problems())
                .containsExactly(Reason.of("reason.unknownManager", UnknownManager.class.getName()));
        assertThat(shop.deployed().keeping().inMemoryOnly()).isFalse();
    }

    @Test
    void aContextThatCannotBeCountedIsShownAsSuch() {
        Shop shop = Shop.with(new UnknownManager() {
            @Override
            public Session[] findSessions() {
                throw new NoClassDefFoundError("io/gone/Session");
            }
        });

        EngineSessions.Overview overview = new EngineSessions(shop.engine, Clock.systemUTC()).overview();

        assertThat(overview.contexts()).hasSize(1);
        assertThat(overview.contexts().get(0).live().isKnown()).isFalse();
        assertThat(overview.contexts().get(0).problems())
                .containsExactly(Reason.of("reason.threw", NoClassDefFoundError.class.getName()));
    }

    @Test
    void morePossibleLookUpsThanAllowedAreSaidToBeMissing(@TempDir Path directory) {
        Shop shop = Shop.withFiles(directory);
        for (int i = 0; i < 5; i++) {
            shop.visit("session " + i, now);
        }

        ContextSummary summary = Census.of(shop.deployed(), now, 3);

        assertThat(summary.live()).isEqualTo(Figure.exact(5));
        assertThat(summary.atRisk())
                .isEqualTo(new Figure(3, Figure.Certainty.AT_LEAST, Reason.of("reason.notAllAsked", 3)));
        assertThat(summary.swappedOut().certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
    }

    @Test
    void aNoteOfASaveCountsForNoMoreThanTheStoreHas() {
        Shop shop = Shop.withoutStore();
        note(shop.visit("saved", now), now);
        LiveSession live = shop.deployed().live(now).get(0);
        TableSessions table = table();

        assertThat(state(new EntryReader(table, null, null, false, now).read(live, null)))
                .isEqualTo(SessionBackup.State.CURRENT);
        assertThat(state(new EntryReader(table, null, null, true, now).read(live, row(now))))
                .isEqualTo(SessionBackup.State.CURRENT);
        assertThat(state(new EntryReader(table, null, null, true, now).read(live, row(now.minusSeconds(60)))))
                .isEqualTo(SessionBackup.State.OVERDUE);
        assertThat(state(new EntryReader(table, null, null, true, now).read(live, null)))
                .isEqualTo(SessionBackup.State.NEVER);
    }

    @Test
    void whatIsKnownFromNotesOnlyIsAGuess() throws Exception {
        Shop shop = Shop.withoutStore();
        for (int i = 0; i <= 2_000; i++) {
            note(shop.visit("saved " + i, now), now);
        }

        List<LiveSession> live = shop.deployed().live(now);
        StoredSessions.SavedCopies copies = table().copies(live, now);

        assertThat(live).hasSize(2_001).allSatisfy(session -> assertThat(copies.of(session))
                .isNotNull());
        assertThat(copies.guessed()).isEqualTo(Reason.of("reason.fromNotes", 2_000));
        assertThat(Figure.exact(1).doubted(copies.guessed()).certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
    }

    @Test
    void aPrincipalThatFailsDoesNotFailThePage() {
        Shop shop = Shop.withoutStore();
        Principal broken = () -> {
            throw new NoClassDefFoundError("io/gone/Name");
        };
        shop.visit("of nobody", now).setPrincipal(broken);

        assertThat(shop.deployed().live(now).get(0).user()).isEmpty();
    }

    private static SessionBackup.@Nullable State state(SessionEntry entry) {
        SessionEntry.LiveBackup backup = entry.backup();
        return backup == null ? null : backup.state();
    }

    private static void note(Session session, Instant saved) {
        session.setNote(
                SessionBackup.class.getName(),
                new SessionBackup(saved.toEpochMilli(), saved.toEpochMilli(), 10, 0, List.of(), null));
    }

    private static StoredRow row(Instant access) {
        return new StoredRow(
                new SessionKey("/Catalina/localhost/shop", "saved"),
                true,
                1_800,
                access,
                10,
                access,
                "tc-1",
                null,
                true,
                new byte[0]);
    }

    /** Its database is away. */
    private static TableSessions table() {
        SessionTable table = new SessionTable(
                () -> {
                    throw new SQLException("no connection");
                },
                TableNames.DOCUMENTED,
                "");
        return new TableSessions(table.catalog(), "/Catalina/localhost/shop", true);
    }

    private static class UnknownManager extends ManagerBase {
        @Override
        public void load() {}

        @Override
        public void unload() {}
    }
}
