package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcat.elsewhere;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many sessions at once: several parts of them are on their way to the table while the next one is made. */
final class SharedBatchesTest {

    private static final int MANY = 450;
    private static final Map<String, String> BACKED_UP = Map.of("coherence", "sticky", "maxIdleBackup", "0");

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    private static List<SharedSession> sessions(SharedTomcat node) {
        List<SharedSession> sessions = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            sessions.add(node.newSession("number", i));
        }
        return sessions;
    }

    @Test
    void allAreSavedAndEachIsFree() throws Exception {
        SharedTomcat one = nodes.start(BACKED_UP);
        List<SharedSession> sessions = sessions(one);
        one.pass();
        assertSaved(one, sessions, 0);

        for (int i = 0; i < MANY; i++) {
            sessions.get(i).setAttribute("number", i + 1_000);
        }
        for (int i = 0; i < 10; i++) { // and a few that have no row yet
            sessions.add(one.newSession("number", MANY + i + 1_000));
        }
        one.pass();
        assertSaved(one, sessions, 1_000);
        assertThat(one.store.getSize()).isEqualTo(MANY + 10);
    }

    private static void assertSaved(SharedTomcat node, List<SharedSession> sessions, int plus) throws Exception {
        for (int i = 0; i < sessions.size(); i++) {
            SharedSession session = sessions.get(i);
            assertThat(SessionBackup.of(session).failure()).isNull();
            assertThat(session.mayHaveChanged()).isFalse();
            if (i % 7 == 0) {
                assertThat(node.stored(session.getIdInternal(), "number")).isEqualTo(i + plus);
            }
        }
        assertFree(sessions);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("session-store-batch"))
                .allMatch(thread -> ended(thread));
    }

    private static boolean ended(Thread thread) {
        try {
            thread.join(10_000);
            return !thread.isAlive();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertFree(List<SharedSession> sessions) throws Exception {
        assertThat(elsewhere(() -> {
                    for (SharedSession session : sessions) {
                        if (!session.lockForSaving(0)) {
                            return false;
                        }
                        session.unlock();
                    }
                    return true;
                }))
                .as("no session is locked")
                .isTrue();
    }

    @Test
    void whatIsChangedWhileItIsOnItsWayIsSavedNextTime() throws Exception {
        SharedTomcat one = nodes.start(BACKED_UP);
        List<SharedSession> sessions = sessions(one);
        CountDownLatch changed = new CountDownLatch(1);
        one.database.afterOnAnyThread("insert into tomcat_sessions as", () -> {
            sessions.forEach(session -> session.setAttribute("number", -1));
            changed.countDown();
        });
        one.pass();
        assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(sessions).allMatch(SharedSession::isStored);
        assertThat(sessions)
                .as("those of the first batch, whichever they are: many were accessed in the same millisecond")
                .anyMatch(SharedSession::mayHaveChanged);

        one.pass();
        for (int i = 0; i < MANY; i += 7) {
            assertThat(one.stored(sessions.get(i).getIdInternal(), "number")).isEqualTo(-1);
        }
    }

    @Test
    void whenPostgresqlGoesAwayInBetweenNothingIsLost() throws Exception {
        SharedTomcat one = nodes.start(BACKED_UP);
        List<SharedSession> sessions = sessions(one);
        one.database.afterOnAnyThread("insert into tomcat_sessions as", one.database::goAway);
        one.pass();

        assertFree(sessions);
        assertThat(sessions).anyMatch(session -> SessionBackup.of(session).failure() != null);
        assertThat(sessions).allMatch(session -> one.holds(session.getIdInternal()));
        one.database.comeBack();
        SharedTomcat.await("PostgreSQL is seen to be back", () -> {
            one.pass();
            return sessions.stream()
                    .allMatch(session -> SessionBackup.of(session).failure() == null && session.isStored());
        });
        assertThat(one.store.getSize()).isEqualTo(MANY);
    }

    @Test
    void oneThatEndsOnItsWayStaysEnded() throws Exception {
        SharedTomcat one = nodes.start(BACKED_UP);
        List<SharedSession> sessions = sessions(one);
        List<String> ended = new ArrayList<>();
        one.database.afterOnAnyThread("insert into tomcat_sessions as", () -> {
            for (int i = 0; i < MANY; i += 9) {
                ended.add(sessions.get(i).getIdInternal());
                sessions.get(i).invalidate();
            }
        });
        one.pass();
        one.pass();

        assertThat(one.store.getSize()).isEqualTo(MANY - ended.size());
        for (String id : ended) {
            assertThat(one.find(id)).isNull();
        }
    }
}
