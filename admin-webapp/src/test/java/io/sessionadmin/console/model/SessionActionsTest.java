package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ActionResult.Outcome;
import io.sessionadmin.store.LiveAttributes;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.table.Handle;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saves and changes live sessions of a manager with files. */
final class SessionActionsTest {

    private static final List<String> UNBOUND = new ArrayList<>();

    private final Path directory;
    private final Shop shop;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    SessionActionsTest(@TempDir Path directory) {
        this.directory = directory;
        this.shop = Shop.withFiles(directory);
    }

    private static final class Bound implements HttpSessionBindingListener, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            UNBOUND.add(event.getName());
        }
    }

    @Test
    void aSessionIsSavedNowAndThatIsNoAccess() throws Exception {
        StandardSession session = shop.visit("live", now.minusSeconds(60));
        session.setAttribute("color", "green");
        long access = session.getThisAccessedTimeInternal();

        ActionResult result = actions().backUp(Handle.of("live"));

        assertThat(result.outcome()).isEqualTo(Outcome.SAVED);
        assertThat(saved("live")).containsExactly("color");
        assertThat(session.getThisAccessedTimeInternal()).isEqualTo(access);
        assertThat(actions().backUp(Handle.of("live")).outcome()).isEqualTo(Outcome.NOTHING_TO_SAVE);
    }

    @Test
    void aSaveThatFailsIsSaidToHaveFailedWithoutTheNameOfTheFile() throws Exception {
        Shop broken = Shop.withFiles(Files.writeString(directory.resolve("a file"), "no directory"));
        broken.visit("5E551077", now);

        ActionResult result = new SessionActions(broken.deployed(), Clock.systemUTC()).backUp(Handle.of("5E551077"));

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.details().toString()).doesNotContain("5E551077");
    }

    @Test
    void anAttributeIsRemovedThroughTheSessionAndSavedAtOnce() throws Exception {
        StandardSession session = shop.visit("live", now);
        session.setAttribute("bound", new Bound());
        session.setAttribute("color", "green");
        shop.save(session);

        ActionResult result = actions().removeAttribute(Handle.of("live"), "bound");

        assertThat(result.outcome()).isEqualTo(Outcome.REMOVED);
        assertThat(UNBOUND).containsExactly("bound");
        assertThat(LiveAttributes.of(session)).containsOnlyKeys("color");
        assertThat(saved("live")).containsExactly("color");
        assertThat(actions().removeAttribute(Handle.of("live"), "bound").outcome())
                .isEqualTo(Outcome.NO_SUCH_ATTRIBUTE);
    }

    @Test
    void whatIsOnlyStoredIsLeftAloneAndItIsSaidWhy() throws Exception {
        StandardSession session = shop.visit("stored", now);
        session.setAttribute("color", "green");
        shop.save(session);
        shop.forget(session);

        ActionResult result = actions().removeAttribute(Handle.of("stored"), "color");

        assertThat(result.outcome()).isEqualTo(Outcome.NOT_LIVE);
        assertThat(result.details()).containsExactly(Reason.of("action.storedOnly"));
        assertThat(saved("stored")).containsExactly("color");
        assertThat(actions().backUp(Handle.of("nobody's")).details()).containsExactly(Reason.of("action.gone"));
    }

    @Test
    void withoutAStoreThereIsNothingToSaveTo() {
        Shop memory = Shop.withoutStore();
        memory.visit("live", now).setAttribute("color", "green");
        SessionActions actions = new SessionActions(memory.deployed(), Clock.systemUTC());

        assertThat(actions.backUp(Handle.of("live")).details()).containsExactly(Reason.of("action.noStore"));
        assertThat(actions.removeAttribute(Handle.of("live"), "color").outcome())
                .isEqualTo(Outcome.REMOVED);
    }

    private SessionActions actions() {
        return new SessionActions(shop.deployed(), Clock.systemUTC());
    }

    private List<String> saved(String id) throws Exception {
        return SessionStream.read(Files.readAllBytes(directory.resolve(id + ".session"))).attributes().stream()
                .map(held -> held.name())
                .sorted()
                .toList();
    }
}
