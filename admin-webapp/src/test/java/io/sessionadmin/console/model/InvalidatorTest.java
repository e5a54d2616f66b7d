package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends sessions that the manager moves at the same time, and tells what is left of them. */
final class InvalidatorTest {

    private final Path directory;
    private final Shop shop;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    InvalidatorTest(@TempDir Path directory) {
        this.directory = directory;
        this.shop = Shop.withFiles(directory);
    }

    @Test
    void aSessionThatIsSwappedOutAfterItWasListedIsRemovedFromTheStore() {
        shop.visit("first", now);
        StandardSession second = shop.visit("second", now);

        List<InvalidationResult> results = invalidate(() -> {
            save(second);
            shop.forget(second);
            second.recycle();
        });

        assertThat(directory).isEmptyDirectory();
        assertThat(results.get(1).outcome()).isEqualTo(Outcome.ENDED_HERE);
        assertThat(results.get(1).details())
                .contains(Reason.of("result.listenersNotTold"))
                .doesNotContain(Reason.of("result.expiredHere"));
    }

    @Test
    void aSessionThatIsSwappedInAfterItWasListedDoesNotStayLoggedIn() throws IOException {
        shop.visit("first", now);
        StandardSession second = shop.visit("second", now);
        shop.save(second);
        shop.forget(second);
        List<StandardSession> swappedIn = new ArrayList<>();

        List<InvalidationResult> results = invalidate(() -> swappedIn.add(shop.visit("second", now)));

        assertThat(swappedIn.get(0).isValid()).isFalse();
        assertThat(results.get(1).outcome()).isEqualTo(Outcome.ENDED_HERE);
        assertThat(results.get(1).details()).contains(Reason.of("result.expiredHere"));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aSavedCopyThatCannotBeRemovedIsNoSuccess() throws IOException {
        StandardSession first = shop.visit("first", now);
        Files.createDirectories(directory.resolve("first.session").resolve("not empty"));

        InvalidationResult result = invalidate(shop, "first");

        assertThat(first.isValid()).isFalse();
        assertThat(result.outcome()).isEqualTo(Outcome.ENDED_FOR_NOW);
        assertThat(result.details()).contains(Reason.of("result.stillStored"), Reason.of("result.copyRemains"));
    }

    @Test
    void aSessionWithoutAStoreHasEndedForGood() {
        Shop memory = Shop.withoutStore();
        memory.visit("first", now);

        assertThat(invalidate(memory, "first").outcome()).isEqualTo(Outcome.ENDED);
    }

    /** Something happens between the first session and the second. */
    private List<InvalidationResult> invalidate(Runnable meanwhile) {
        List<Target> targets = targets(shop, "first", "second");
        Invalidator invalidator = new Invalidator(shop.deployed());
        List<InvalidationResult> results = new ArrayList<>(invalidator.invalidate(targets.subList(0, 1)));
        meanwhile.run();
        results.addAll(invalidator.invalidate(targets.subList(1, 2)));
        return results;
    }

    private InvalidationResult invalidate(Shop in, String id) {
        return new Invalidator(in.deployed()).invalidate(targets(in, id)).get(0);
    }

    private List<Target> targets(Shop in, String... ids) {
        List<Target> targets = new ArrayList<>();
        for (String id : ids) {
            SessionPage.read(in.deployed(), List.of(Handle.of(id)), now)
                    .entries()
                    .forEach(entry -> targets.add(Target.of(entry)));
        }
        return targets;
    }

    private void save(StandardSession session) {
        try {
            shop.save(session);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
