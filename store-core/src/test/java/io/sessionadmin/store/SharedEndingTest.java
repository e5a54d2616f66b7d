package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcat.await;
import static io.sessionadmin.store.SharedTomcat.begin;
import static io.sessionadmin.store.SharedTomcat.doElsewhere;
import static io.sessionadmin.store.SharedTomcat.elsewhere;
import static io.sessionadmin.store.SharedTomcats.STICKY;
import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.store.SharedSession.End;
import io.sessionadmin.store.SharedTomcat.Visit;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Session;
import org.apache.catalina.SessionListener;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How sessions end: once, everywhere, with one word to their listeners, whatever else goes on at that moment. */
final class SharedEndingTest {

    private static final Log LOG = LogFactory.getLog(SharedEndingTest.class);
    private static final long HOUR = 3_600_000;

    private static final String LOOK = "now(), version";

    private static final String LOOK_AT_DATA = LOOK + ", base_version";
    private static final String BURY = "set valid_session = '0'";
    private static final String LEAVE = "set valid_session = '0'";
    private static final String CLAIM = "and (node is null or octet_length";
    private static final String BY_HAND = "update tomcat_sessions set valid_session = '0', node = null";

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    // ------------------------------------------------------------------ a look-up at the same time

    @Test
    void aCopyThatIsPutOutOfMemoryDuringALookUpIsReadAgain() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession idle = one.newSession("who", "ann");
        String id = idle.getIdInternal();
        two.visit(id).close();
        idle.setCreationTime(System.currentTimeMillis() - HOUR); // sets the last access on this node, too
        one.database.before(LOOK, () -> doElsewhere(one::pass));
        SharedSession found = Objects.requireNonNull(one.find(id), "the session lives");

