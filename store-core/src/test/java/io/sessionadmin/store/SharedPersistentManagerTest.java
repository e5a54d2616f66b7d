package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcat.await;
import static io.sessionadmin.store.SharedTomcat.doElsewhere;
import static io.sessionadmin.store.SharedTomcat.elsewhere;
import static io.sessionadmin.store.SharedTomcats.STICKY;
import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.store.SharedTomcat.Visit;
import io.sessionadmin.store.SwitchedDatabase.Step;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionEvent;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.catalina.session.TooManyActiveSessionsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of changes: those of one node and of several, in place or not, and at any moment of a request. */
final class SharedPersistentManagerTest {

    private static final String LOOK = "now(), version";
    private static final String UPDATE = "set max_inactive ";

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    // ------------------------------------------------------------------ changes of one node

    @Test
    void aChangeInPlaceAfterAFlushIsSavedAtTheEndOfTheRequest() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book")).getIdInternal();
        try (Visit visit = one.visit(id)) {
            List<String> cart = cartOf(visit.session);
            visit.flush();
            cart.add("pen");
            visit.flush();
            assertThat(one.stored(id, "cart")).as("at the flush").isEqualTo(cart("book", "pen"));
            cart.add("ink");
        }
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book", "pen", "ink"));
    }

    @Test
    void anObjectThatWasSetAndSavedAndIsChangedAfterThatIsSavedAgain() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id;
        try (Visit visit = one.firstVisit()) {
            id = visit.session.getIdInternal();
            List<String> cart = cart("book");
            visit.session.setAttribute("cart", cart);
            visit.flush();
            assertThat(one.stored(id, "cart")).isEqualTo(cart("book"));
            cart.add("pen");
        }
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book", "pen"));
    }

    @Test
    void aRequestThatEndsDoesNotHideWhatAnotherOneIsAboutToChange() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book")).getIdInternal();
        try (Visit slow = one.visit(id)) {
            List<String> cart = cartOf(slow.session);
            doElsewhere(() -> {
                try (Visit quick = one.visit(id)) {
                    cartOf(quick.session);
                }
            });
            cart.add("pen");
        }
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book", "pen"));
    }

    @Test
    void aRequestThatOnlyReadsWritesNothing() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book"), "note", "hello").getIdInternal();
        String before = row();
        for (SharedTomcat node : List.of(one, two, one)) {
            try (Visit visit = node.visit(id)) {
                assertThat(cartOf(visit.session)).hasSize(1);
                visit.session.getAttribute("note");
                visit.flush();
            }
        }
        assertThat(row()).isEqualTo(before);
    }

    @Test
    void oneRequestLooksOnceAndTheNextOneAgain() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book")).getIdInternal();
        long before = one.database.count(LOOK);
        try (Visit visit = one.visit(id)) {
            assertThat(one.find(id)).isSameAs(visit.session);
            assertThat(one.find("UNKNOWN")).isNull();
            assertThat(one.find("UNKNOWN")).isNull();
        }
        assertThat(one.database.count(LOOK) - before).isEqualTo(2);
        one.visit(id).close();
        assertThat(one.database.count(LOOK) - before).isEqualTo(3);
    }

    @Test
    void whatIsSetOnAnotherThreadBetweenTwoRequestsIsSavedWithoutARequest() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("cart", cart("book"));
        doElsewhere(() -> session.setAttribute("done", "yes"));
        await("it is saved", () -> Objects.equals(one.stored(session.getIdInternal(), "done"), "yes"));
    }

    // ------------------------------------------------------------------ changes of several nodes

    @Test
    void changesOfDifferentAttributesAtTheSameTimeAllSurvive() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book"), "old", "x").getIdInternal();
        try (Visit here = one.visit(id)) {
            here.session.setAttribute("here", 1);
            here.session.removeAttribute("old");
            doElsewhere(() -> {
                try (Visit there = two.visit(id)) {
                    there.session.setAttribute("there", 2);
                    cartOf(there.session).add("pen");
                    there.session.setMaxInactiveInterval(77);
                }
            });
        }
        for (SharedTomcat node : List.of(one, two)) {
            try (Visit visit = node.visit(id)) {
                assertThat(visit.session.getAttribute("here")).isEqualTo(1);
                assertThat(visit.session.getAttribute("there")).isEqualTo(2);
                assertThat(visit.session.getAttribute("old")).isNull();
                assertThat(visit.session.getAttribute("cart")).isEqualTo(cart("book", "pen"));
                assertThat(visit.session.getMaxInactiveInterval()).isEqualTo(77);
            }
        }
    }

    @Test
    void whatIsSetOrRemovedWhileANewerRowIsTakenOverStaysAsItWasSet() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession session = one.newSession();
        String id = session.getIdInternal();
        try (Visit visit = one.visit(id)) {
            for (int i = 0; i < 20; i++) {
                visit.session.setAttribute("set" + i, "old");
                visit.session.setAttribute("removed" + i, "old");
            }
        }
        try (Visit there = two.visit(id)) {
            there.session.setAttribute("m", new Bell()); // rings in the middle of what is taken over
        }
        try {
            Bell.onActivation = event -> doElsewhereUnchecked(() -> {
                for (int i = 0; i < 20; i++) {
                    session.setAttribute("set" + i, "new");
                    session.removeAttribute("removed" + i);
                }
            });
            one.visit(id).close();
        } finally {
            Bell.onActivation = event -> {};
        }
        try (Visit visit = one.visit(id)) {
            for (int i = 0; i < 20; i++) {
                assertThat(visit.session.getAttribute("set" + i)).isEqualTo("new");
                assertThat(visit.session.getAttribute("removed" + i)).isNull();
            }
        }
        for (int i = 0; i < 20; i++) {
            assertThat(one.stored(id, "set" + i)).isEqualTo("new");
            assertThat(one.stored(id, "removed" + i)).isNull();
        }
    }

    @Test
    void anObjectThatIsReplacedWhileItIsLookedAtIsNotPutBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("cart", new Watched("book")).getIdInternal();
        try (Visit visit = one.visit(id)) {
            Watched cart = watchedOf(visit.session);
            cart.text = "changed in place";
            cart.onWrite = () -> doElsewhere(() -> visit.session.setAttribute("cart", "fresh"));
            visit.flush();
            assertThat(visit.session.getAttribute("cart")).isEqualTo("fresh");
        }
        assertThat(one.stored(id, "cart")).isEqualTo("fresh");
    }

    @Test
    void anObjectThatIsRemovedWhileItIsLookedAtIsNotPutBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", new Watched("book")).getIdInternal();
        try (Visit visit = one.visit(id)) {
            Watched cart = watchedOf(visit.session);
            replaceCart(two, id);
            doElsewhere(() -> one.visit(id).close()); // takes the newer one over
            assertThat(textOf(visit.session.peek("cart"))).isEqualTo("newer");

            cart.text = "changed in place";
            cart.onWrite = () -> doElsewhere(() -> visit.session.removeAttribute("cart"));
            visit.flush();
            assertThat(visit.session.getAttribute("cart")).isNull();
        }
        assertThat(one.stored(id, "cart")).isNull();
    }

    @Test
    void whatARequestDoesToAnObjectThatWasReplacedMeanwhileIsTheLaterWrite() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", new Watched("book")).getIdInternal();
        try (Visit visit = one.visit(id)) {
            Watched cart = watchedOf(visit.session);
            replaceCart(two, id);
            doElsewhere(() -> one.visit(id).close());
            cart.text = "changed in place";
        }
        assertThat(textOf(one.stored(id, "cart"))).isEqualTo("changed in place");
    }

    private static void replaceCart(SharedTomcat node, String id) throws Exception {
        doElsewhere(() -> {
            try (Visit there = node.visit(id)) {
                there.session.setAttribute("cart", new Watched("newer"));
            }
        });
    }

    @Test
    void anObjectThatLooksAsItDidStaysTheSameOneWhenANewerRowIsTakenOver() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book")).getIdInternal();
        try (Visit visit = one.visit(id)) {
            List<String> cart = cartOf(visit.session);
            doElsewhere(() -> {
                try (Visit there = two.visit(id)) {
                    there.session.setAttribute("there", 2);
                }
                one.visit(id).close();
            });
            assertThat(visit.session.peek("there")).isEqualTo(2);
            assertThat(visit.session.peek("cart")).isSameAs(cart);
        }
    }

    // ------------------------------------------------------------------ when something goes wrong

    @Test
    void anotherTryAfterAnOutageLeavesWhatAnotherNodeHasWrittenMeanwhile() throws Exception {
        Map<String, String> persisting = Map.of("persistAuthentication", "true");
        SharedTomcat one = nodes.start(persisting);
        SharedTomcat two = nodes.start(persisting);
        SharedSession session = one.newSession("cart", cart("book"));
        String id = session.getIdInternal();
        one.database.goAway();
        try (Visit visit = one.visit(id)) {
            visit.session.setAttribute("here", 1);
        }
        assertThat(one.state(session)).isEqualTo(SessionBackup.State.FAILING);
        try (Visit there = two.visit(id)) {
            there.session.setAuthType("FORM");
            there.session.setMaxInactiveInterval(77);
        }
        one.database.comeBack();
        await("it is saved", () -> {
            one.pass();
            return SessionBackup.of(session).failure() == null;
        });

        assertThat(one.stored(id, "here")).isEqualTo(1);
        SharedSession stored = (SharedSession) Objects.requireNonNull(one.store.load(id));
        assertThat(stored.getMaxInactiveInterval()).isEqualTo(77);
        assertThat(stored.getAuthType()).isEqualTo("FORM");
    }

    @Test
    void whileTheDatabaseIsAwayWhatIsInMemoryIsServedAndSavedWhenItIsBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("cart", cart("book"));
        String id = session.getIdInternal();
        one.database.goAway();
        try (Visit visit = one.visit(id)) {
            assertThat(visit.session).isSameAs(session);
            cartOf(visit.session).add("pen");
        }
        one.database.comeBack();
        await("it is saved", () -> {
            one.pass();
            return SessionBackup.of(session).failure() == null;
        });
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book", "pen"));
        assertThat(one.state(session)).isEqualTo(SessionBackup.State.CURRENT);
    }

    @Test
    void anErrorOfTheJvmsInABatchLeavesNoSessionLockedBehind() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleBackup", "0"));
        List<SharedSession> sessions = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sessions.add(one.newSession("cart", cart("book")));
        }
        Watched bad = new Watched("book");
        bad.onWrite = () -> {
            bad.onWrite = () -> {
                throw new OutOfMemory();
            };
        };
        sessions.get(4).setAttribute("bad", bad); // looked at once, and then written

        assertThat(thrownBy(one::pass)).isInstanceOf(OutOfMemory.class);
        for (SharedSession session : sessions) {
            assertThat(elsewhere(() -> {
                        boolean free = session.lockForSaving(0);
                        if (free) {
                            session.unlock();
                        }
                        return free;
                    }))
                    .isTrue();
        }

        sessions.get(4).removeAttribute("bad");
        one.pass();
        assertThat(one.store.getSize()).isEqualTo(9);
    }

    @Test
    void anAccessThatCouldNotBeWrittenBecauseTheRowWasLockedIsWrittenAfterTheNextOne() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("cart", cart("book")).getIdInternal();
        nodes.execute("update tomcat_sessions set last_access = last_access - 100000");
        long before = lastAccess();
        List<Boolean> tried = java.util.Collections.synchronizedList(new ArrayList<>());
        try (var connection = nodes.database().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from tomcat_sessions for update");
            two.database.afterOnAnyThread("with accessed as", () -> tried.add(true));
            two.visit(id).close();
            await("the access is tried to be written", () -> !tried.isEmpty());
            connection.rollback();
        }
        assertThat(lastAccess()).isEqualTo(before);

        two.visit(id).close(); // long before another access would be due
        await("the access is written", () -> lastAccess() > before + 90_000);
    }

    // ------------------------------------------------------------------ sticky

    @Test
    void aSwapOutKeepsASessionThatIsChangedInPlaceWhileItIsWritten() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleSwap", "0", "minIdleSwap", "0"));
        SharedSession session = one.newSession("cart", cart("book"));
        String id = session.getIdInternal();
        one.store.save(session);
        session.setAttribute("seen", "yes");
        one.database.before(UPDATE, () -> doElsewhere(() -> cartOf(session).add("pen")));
        one.pass();
        assertThat(one.holds(id)).isTrue();
        assertThat(one.stored(id, "seen")).isEqualTo("yes");

        one.pass();
        assertThat(one.holds(id)).isFalse();
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book", "pen"));
    }

    @Test
    void ofTooManySessionsTheLongestIdleIsSwappedOutAndNoneInUse() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxActiveSessions", "10", "minIdleSwap", "60"));
        List<SharedSession> sessions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sessions.add(one.newSession("number", i));
        }
        long now = System.currentTimeMillis();
        sessions.get(5).setCreationTime(now - 300_000); // sets the last access, too
        sessions.get(6).setCreationTime(now - 200_000);
        sessions.get(7).setCreationTime(now - 100_000);
        String out = sessions.get(6).getIdInternal();
        try (Visit busy = one.visit(sessions.get(5).getIdInternal())) {
            busy.session.setCreationTime(now - 300_000);
            one.pass();
        }
        assertThat(one.manager.copies())
                .hasSize(9)
                .extracting(SharedSession::getIdInternal)
                .doesNotContain(out);
        assertThat(one.stored(out, "number")).isEqualTo(6);

        one.newSession("number", 10);
        assertThatThrownBy(() -> one.manager.createSession(null)).isInstanceOf(TooManyActiveSessionsException.class);
    }

    @Test
    void aSwapOutWhileTheDatabaseIsAwayDropsNothing() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleSwap", "0", "minIdleSwap", "0"));
        SharedSession fresh = one.newSession("cart", cart("book"));
        SharedSession saved = one.newSession("cart", cart("book"));
        one.store.save(saved);
        saved.setAttribute("seen", "yes");
        String id = saved.getIdInternal();
        one.database.before(
                UPDATE,
                () -> { // in the middle of the pass
                    one.database.goAway();
                    throw new SQLException("the connection is lost", "08006");
                });
        for (int i = 0; i < 2; i++) {
            one.pass();
            assertThat(one.manager.copies()).containsExactlyInAnyOrder(fresh, saved);
        }
        assertThat(one.find(id)).isSameAs(saved);
        assertThat(saved.getAttribute("seen")).isEqualTo("yes");

        one.database.comeBack();
        saved.setCreationTime(System.currentTimeMillis() - 60_000); // it was looked up just now
        await("they are swapped out", () -> {
            one.pass();
            return one.manager.copies().isEmpty();
        });
        assertThat(one.stored(id, "seen")).isEqualTo("yes");
        assertThat(one.stored(fresh.getIdInternal(), "cart")).isEqualTo(cart("book"));
    }

    @Test
    void aSessionInSteadyUseIsBackedUpWithWhatWasChangedInPlaceAndAtRiskUntilThen() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleBackup", "1"));
        SharedSession session = one.newSession("cart", cart("book"));
        String id = session.getIdInternal();
        one.store.save(session);
        one.visit(id).close();
        assertThat(one.state(session)).as("only accessed").isEqualTo(SessionBackup.State.CURRENT);

        try (Visit visit = one.visit(id)) {
            cartOf(visit.session).add("pen");
        }
        assertThat(one.state(session)).isNotEqualTo(SessionBackup.State.CURRENT);
        assertThat(one.stored(id, "cart")).isEqualTo(cart("book"));

        await("it is backed up", () -> {
            one.visit(id).close(); // so often that it is never idle
            one.pass();
            return cart("book", "pen").equals(one.stored(id, "cart"));
        });
        assertThat(one.state(session)).isEqualTo(SessionBackup.State.CURRENT);
    }

    @Test
    void whatWasOnlyReadIsAtRiskNoLongerWhenItTurnsOutToBeAsItWas() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleBackup", "0"));
        SharedSession session = one.newSession("cart", cart("book"));
        one.pass();
        String before = row();
        try (Visit visit = one.visit(session.getIdInternal())) {
            assertThat(cartOf(visit.session)).hasSize(1);
        }
        one.pass();
        assertThat(one.state(session)).isEqualTo(SessionBackup.State.CURRENT);
        assertThat(row()).isEqualTo(before);
    }

    @Test
    void aSessionComesBackFromAnotherNodeAsThatOneHasSavedIt() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedTomcat two = nodes.start(STICKY);
        SharedSession session = one.newSession("cart", cart("book"));
        String id = session.getIdInternal();
        one.store.save(session);
        try (Visit visit = two.visit(id)) { // the first node was taken out of the balancer, and comes back
            cartOf(visit.session).add("pen");
        }
        two.manager.unload();
        session.setCreationTime(System.currentTimeMillis() - 120_000); // sets the last access, too
        try (Visit visit = one.visit(id)) {
            assertThat(visit.session).isSameAs(session);
            assertThat(cartOf(visit.session)).containsExactly("book", "pen");
        }
    }

    // ------------------------------------------------------------------ what the sessions have

    private static Watched watchedOf(SharedSession session) {
        return (Watched) Objects.requireNonNull(session.getAttribute("cart"));
    }

    private static String textOf(@Nullable Object watched) {
        return ((Watched) Objects.requireNonNull(watched)).text;
    }

    private static List<String> cart(String... things) {
        return new ArrayList<>(List.of(things));
    }

    @SuppressWarnings("unchecked")
    private static List<String> cartOf(SharedSession session) {
        return (List<String>) Objects.requireNonNull(session.getAttribute("cart"));
    }

    private String row() throws Exception {
        return nodes.value("select version || ' ' || saved_at || ' ' || md5(session_data) from tomcat_sessions");
    }

    private long lastAccess() throws Exception {
        return Long.parseLong(nodes.value("select last_access from tomcat_sessions"));
    }

    private static @Nullable Throwable thrownBy(Runnable work) {
        try {
            work.run();
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    private static void doElsewhereUnchecked(Step step) {
        try {
            doElsewhere(step);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does something, once, when somebody serialises it. */
    private static final class Watched implements Serializable {
        private static final long serialVersionUID = 1L;

        private String text;
        private transient @Nullable Step onWrite;

        Watched(String text) {
            this.text = text;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            Step step = onWrite;
            onWrite = null;
            if (step != null) {
                try {
                    step.run();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
            out.defaultWriteObject();
        }
    }

    /** Does something when it has come out of the store. */
    private static final class Bell implements HttpSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1L;
        private static volatile Consumer<HttpSessionEvent> onActivation = event -> {};

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            onActivation.accept(event);
        }
    }

    /** Of the kind that nobody is to catch. */
    private static final class OutOfMemory extends VirtualMachineError {
        private static final long serialVersionUID = 1L;
    }
}
