package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionPageTest {

    private final Path directory;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    SessionPageTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void liveAndStoredSessionsAreOneListInTheOrderOfTheirHandles() throws IOException {
        Shop shop = Shop.withFiles(directory);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            StandardSession session = shop.visit("session" + i, now.minusSeconds(60));
            ids.add(session.getIdInternal());
            if (i % 2 == 0) {
                shop.save(session);
            }
            if (i % 4 == 0) {
                shop.forget(session);
            }
        }

        SessionPage first = SessionPage.read(shop.deployed(), (Handle) null, now);
        SessionPage second = SessionPage.read(shop.deployed(), first.next(), now);
        SessionPage third = SessionPage.read(shop.deployed(), second.next(), now);

        assertThat(List.of(
                        first.entries().size(),
                        second.entries().size(),
                        third.entries().size()))
                .containsExactly(100, 100, 50);
        assertThat(third.next()).isNull();
        List<SessionEntry> all = new ArrayList<>(first.entries());
        all.addAll(second.entries());
        all.addAll(third.entries());
        assertThat(all.stream().map(entry -> entry.handle().hex()))
                .isEqualTo(ids.stream().map(id -> Handle.of(id).hex()).sorted().toList());
        assertThat(all)
                .filteredOn(entry -> entry.state() == SessionState.SWAPPED_OUT)
                .hasSize(63);
        assertThat(all)
                .filteredOn(entry -> entry.live() != null && entry.row() != null)
                .hasSize(62);
    }

    @Test
    void lookingAtAnOverdueSessionNeitherExpiresNorTouchesIt() {
        Shop shop = Shop.withoutStore();
        StandardSession overdue = shop.visit("overdue", now.minusSeconds(4_000));
        long access = overdue.getThisAccessedTimeInternal();

        SessionEntry entry =
                SessionPage.read(shop.deployed(), (Handle) null, now).entries().get(0);
        entry.user();
        entry.expires();

        assertThat(entry.state()).isEqualTo(SessionState.EXPIRED);
        assertThat(shop.deployed().live(now)).hasSize(1);
        assertThat(overdue.getThisAccessedTimeInternal()).isEqualTo(access);
    }

    @Test
    void aSessionThatEndedIsNotListed() {
        Shop shop = Shop.withoutStore();
        shop.visit("ended", now).setValid(false);

        assertThat(SessionPage.read(shop.deployed(), (Handle) null, now).entries())
                .isEmpty();
    }

    @Test
    void aSwappedOutSessionIsShownWithItsUserAndAttributes() throws IOException {
        Shop shop = Shop.withFiles(directory);
        StandardSession session = shop.visit("of alice", now);
        session.setAttribute("user", "alice");
        session.setAttribute("visits", 17);
        shop.save(session);
        shop.forget(session);

        SessionDetail detail = SessionDetail.find(
                        shop.deployed(), Handle.of("of alice"), new SessionDetail.View(Values.SHOWN, "here", now))
                .orElseThrow();

        assertThat(detail.entry().user()).contains("alice");
        assertThat(detail.attributes())
                .extracting(SessionDetail.Attribute::name, SessionDetail.Attribute::storedClass)
                .containsExactly(tuple("user", "java.lang.String"), tuple("visits", "java.lang.Integer"));
        assertThat(detail.attributes())
                .allSatisfy(held -> assertThat(held.bytes()).isPositive());
    }

    @Test
    void anInvalidatedSessionIsGoneFromMemoryAndFromItsFile() throws IOException {
        Shop shop = Shop.withFiles(directory);
        StandardSession live = shop.visit("live", now);
        shop.save(live);
        StandardSession stored = shop.visit("stored", now);
        shop.save(stored);
        shop.forget(stored);

        List<Target> targets = SessionPage.read(shop.deployed(), (Handle) null, now).entries().stream()
                .map(Target::of)
                .toList();

        assertThat(new Invalidator(shop.deployed()).invalidate(targets))
                .extracting(InvalidationResult::outcome)
                .containsExactly(Outcome.ENDED_HERE, Outcome.ENDED_HERE);
        assertThat(live.isValid()).isFalse();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileThatIsNoSessionIsListedWithTheReason() throws IOException {
        Shop shop = Shop.withFiles(directory);
        Files.write(directory.resolve("broken.session"), new byte[] {1, 2, 3});
        Files.write(directory.resolve("other.txt"), new byte[] {1, 2, 3});

        List<SessionEntry> entries =
                SessionPage.read(shop.deployed(), (Handle) null, now).entries();

        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).state()).isEqualTo(SessionState.UNREADABLE);
        assertThat(entries.get(0).reason().isGiven()).isTrue();
    }

    @Test
    void aClassThatTheApplicationDoesNotHaveMakesASessionUnreadable() throws IOException {
        var reader = new EntryReader(
                new StoredSessions.InMemoryOnly(), null, getClass().getClassLoader(), true, now);

        assertThat(reader.missingClass(new java.util.TreeSet<>(List.of("java.lang.String", "io.gone.Cart"))))
                .isEqualTo(Reason.of("reason.missingClass", "io.gone.Cart"));
        assertThat(reader.missingClass(new java.util.TreeSet<>(List.of("java.util.ArrayList", Shop.class.getName()))))
                .isEqualTo(Reason.NONE);
    }

    @Test
    void theContextIsCountedAndNoSessionTwice() throws IOException {
        Shop shop = Shop.withFiles(directory);
        IntStream.range(0, 3).forEach(i -> shop.visit("never saved " + i, now.minusSeconds(5)));
        shop.save(shop.visit("saved", now.minusSeconds(10)));
        StandardSession swappedOut = shop.visit("swapped out", now.minusSeconds(20));
        shop.save(swappedOut);
        shop.forget(swappedOut);
        StandardSession expired = shop.visit("expired", now.minusSeconds(4_000));
        shop.save(expired);
        shop.forget(expired);
        shop.visit("overdue", now.minusSeconds(4_000));

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);

        assertThat(summary.live()).isEqualTo(Figure.exact(4));
        assertThat(summary.swappedOut()).isEqualTo(Figure.exact(1));
        assertThat(summary.expired()).isEqualTo(Figure.exact(2));
        assertThat(summary.atRisk()).isEqualTo(Figure.exact(3));
        assertThat(summary.backups(SessionBackup.State.CURRENT)).isEqualTo(1);
        assertThat(summary.backups(SessionBackup.State.NEVER)).isEqualTo(3);
        assertThat(summary.oldestUnsaved()).isEqualTo(now.minusSeconds(5));
    }

    @Test
    void manyFilesAreCountedWithoutOpeningThem() throws IOException {
        Shop shop = Shop.withFiles(directory);
        for (int i = 0; i < 101; i++) {
            Files.write(directory.resolve("s" + i + ".session"), new byte[0]);
        }

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);

        assertThat(summary.expired().isKnown()).isFalse();
        assertThat(summary.swappedOut().certainty()).isEqualTo(Figure.Certainty.ESTIMATE);
        assertThat(summary.swappedOut().value()).isEqualTo(101);
    }

    @Test
    void theWindowIsMaxIdleBackupAndOneBackgroundPassOfWhoeverRunsIt() {
        Shop shop = Shop.withFiles(directory);
        shop.engine.setBackgroundProcessorDelay(10);

        assertThat(shop.deployed().window()).hasSeconds(31);
        shop.engine.findChild("localhost").setBackgroundProcessorDelay(2);
        assertThat(shop.deployed().window()).hasSeconds(7);
    }

    @Test
    void everythingInAManagerWithoutAStoreIsAtRisk() {
        Shop shop = Shop.withoutStore();
        shop.visit("a", now);
        shop.visit("b", now);

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);

        assertThat(summary.atRisk()).isEqualTo(Figure.exact(2));
        assertThat(summary.window()).isEmpty();
    }

    @Test
    void aStoreThatDoesNotAnswerMakesNumbersUnknownAndNotZero() throws IOException {
        Shop shop = Shop.withFiles(Files.write(directory.resolve("a file, no directory"), new byte[0]));
        shop.visit("live", now);

        ContextSummary summary = Census.of(shop.deployed(), now, Census.FOR_OVERVIEW);
        SessionPage page = SessionPage.read(shop.deployed(), (Handle) null, now);

        assertThat(summary.live()).isEqualTo(Figure.exact(1));
        assertThat(summary.swappedOut().isKnown()).isFalse();
        assertThat(summary.problems()).containsExactly(Reason.of("reason.directoryNotListed"));
        assertThat(page.entries()).hasSize(1);
        assertThat(page.problem()).isEqualTo(Reason.of("reason.directoryNotListed"));
    }

    @Test
    void rootAndVersionedContextsAreFoundByTheirNames() {
        assertThat(new ContextAddress.Deployed("h", "/").childName()).isEmpty();
        assertThat(new ContextAddress.Deployed("h", "/##2").childName()).isEqualTo("##2");
        assertThat(new ContextAddress.Deployed("h", "/shop##2").childName()).isEqualTo("/shop##2");
        for (String child : List.of("", "##2", "/shop", "/shop##2", "/a/b")) {
            assertThat(ContextAddress.Deployed.of("h", child).childName()).isEqualTo(child);
        }
    }
}
