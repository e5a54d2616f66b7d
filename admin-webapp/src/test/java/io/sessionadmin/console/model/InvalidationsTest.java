package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.console.model.Invalidations.Start;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.SessionListener;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends many sessions of a context without a store. */
final class InvalidationsTest {

    private static final ContextAddress SHOP = new ContextAddress.Deployed("localhost", "/shop");
    private static final AuditEntry.Actor ADMIN = new AuditEntry.Actor("admin", "127.0.0.1", "tc-1");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Tomcat tomcat = new Tomcat();
    private final StandardManager manager = new StandardManager();
    private final Instant now = Instant.now();
    private final EngineSessions sessions;
    private final AuditTrail audit;
    private final Invalidations invalidations;

    InvalidationsTest(@TempDir Path directory) {
        tomcat.setBaseDir(directory.toString());
        tomcat.getHost();
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        Context shop = tomcat.addContext("/shop", directory.toString());
        manager.setPathname("");
        shop.setManager(manager);
        sessions = new EngineSessions(tomcat.getEngine(), Clock.systemUTC());
        audit = sessions.auditTrail(Duration.ofDays(1));
        invalidations = new Invalidations(sessions, audit, Clock.systemUTC());
    }

    @BeforeEach
    void start() throws LifecycleException {
        tomcat.start();
    }