        assertThat(idle.isValid()).as("the idle copy was put out of memory").isFalse();
        assertThat(found).isNotSameAs(idle);
        assertThat(found.isValid()).isTrue();
        assertThat(one.manager.inMemory(id)).isSameAs(found);
        assertThat(one.told).isEmpty();
    }

    @Test
    void aLookUpDuringALogoutFindsNothingAndTellsNobody() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        List<Boolean> found = new ArrayList<>();
        try (Visit visit = one.visit(id)) {
            one.database.before(BURY, () -> found.add(elsewhere(() -> one.find(id) != null)));
            visit.session.invalidate();
        }
        one.pass();
        assertThat(found).containsExactly(false);
        assertThat(one.told).containsExactly("ann");
        assertThat(one.holds(id)).isFalse();
        assertThat(one.find(id)).isNull();
    }

    /** A look asks for the data only when it has seen that there is another state. */
    @Test
    void aSessionThatEndsBetweenTheTwoStatementsOfALookHasEnded() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        try (Visit visit = two.visit(id)) {
            visit.session.setAttribute("who", "bob");
        }
        one.database.before(
                LOOK_AT_DATA,
                () -> doElsewhere(() -> Objects.requireNonNull(two.find(id)).invalidate()));

        assertThat(one.find(id)).isNull();
        assertThat(one.database.neverMet()).isEmpty();
        assertThat(one.holds(id)).isFalse();
        assertThat(two.told).containsExactly("bob");
        assertThat(one.told).isEmpty();
    }

    @Test
    void aLookUpThatHasReadTheRowBeforeALogoutBringsNothingBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String id = session.getIdInternal();
        one.drop(session);
        one.database.after(
                LOOK,
                () -> doElsewhere(() -> Objects.requireNonNull(one.find(id)).invalidate()));

        assertThat(one.find(id)).isNull();
        one.pass();
        assertThat(one.told).containsExactly("ann");
        assertThat(one.holds(id)).isFalse();
    }

    @Test
    void aLookUpOfTheOldIdDuringAChangeOfTheIdTellsNobody() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String old = session.getIdInternal();
        List<Boolean> found = new ArrayList<>();
        String id;
        try (Visit visit = one.visit(old)) {
            one.database.before(LEAVE, () -> found.add(elsewhere(() -> one.find(old) != null)));
            id = one.manager.rotateSessionId(visit.session);
        }
        one.pass();
        two.pass();
        assertThat(found).containsExactly(false);
        assertThat(one.told).isEmpty();
        assertThat(one.find(old)).isNull();
        assertThat(two.find(old)).isNull();
        assertThat(one.find(id)).isSameAs(session);
        assertThat(Objects.requireNonNull(two.find(id)).getAttribute("who")).isEqualTo("ann");
    }

    @Test
    void aLookUpThatHasReadTheRowBeforeTheIdChangedFindsNothingAndTellsNobody() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String old = session.getIdInternal();
        one.drop(session);
        one.database.after(
                LOOK, () -> doElsewhere(() -> one.manager.rotateSessionId(Objects.requireNonNull(one.find(old)))));

        assertThat(one.find(old)).isNull();
        one.pass();
        assertThat(one.told).isEmpty();
        assertThat(one.manager.copies()).singleElement().satisfies(copy -> assertThat(copy.peek("who"))
                .isEqualTo("ann"));
    }

    @Test
    void aCopyOfTheOldIdOnAnotherNodeEndsWithoutAWord() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String old = session.getIdInternal();
        two.visit(old).close();
        one.manager.rotateSessionId(session);
        two.pass();

        assertThat(two.holds(old)).isFalse();
        assertThat(one.told).isEmpty();
        assertThat(two.told).isEmpty();
    }

    // ------------------------------------------------------------------ two threads, two nodes

    @Test
    void aRequestThatMeetsAnEndFromTheConsoleDoesNotSilenceIt() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        one.database.after(
                CLAIM, () -> assertThat(elsewhere(() -> one.find(id) == null)).isTrue());
        assertThat(one.invalidate(id)).isEqualTo(new Invalidation(true, true, true));
        one.pass();
        assertThat(one.told).containsExactly("ann");
    }

    @Test
    void twoRequestsThatMeetATombstoneTellOnce() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        nodes.execute(BY_HAND);
        one.database.after(
                CLAIM, () -> assertThat(elsewhere(() -> one.find(id) == null)).isTrue());
        assertThat(one.find(id)).isNull();
        assertThat(one.told).containsExactly("ann");
    }

    @Test
    void theThreadThatLosesTheClaimDoesNotOvertakeTheOneThatHasWonIt() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        nodes.execute(BY_HAND);
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch overtaken = new CountDownLatch(1);
        List<Future<Boolean>> winner = new ArrayList<>();
        one.database.after(
                LOOK,
                () -> { // nobody has told yet, as far as this thread knows
                    winner.add(begin(() -> {
                        one.database.after(CLAIM, () -> {
                            claimed.countDown();
                            assertThat(overtaken.await(20, TimeUnit.SECONDS)).isTrue();
                        });
                        return one.find(id) == null;
                    }));
                    assertThat(claimed.await(20, TimeUnit.SECONDS)).isTrue();
                });
        assertThat(one.find(id)).isNull();
        overtaken.countDown();
        assertThat(winner.get(0).get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(one.told).containsExactly("ann");
    }

    @Test
    void oneNodeOfThoseThatHaveACopyTellsOfAnEndByHand() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        two.visit(id).close();
        nodes.execute(BY_HAND);
        two.pass();
        one.pass();
        assertThat(two.told).containsExactly("ann");
        assertThat(one.told).isEmpty();
        assertThat(one.holds(id)).isFalse();
        assertThat(two.holds(id)).isFalse();
    }

    @Test
    void aRowThatSomebodyDeletesIsNotWrittenAgainAndOneNodeTells() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        two.visit(id).close();
        try (Visit visit = one.visit(id)) {
            nodes.execute("delete from tomcat_sessions");
            visit.session.setAttribute("late", "yes");
        }
        assertThat(two.find(id)).isNull();
        assertThat(one.store.getSize()).isZero();
        assertThat(one.told).containsExactly("ann");
        assertThat(two.told).isEmpty();
    }

    @Test
    void aRequestThatSpansALogoutOnAnotherNodeBringsNothingBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        try (Visit slow = one.visit(id)) {
            Objects.requireNonNull(two.find(id)).invalidate();
            slow.session.setAttribute("late", "yes");
        }
        assertThat(one.find(id)).isNull();
        assertThat(one.store.getSize()).isZero();
        assertThat(two.told).containsExactly("ann");
        assertThat(one.told).isEmpty();
    }

    /** Where contexts share a cookie path Tomcat gives the id of an ended session to the next one. */
    @Test
    void aRequestThatSpansALogoutBringsNothingIntoTheNextSessionWithThatId() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann", "card", "1234").getIdInternal();
        try (Visit slow = two.visit(id)) {
            Objects.requireNonNull(one.find(id)).invalidate();
            SharedSession next = (SharedSession) one.manager.createSession(id);
            next.access();
            next.setAttribute("who", "bob");
            next.endAccess();
            slow.session.setAttribute("late", "yes");
        }
        SharedSession there = Objects.requireNonNull(two.find(id), "the next one");
        assertThat(Collections.list(there.getAttributeNames())).containsExactly("who");
        assertThat(there.getAttribute("who")).isEqualTo("bob");
        assertThat(one.stored(id, "late")).isNull();
        assertThat(one.told).containsExactly("ann");
        assertThat(two.told).isEmpty();
    }

    @Test
    void twoNodesThatBeginASessionWithTheSameIdAtTheSameTimeShareIt() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        String id = one.manager.createSession(null).getIdInternal();
        SharedSession here = Objects.requireNonNull(one.find(id));
        SharedSession there = (SharedSession) two.manager.createSession(id);
        there.setCreationTime(here.getCreationTimeInternal() + 5);
        for (SharedSession copy : List.of(here, there)) {
            copy.access();
            copy.setAttribute(copy == here ? "here" : "there", "yes");
        }
        here.endAccess();
        there.endAccess();
        here.setAttribute("later", "yes");
        for (SharedTomcat node : List.of(one, two, one)) {
            try (Visit visit = node.visit(id)) {
                assertThat(Collections.list(visit.session.getAttributeNames())).contains("here", "there");
            }
        }
        assertThat(one.find(id)).isSameAs(here);
        assertThat(two.find(id)).isSameAs(there);
        assertThat(there.getAttribute("later")).isEqualTo("yes");
    }

    @Test
    void theEndOfAnotherCopyLeavesTheOneInMemory() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession live = one.newSession("who", "ann");
        String id = live.getIdInternal();
        SharedSession orphan = (SharedSession) Objects.requireNonNull(one.store.load(id));
        one.manager.end(orphan, End.SILENT);

        assertThat(one.manager.inMemory(id)).isSameAs(live);
        assertThat(live.isValid()).isTrue();
        assertThat(one.find(id)).isSameAs(live);
    }

    // ------------------------------------------------------------------ expiry

    @Test
    void aSessionThatWasNeverSavedEndsWhenItsTimeIsUp() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedSession asked = one.newSession("who", "ann");
        SharedSession swept = one.newSession("who", "bob");
        asked.setCreationTime(System.currentTimeMillis() - HOUR);
        swept.setCreationTime(System.currentTimeMillis() - HOUR);

        assertThat(one.find(asked.getIdInternal())).isNull();
        assertThat(one.told).containsExactly("ann");
        one.database.goAway();
        one.pass();
        assertThat(one.told).containsExactly("ann", "bob");
        assertThat(one.manager.copies()).isEmpty();
    }

    @Test
    void aSessionThatIsOverdueHereAndWasUsedElsewhereIsForgottenAndNotEnded() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession idle = one.newSession("who", "ann");
        String id = idle.getIdInternal();
        two.visit(id).close();
        idle.setCreationTime(System.currentTimeMillis() - HOUR);
        one.pass();

        assertThat(one.holds(id)).isFalse();
        assertThat(one.told).isEmpty();
        assertThat(two.find(id)).isNotNull();
        assertThat(one.store.getSize()).isOne();
    }

    @Test
    void aStickySessionWhoseTimeIsUpIsNotServedOnThatItIsNotDueForBackup() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleBackup", "7200"));
        SharedSession idle = one.newSession("who", "ann");
        String id = idle.getIdInternal();
        one.store.save(idle);
        idle.setCreationTime(System.currentTimeMillis() - HOUR);
        nodes.execute("update tomcat_sessions set last_access = last_access - " + HOUR);

        assertThat(one.find(id)).isNull();
        nodes.execute("update tomcat_sessions set reap_after = 0");
        one.pass();
        assertThat(one.told).containsExactly("ann");
    }

    @Test
    void aNewSessionMayHaveTheIdOfARowThatHasExpired() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        SharedSession old = one.newSession("who", "old");
        String id = old.getIdInternal();
        one.drop(old);
        nodes.execute("update tomcat_sessions set last_access = 1, reap_after = 0");
        assertThat(one.find(id)).isNull();
        SharedSession fresh = (SharedSession) one.manager.createSession(id); // as where contexts share a cookie path
        fresh.access();
        fresh.setAttribute("who", "new");
        fresh.endAccess();
        one.pass(); // reaps
        one.pass();

        assertThat(one.told).containsExactly("old");
        assertThat(one.find(id)).isSameAs(fresh);
        assertThat(Objects.requireNonNull(two.find(id)).getAttribute("who")).isEqualTo("new");
    }

    @Test
    void oneNodeOfTwoTellsOfEachSessionThatHasExpired() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        for (int i = 0; i < 120; i++) {
            one.drop(one.newSession("who", "visitor " + i));
        }
        nodes.execute("update tomcat_sessions set last_access = 1, reap_after = 0");
        doElsewhere(one::pass);
        two.pass();
        List<String> told = new ArrayList<>(one.told);
        told.addAll(two.told);
        assertThat(told).hasSize(120).doesNotHaveDuplicates();
    }

    // ------------------------------------------------------------------ while the database is away

    @Test
    void aLogoutWhileTheDatabaseIsAwayIsCarriedOutWhenItIsBack() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STICKY);
        String id = one.newSession("who", "ann").getIdInternal();
        two.visit(id).close();
        two.pass();
        one.database.goAway();
        try (Visit visit = one.visit(id)) {
            visit.session.invalidate();
        }
        assertThat(one.find(id)).isNull();
        one.database.comeBack();
        await("the other node knows", () -> {
            one.pass();
            two.pass();
            return !two.holds(id);
        });
        assertThat(one.find(id)).isNull();
        assertThat(one.told).containsExactly("ann");
        assertThat(two.told).isEmpty();
        assertThat(one.store.getSize()).isZero();
    }

    /** Where contexts share a cookie path Tomcat gives the id again, to a visitor who may be another one. */
    @Test
    void aLogoutWhileTheDatabaseIsAwayHoldsAlthoughTheIdIsGivenAgain() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedTomcat two = nodes.start(STRICT);
        for (boolean back : List.of(false, true)) {
            String id = one.newSession("who", "ann", "card", "1234").getIdInternal();
            two.visit(id).close();
            one.database.goAway();
            Objects.requireNonNull(one.find(id)).invalidate();
            SharedSession fresh = (SharedSession) one.manager.createSession(id);
            fresh.access();
            fresh.setAttribute("who", "bob");
            if (back) {
                one.database.comeBack();
            }
            fresh.endAccess();
            assertThat(one.find(id)).as("what is in memory is served").isSameAs(fresh);
            one.database.comeBack();
            await("it is saved", () -> {
                one.pass();
                return SessionBackup.of(fresh).failure() == null && fresh.isStored();
            });
            one.pass();
            assertThat(one.find(id)).isSameAs(fresh);
            assertThat(fresh.getAttribute("card")).isNull();
            SharedSession there = Objects.requireNonNull(two.find(id), "the new one is there");
            assertThat(there.getAttribute("card")).isNull();
            assertThat(there.getAttribute("who")).isEqualTo("bob");
        }
        assertThat(one.told).containsExactly("ann", "ann");
    }

    @Test
    void aLogoutWhileTheDatabaseIsAwayHoldsAlthoughTheNextSessionOfThatIdIsNeverSaved() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        String id = one.newSession("who", "ann").getIdInternal();
        one.store.save(Objects.requireNonNull(one.find(id)));
        one.database.goAway();
        Objects.requireNonNull(one.find(id)).invalidate();
        SharedSession fresh = (SharedSession) one.manager.createSession(id);
        fresh.setAttribute("who", "bob");
        fresh.invalidate();
        one.database.comeBack();
        await("the tombstone is there", () -> {
            one.pass();
            return nodes.value("select count(*) from tomcat_sessions where valid_session = '1'")
                    .equals("0");
        });
        assertThat(one.find(id)).isNull();
    }

    @Test
    void aLogoutOfLongAgoThatIsWrittenNowIsSeenByTheNextPassOfAnotherNode() throws Exception {
        SharedTomcat two = nodes.start(STICKY);
        SharedSession session = two.newSession("who", "ann");
        String id = session.getIdInternal();
        session.setCreationTime(System.currentTimeMillis() - HOUR);
        session.access();
        session.endAccess();
        two.store.save(session);
        two.pass();

        SwitchedDatabase cutOff = new SwitchedDatabase(nodes.database());
        Endings endings = tenMinutesAgo(cutOff);
        cutOff.goAway();
        endings.bury(id);
        assertThat(endings.isRemembered(id)).isTrue();
        two.pass();
        assertThat(two.holds(id)).isTrue();

        cutOff.comeBack();
        endings.finish();
        assertThat(endings.isRemembered(id)).isFalse();
        two.pass();
        assertThat(two.holds(id)).isFalse();
        assertThat(two.told).isEmpty();
    }

    private Endings tenMinutesAgo(SwitchedDatabase database) {
        SessionTable table = new SessionTable(database::open, TableNames.DOCUMENTED, "tc-9", SchemaMode.VALIDATE);
        String context = nodes.contextName();
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));
        return new Endings(LOG, context, table, new StoreHealth(LOG, context, "saved", clock), clock);
    }

    @Test
    void aThreadWhoseSessionCannotBeReadGetsNoOtherOneInstead() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        one.drop(session);
        one.database.goAway();
        assertThat(one.find(session.getIdInternal())).isNull();
        assertThatThrownBy(() -> one.manager.createSession(null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can't be read at present");
        assertThat(one.manager.createSession(null)).as("for the next visitor").isNotNull();
    }

    @Test
    void whereTheOperatorPrefersItTheVisitorGetsANewSession() throws Exception {
        SharedTomcat one = nodes.start(Map.of("onStoreUnavailable", "newSession"));
        SharedSession session = one.newSession("who", "ann");
        one.drop(session);
        one.database.goAway();
        assertThat(one.find(session.getIdInternal())).isNull();
        assertThat(one.manager.createSession(null)).isNotNull();
    }

    // ------------------------------------------------------------------ Tomcat's own listeners

    @Test
    void tomcatsOwnListenersComeAlongThroughASwapOut() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleSwap", "0", "minIdleSwap", "0"));
        SharedSession session = one.newSession("who", "ann");
        String id = session.getIdInternal();
        List<String> heard = new ArrayList<>();
        session.addSessionListener(event -> heard.add(event.getType()));
        one.pass();
        assertThat(one.holds(id)).isFalse();
        SharedSession back = Objects.requireNonNull(one.find(id));
        assertThat(back).isNotSameAs(session);

        heard.clear();
        back.invalidate();
        assertThat(heard).contains(Session.SESSION_DESTROYED_EVENT);
    }

    @Test
    void tomcatsOwnListenersAreToldOfASessionThatEndsWhileItIsSwappedOut() throws Exception {
        SharedTomcat one = nodes.start(Map.of("coherence", "sticky", "maxIdleSwap", "0", "minIdleSwap", "0"));
        SharedSession session = one.newSession("who", "ann");
        List<String> heard = new ArrayList<>();
        session.addSessionListener(event -> heard.add(event.getType()));
        one.pass();
        heard.clear();
        nodes.execute("update tomcat_sessions set last_access = 1, reap_after = 0");
        one.pass();
        assertThat(one.told).containsExactly("ann");
        assertThat(heard).contains(Session.SESSION_DESTROYED_EVENT);
    }

    @Test
    void singleSignOnDoesNotWaitForASessionThatAnotherRequestUses() throws Exception {
        SharedTomcat one = nodes.start(Map.of("sessionLocking", "node", "sessionLockTimeout", "3"));
        SharedSession ann = one.newSession("who", "ann");
        SharedSession bob = one.newSession("who", "bob");
        String bobs = bob.getIdInternal();
        List<Object> found = new ArrayList<>();
        ann.addSessionListener(onEnd(() -> found.add(one.manager.findSession(bobs))));
        doElsewhere(() -> {
            try (Visit busy = one.visit(bobs)) {
                doElsewhere(() -> {
                    try (Visit visit = one.visit(ann.getIdInternal())) {
                        visit.session.invalidate();
                    }
                });
                assertThat(found).containsExactly(busy.session);
            }
        });
        assertThat(one.told).containsExactly("ann");
    }

    @Test
    void aListenerOfTomcatsThatThrowsKeepsNoOtherSessionFromEnding() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        List<String> ids = new ArrayList<>();
        for (String who : List.of("ann", "bob", "carol")) {
            SharedSession session = one.newSession("who", who);
            session.addSessionListener(onEnd(() -> {
                throw new IllegalStateException("on purpose");
            }));
            ids.add(session.getIdInternal());
        }
        nodes.execute(BY_HAND);
        one.pass();

        assertThat(one.told).containsExactlyInAnyOrder("ann", "bob", "carol");
        for (String id : ids) {
            assertThat(one.find(id)).isNull();
        }
        one.pass();
        assertThat(one.told).hasSize(3);
        assertThat(one.manager.copies()).isEmpty();
    }

    @Test
    void anErrorOfTheApplicationsKeepsNoOtherSessionFromEnding() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        List<String> ids = new ArrayList<>();
        for (String who : List.of("ann", "bob", "carol")) {
            ids.add(one.newSession("who", who, "bad", new Unwilling()).getIdInternal());
        }
        nodes.execute(BY_HAND);
        one.pass();

        assertThat(one.told).containsExactlyInAnyOrder("ann", "bob", "carol");
        assertThat(one.manager.copies()).isEmpty();
        for (String id : ids) {
            assertThat(one.find(id)).isNull();
        }
    }

    /** An attribute that fails when it is unbound, as by an assertion of its application's. */
    private static final class Unwilling implements HttpSessionBindingListener, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            throw new AssertionError("on purpose");
        }
    }

    private static SessionListener onEnd(SwitchedDatabase.Step step) {
        return event -> {
            if (event.getType().equals(Session.SESSION_DESTROYED_EVENT)) {
                try {
                    step.run();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }
}
