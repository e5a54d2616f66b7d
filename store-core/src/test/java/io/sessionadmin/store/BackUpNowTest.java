package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcats.STICKY;
import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.store.SharedTomcat.Visit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What comes of saving a live session because an operator asks for it. */
final class BackUpNowTest {

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    @Test
    void whatWasChangedInPlaceIsSavedAndTheAskingIsNoAccess() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedSession session = one.newSession("cart", new ArrayList<>(List.of("book")));
        one.pass();
        String id = session.getIdInternal();
        one.store.backUp(id);
        try (Visit visit = one.visit(id)) {
            @SuppressWarnings("unchecked")
            List<String> cart = (List<String>) visit.session.getAttribute("cart");
            cart.add("pen");
        }
        long access = session.getThisAccessedTimeInternal();

        assertThat(one.store.backUp(id)).isInstanceOfSatisfying(BackupResult.Saved.class, saved -> {
            assertThat(saved.bytes()).isPositive();
            assertThat(saved.leftOut()).isEmpty();
        });
        assertThat(one.stored(id, "cart")).isEqualTo(List.of("book", "pen"));
        assertThat(session.getThisAccessedTimeInternal()).isEqualTo(access);
        assertThat(one.store.backUp(id)).isEqualTo(new BackupResult.NothingToSave());
    }

    @Test
    void whatCannotBeSavedIsNamed() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedSession session = one.newSession("connection", new Object());

        assertThat(one.store.backUp(session.getIdInternal()))
                .isInstanceOfSatisfying(BackupResult.Saved.class, saved -> assertThat(saved.leftOut())
                        .containsExactly("connection: not serialisable: java.lang.Object"));
    }

    @Test
    void anAccessThatChangedNothingIsWrittenWithoutTheData() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String id = session.getIdInternal();
        SharedTomcat.await("a later access", () -> {
            one.visit(id).close();
            return session.getThisAccessedTimeInternal() > session.savedAccess();
        });
        String version = nodes.value("select version from tomcat_sessions");

        assertThat(one.store.backUp(id)).isEqualTo(new BackupResult.AccessSaved());
        assertThat(nodes.value("select version from tomcat_sessions")).isEqualTo(version);
        assertThat(one.store.backUp(id)).isEqualTo(new BackupResult.NothingToSave());
    }

    @Test
    void aSaveThatFailsIsSaidToHaveFailedAndTheSessionStays() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedSession session = one.newSession("who", "ann");
        String id = session.getIdInternal();
        one.database.goAway();

        assertThat(one.store.backUp(id))
                .isInstanceOfSatisfying(
                        BackupResult.Failed.class,
                        failed -> assertThat(failed.reason()).isNotBlank().doesNotContain(id));
        assertThat(one.holds(id)).isTrue();
        one.database.comeBack();
        SharedTomcat.await("the database", () -> one.store.backUp(id) instanceof BackupResult.Saved);
    }

    @Test
    void aSessionThatHasEndedElsewhereIsNotBroughtBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        two.invalidate(id);

        assertThat(one.store.backUp(id)).isEqualTo(new BackupResult.NotLive());
        assertThat(one.holds(id)).isFalse();
        assertThat(nodes.value("select valid_session from tomcat_sessions")).isEqualTo("0");
        assertThat(one.store.backUp("nobodys")).isEqualTo(new BackupResult.NotLive());
    }
}