    @AfterEach
    void stop() throws LifecycleException {
        invalidations.close();
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void aPreviewSaysExactlyWhatWouldEndAndEndsNothing() throws Exception {
        List<StandardSession> live = visits(120);
        Set<Handle> own = Set.of(Handle.of("s7"));

        Preview preview = invalidations.preview(all(), own).orElseThrow();

        assertThat(preview.count()).isEqualTo(119);
        assertThat(preview.own()).isEqualTo(1);
        assertThat(preview.shown()).hasSize(Preview.SHOWN);
        assertThat(preview.needsTypedCount()).isTrue();
        assertThat(live).allMatch(StandardSession::isValid);
        assertThat(trail()).isEmpty();
    }

    @Test
    void aPreviewThatTakesTooLongHasNoNumberAndSaysWhatToDo() throws Exception {
        List<StandardSession> live = visits(250);
        try (var hasty = new Invalidations(sessions, audit, Clock.systemUTC(), Duration.ZERO)) {
            assertThatExceptionOfType(UnfinishedException.class)
                    .isThrownBy(() -> hasty.preview(all(), Set.of()))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.of("start.unfinished", 1L)));
            assertThat(hasty.start(all(), OptionalInt.of(250), "", ADMIN, Set.of()))
                    .isEqualTo(new Start.Refused(Reason.of("start.unfinished", 1L)));
            assertThat(hasty.preview(matching(Map.of("q", Handle.of("s7").hex())), Set.of()))
                    .as("a narrow filter")
                    .map(Preview::count)
                    .contains(1);
        }
        assertThat(live).allMatch(StandardSession::isValid);
        assertThat(trail()).isEmpty();
    }

    @Test
    void whatIsNotAsItWasShownIsShownAgainAndNothingEnds() throws Exception {
        List<StandardSession> live = visits(3);

        Start start = invalidations.start(all(), OptionalInt.of(2), "", ADMIN, Set.of());

        assertThat(start).isInstanceOfSatisfying(Start.Drifted.class, drifted -> assertThat(
                        drifted.now().count())
                .isEqualTo(3));
        assertThat(invalidations.start(all(), OptionalInt.empty(), "", ADMIN, Set.of()))
                .as("a filter without a number")
                .isInstanceOf(Start.Drifted.class);
        assertThat(live).allMatch(StandardSession::isValid);
        assertThat(trail()).isEmpty();
    }

    @Test
    void allEndInBatchesAndTheTrailSaysSoBeforeAndAfter() throws Exception {
        List<StandardSession> live = visits(250);
        List<String> seen = new ArrayList<>();
        live.get(0)
                .addSessionListener(ending(() -> trail().forEach(entry -> seen.add(String.valueOf(entry.outcome())))));

        JobStatus done = run(all(), 250, "closing time");

        assertThat(seen).as("while the first one ended").containsExactly("null");
        assertThat(done.state()).isEqualTo(JobStatus.State.DONE);
        assertThat(done.count(Outcome.ENDED)).isEqualTo(250);
        assertThat(done.results()).hasSize(100);
        assertThat(done.nodes()).singleElement().satisfies(node -> {
            assertThat(node.state()).isEqualTo(NodeResult.State.HERE);
            assertThat(node.ended()).isEqualTo(250);
        });
        assertThat(live).noneMatch(StandardSession::isValid);
        assertThat(trail()).singleElement().satisfies(entry -> {
            assertThat(entry.who()).isEqualTo("admin");
            assertThat(entry.reason()).isEqualTo("closing time");
            assertThat(entry.asked()).isEqualTo(250);
            assertThat(entry.done()).isEqualTo(250);
            assertThat(entry.outcome()).isEqualTo("done");
            assertThat(entry.handles()).hasSize(250);
        });
    }

    @Test
    void whatIsStoppedEndsNoFurtherBatch() throws Exception {
        List<StandardSession> live = visits(250);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        live.get(0).addSessionListener(ending(() -> {
            reached.countDown();
            await(goOn);
        }));
        String job = started(invalidations.start(all(), OptionalInt.of(250), "", ADMIN, Set.of()));
        await(reached);
        assertThat(invalidations.stop(job)).isTrue();
        goOn.countDown();
        invalidations.await(job, PATIENCE);

        JobStatus stopped = invalidations.job(job).orElseThrow();
        assertThat(stopped.state()).isEqualTo(JobStatus.State.STOPPED);
        assertThat(stopped.dealtWith()).isEqualTo(100);
        assertThat(live.stream().filter(StandardSession::isValid)).hasSize(150);
        assertThat(trail()).extracting(AuditEntry::outcome).containsExactly("stopped");
        assertThat(trail()).extracting(AuditEntry::done).containsExactly(100);
    }

    @Test
    void whoComesBackMeanwhileIsNotEndedForBeingIdle() throws Exception {
        List<StandardSession> idle = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            idle.add(visit("idle" + i, now.minusSeconds(600)));
        }
        StandardSession back = visit("in the second batch", now.minusSeconds(600));
        idle.get(0).addSessionListener(ending(back::access));

        JobStatus done = run(matching(Map.of("idleOver", "5m")), 101, "");

        assertThat(done.count(Outcome.ENDED)).isEqualTo(100);
        assertThat(done.count(Outcome.SPARED)).isEqualTo(1);
        assertThat(done.state()).isEqualTo(JobStatus.State.DONE);
        assertThat(idle).noneMatch(StandardSession::isValid);
        assertThat(back.isValid()).isTrue();
    }

    @Test
    void namedSessionsThatAreGoneAreSaidToBe() throws Exception {
        visits(1);
        Selection named = new Selection.Named(SHOP, List.of(Handle.of("s0"), Handle.of("nobody's")));

        Preview preview = invalidations.preview(named, Set.of()).orElseThrow();

        assertThat(preview.count()).isEqualTo(1);
        assertThat(preview.gone()).isEqualTo(1);
        assertThat(invalidations.preview(
                        new Selection.Named(new ContextAddress.Deployed("localhost", "/other"), List.of()), Set.of()))
                .isEmpty();
    }

    @Test
    void theOnlyOneThatIsTheAdministratorsOwnIsRefused() throws Exception {
        StandardSession own = visit("own", now);
        Start start = invalidations.start(
                new Selection.Named(SHOP, List.of(Handle.of("own"))),
                OptionalInt.empty(),
                "",
                ADMIN,
                Set.of(Handle.of("own")));

        assertThat(start).isEqualTo(new Start.Refused(Reason.of("start.ownOnly")));
        assertThat(own.isValid()).isTrue();
    }

    private List<StandardSession> visits(int count) {
        List<StandardSession> live = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            live.add(visit("s" + i, now));
        }
        return live;
    }

    private StandardSession visit(String id, Instant at) {
        var session = new StandardSession(manager);
        session.setNew(false);
        session.setValid(true);
        session.setCreationTime(at.toEpochMilli());
        session.setMaxInactiveInterval(1_800);
        session.setId(id, false);
        return session;
    }

    private JobStatus run(Selection selection, int expected, String reason) {
        String job = started(invalidations.start(selection, OptionalInt.of(expected), reason, ADMIN, Set.of()));
        invalidations.await(job, PATIENCE);
        return invalidations.job(job).orElseThrow();
    }

    private static String started(Start start) {
        assertThat(start).isInstanceOf(Start.Started.class);
        return ((Start.Started) start).job();
    }

    private static Selection all() throws BadParameterException {
        return matching(Map.of());
    }

    private static Selection matching(Map<String, String> conditions) throws BadParameterException {
        Map<String, String[]> parameters = new HashMap<>();
        conditions.forEach((name, value) -> parameters.put(name, new String[] {value}));
        return new Selection.Matching(new SessionScope.OneContext(SHOP), SessionFilter.parse(parameters, Set.of()));
    }

    private List<AuditEntry> trail() {
        return audit.page(AuditTable.Query.ALL, null, 10).entries();
    }

    private static SessionListener ending(Runnable then) {
        return event -> {
            if (event.getType().equals(Session.SESSION_DESTROYED_EVENT)) {
                then.run();
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
