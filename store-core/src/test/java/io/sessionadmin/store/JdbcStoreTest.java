package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.table.Postgres;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JdbcStoreTest {

    private static final long MINUTE = 60_000;

    private String url;
    private DataSource database;
    private final List<EmbeddedTomcat> started = new ArrayList<>();

    @BeforeEach
    void aFreshSchema() throws Exception {
        url = Postgres.freshUrl();
        var source = new org.postgresql.ds.PGSimpleDataSource();
        source.setUrl(url);
        database = source;
    }

    @AfterEach
    void stopAll() throws Exception {
        for (EmbeddedTomcat tomcat : started) {
            tomcat.close();
        }
    }

    @Test
    void aSavedSessionComesBackWithItsAttributesAndTimes() throws Exception {
        EmbeddedTomcat one = tomcat();
        StandardSession session = one.newSession();
        session.setAttribute("cart", new ArrayList<>(List.of("book", "pen")));
        session.setMaxInactiveInterval(77);
        one.store.save(session);

        StandardSession loaded = loaded(tomcat(), session);
        assertThat(loaded.getAttribute("cart")).isEqualTo(List.of("book", "pen"));
        assertThat(loaded.getMaxInactiveInterval()).isEqualTo(77);
        assertThat(loaded.getCreationTimeInternal()).isEqualTo(session.getCreationTimeInternal());
        assertThat(loaded.getThisAccessedTimeInternal()).isEqualTo(session.getThisAccessedTimeInternal());
    }

    @Test
    void aSessionIsSavedNowUnlessTheRowHasItsLastAccess() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        session.setAttribute("cart", "book");
        String id = session.getIdInternal();

        assertThat(tomcat.store.backUp(id)).isInstanceOf(BackupResult.Saved.class);
        assertThat(tomcat.store.backUp(id)).isEqualTo(new BackupResult.NothingToSave());
        assertThat(tomcat.store.backUp("nobodys")).isEqualTo(new BackupResult.NotLive());
    }

    @Test
    void whatAnApplicationsWriteObjectSaysIsNotRepeated() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        session.setAttribute("card", new Poison(new java.io.NotSerializableException("4111 1111 1111 1111")));
        tomcat.store.save(session);

        assertThat(SessionBackup.of(session).leftOut())
                .containsExactly("card: not serialisable: as its writeObject says");
    }

    @Test
    void theStreamIsTheOneThatTomcatWrites() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        session.setAttribute("text", "hello");
        session.setAttribute("number", 42);
        session.setAttribute("list", new ArrayList<>(List.of("a", "b")));
        session.setAuthType("FORM");

        var tomcats = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(tomcats)) {
            session.writeObjectData(out);
        }
        assertThat(new SessionCodec(tomcat.manager)
                        .encode(session, session.getIdInternal())
                        .data())
                .isEqualTo(tomcats.toByteArray());
    }

    @Test
    void whatIsNotSerialisableIsLeftOutAndStaysInMemory() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        Object connection = new Object();
        Object deep = new ArrayList<>(List.of("a", new Object()));
        session.setAttribute("connection", connection);
        session.setAttribute("deep", deep);
        session.setAttribute("cart", "book");
        tomcat.store.save(session);

        assertThat(session.getAttribute("connection")).isSameAs(connection);
        assertThat(session.getAttribute("deep")).isSameAs(deep);
        assertThat(SessionBackup.of(session).leftOut())
                .containsExactlyInAnyOrder(
                        "connection: not serialisable: java.lang.Object", "deep: not serialisable: java.lang.Object");
        StandardSession loaded = loaded(tomcat, session);
        assertThat(loaded.getAttribute("cart")).isEqualTo("book");
        assertThat(loaded.getAttribute("deep")).isNull();
    }

    @Test
    void aWriteObjectThatThrowsLeavesTheOldRowAndIsTriedAgain() throws Exception {
        for (Throwable thrown :
                List.of(new InvalidObjectException("x"), new IllegalStateException("x"), new StackOverflowError("x"))) {
            EmbeddedTomcat tomcat = tomcat();
            StandardSession session = tomcat.newSession();
            session.setAttribute("cart", "book");
            tomcat.store.save(session);
            String row = row();

            session.setAttribute("poison", new Poison(thrown));
            assertThatThrownBy(() -> tomcat.store.save(session))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("poison")
                    .hasMessageContaining(thrown.getClass().getName());
            assertThat(row()).isEqualTo(row);
            assertThat(SessionBackup.of(session).failure()).isNotNull();
            assertThat(tomcat.holds(session)).isTrue();

            session.removeAttribute("poison");
            session.setAttribute("cart", "two books");
            tomcat.backgroundPass();
            assertThat(SessionBackup.of(session).failure()).isNull();
            assertThat(loaded(tomcat, session).getAttribute("cart")).isEqualTo("two books");
        }
    }

    @Test
    void aReadObjectThatThrowsIsAnIOExceptionAndStopsNoSweep() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession poisoned = tomcat.newSession();
        poisoned.setAttribute("trap", new Trap());
        StandardSession other = tomcat.newSession();
        tomcat.store.save(poisoned);
        tomcat.store.save(other);
        tomcat.manager.removeSuper(poisoned);
        tomcat.manager.removeSuper(other);

        assertThatThrownBy(() -> tomcat.store.load(poisoned.getIdInternal()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("java.lang.AssertionError");
        assertThat(tomcat.store.getSize()).isEqualTo(2);

        Postgres.execute(database, "update tomcat_sessions set last_access = 1, reap_after = 0");
        tomcat.backgroundPass();
        assertThat(tomcat.store.getSize()).isZero();
    }

    @Test
    void garbageInARowIsAnIOExceptionAndTheRowStays() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        session.setAttribute("cart", "book");
        tomcat.store.save(session);
        for (String data : List.of("'garbage'", "''", "null", "substring(session_data for 80)")) {
            Postgres.execute(database, "update tomcat_sessions set session_data = " + data);
            assertThatThrownBy(() -> tomcat.store.load(session.getIdInternal())).isInstanceOf(IOException.class);
            assertThat(tomcat.store.getSize()).isOne();
            tomcat.store.save(session);
        }
    }

    @Test
    void aRowWithAnotherSessionsStreamIsNotServed() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession mine = tomcat.newSession();
        StandardSession theirs = tomcat.newSession();
        tomcat.store.save(mine);
        tomcat.store.save(theirs);
        Postgres.execute(database, """
                update tomcat_sessions set session_data = (select max(session_data) from tomcat_sessions)""");

        List<Boolean> served = new ArrayList<>();
        for (StandardSession session : List.of(mine, theirs)) {
            try {
                served.add(tomcat.store.load(session.getIdInternal()) != null);
            } catch (IOException e) {
                served.add(false);
            }
        }
        assertThat(served).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aHostileIdCostsNoQuery() throws Exception {
        tomcat(); // makes the table
        EmbeddedTomcat tomcat = tomcat(Map.of());
        Postgres.execute(database, "drop table tomcat_sessions"); // a query would throw
        for (String id : List.of("x".repeat(10_000), "a\u0000b", "a'b", "a\"b", "", "a b", "a;b", "<a>", "\u00e9")) {
            assertThat(tomcat.store.load(id)).isNull();
        }
        assertThatThrownBy(() -> tomcat.store.load("ABC.tc-1")).isInstanceOf(IOException.class);
    }

    @Test
    void anExpiredSessionTellsItsListenersOnce() throws Exception {
        AtomicInteger destroyed = new AtomicInteger();
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        for (EmbeddedTomcat tomcat : List.of(one, two)) {
            tomcat.context.addApplicationLifecycleListener(new HttpSessionListener() {
                @Override
                public void sessionDestroyed(HttpSessionEvent event) {
                    if (event.getSession().getAttribute("cart") != null) {
                        destroyed.incrementAndGet();
                    }
                }
            });
        }
        for (int i = 0; i < 250; i++) {
            StandardSession session = one.newSession();
            session.setAttribute("cart", "book");
            one.store.save(session);
            one.manager.removeSuper(session);
        }
        Postgres.execute(database, "update tomcat_sessions set last_access = 1, reap_after = 0");
        one.backgroundPass();
        two.backgroundPass();
        assertThat(destroyed).hasValue(250);
        assertThat(one.store.getSize()).isZero();
    }

    @Test
    void anOldRowOfASessionInMemoryDoesNotEndIt() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        tomcat.store.save(session);
        Postgres.execute(database, "update tomcat_sessions set last_access = 1, reap_after = 0");
        tomcat.store.processExpires();

        assertThat(tomcat.holds(session)).isTrue();
        assertThat(tomcat.store.getSize()).isOne();
    }

    @Test
    void anInvalidatedSessionEndsOnTheOtherNodeAndDoesNotComeBack() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession session = one.newSession();
        session.setAttribute("cart", "book");
        one.store.save(session);
        StandardSession copy = (StandardSession) two.manager.findSession(session.getIdInternal());
        assertThat(copy).isNotNull();

        assertThat(one.invalidate(session.getIdInternal())).isEqualTo(new Invalidation(true, true, true));
        assertThat(one.holds(session)).isFalse();

        two.backgroundPass();
        assertThat(two.holds(copy)).isFalse();
        assertThat(two.store.load(session.getIdInternal())).isNull();
        assertThat(one.store.getSize()).isZero();
    }

    @Test
    void anInvalidatedSessionEndsOnTheOtherNodeAtOnce() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession session = one.newSession();
        one.store.save(session);
        StandardSession copy = (StandardSession) two.manager.findSession(session.getIdInternal());

        one.invalidate(session.getIdInternal());
        awaitEnd(two, copy); // no background pass runs here
    }

    @Test
    void whatWasSaidWhileTheListenerWasCutOffIsFoundWhenItIsBack() throws Exception {
        EmbeddedTomcat one = tomcat();
        StandardSession session = one.newSession();
        one.store.save(session);
        String id = session.getIdInternal();
        String listeners = "from pg_stat_activity where query like 'listen %' or application_name like '%listener'";
        Postgres.execute(
                database,
                "update tomcat_sessions set valid_session = '0', session_data = ''; select pg_terminate_backend(pid) "
                        + listeners);
        awaitEnd(one, session);
        assertThat(one.store.load(id)).isNull();
    }

    private static void awaitEnd(EmbeddedTomcat tomcat, StandardSession session) {
        String id = session.getIdInternal();
        long end = System.nanoTime() + 30_000_000_000L;
        while (tomcat.manager.isLoaded(id) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(tomcat.manager.isLoaded(id)).as("still in memory").isFalse();
    }

    @Test
    void aBackupOfAnInvalidatedSessionEndsTheCopy() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession session = one.newSession();
        one.store.save(session);
        StandardSession copy = (StandardSession) two.manager.findSession(session.getIdInternal());
        one.invalidate(session.getIdInternal());

        two.store.save(copy);
        assertThat(two.holds(copy)).isFalse();
        assertThat(one.store.getSize()).isZero();
    }

    @Test
    void aSessionThatEndsWhileItIsWrittenIsNoFailedSave() throws Exception {
        EmbeddedTomcat tomcat = tomcat();
        StandardSession session = tomcat.newSession();
        session.setAttribute("ending", new Ending());
        Ending.meanwhile = session::expire;

        tomcat.store.save(session);

        assertThat(tomcat.holds(session)).isFalse();
        assertThat(tomcat.store.getSize()).isZero();
    }

    private static final class Ending implements Serializable {

        private static final long serialVersionUID = 1L;
        private static Runnable meanwhile = () -> {};

        private void writeObject(ObjectOutputStream out) {
            meanwhile.run();
            throw new IllegalStateException();
        }
    }

    @Test
    void theListenersOfAStoredSessionAreToldWhenItIsInvalidated() throws Exception {
        List<Object> ended = new ArrayList<>();
        EmbeddedTomcat tomcat = tomcat();
        tomcat.context.addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                ended.add(event.getSession().getAttribute("cart"));
            }
        });
        StandardSession session = tomcat.newSession();
        session.setAttribute("cart", "book");
        tomcat.store.save(session);
        tomcat.manager.removeSuper(session);

        assertThat(tomcat.invalidate(session.getIdInternal())).isEqualTo(new Invalidation(true, true, false));
        assertThat(ended).containsExactly("book");
    }

    @Test
    void anOlderCopyGivesWayToTheRowOfAnotherNode() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession old = one.newSession();
        old.setAttribute("cart", "old");
        one.store.save(old);
        StandardSession newer = (StandardSession) two.manager.findSession(old.getIdInternal());
        newer.setAttribute("cart", "new");
        two.store.save(newer);
        old.setCreationTime(System.currentTimeMillis() - MINUTE); // sets the times of access, too
        Postgres.execute(database, "update tomcat_sessions set last_access = last_access + " + MINUTE);

        one.store.save(old);
        assertThat(one.holds(old)).isFalse();
    }

    @Test
    void aSessionInSteadyUseIsNotReapedByAnotherNode() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        one.manager.setMaxIdleBackup(60); // never idle for so long
        StandardSession session = one.newSession();
        session.setMaxInactiveInterval(100);
        session.setCreationTime(System.currentTimeMillis() - 2 * MINUTE);
        one.store.save(session); // two minutes ago
        session.access();
        session.endAccess();
        one.backgroundPass();
        two.backgroundPass();

        assertThat(one.store.getSize()).isOne();
        assertThat(two.store.load(session.getIdInternal())).isNotNull();
    }

    @Test
    void aRowThatLooksExpiredIsLeftToTheSweep() throws Exception {
        EmbeddedTomcat one = tomcat();
        StandardSession session = one.newSession();
        one.store.save(session);
        Postgres.execute(database, "update tomcat_sessions set last_access = 1");

        assertThat(tomcat().manager.findSession(session.getIdInternal())).isNull();
        assertThat(one.store.getSize()).isOne();
    }

    @Test
    void anIdleCopyThatExpiresLeavesTheSessionInUseOnAnotherNode() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession idle = one.newSession();
        one.store.save(idle);
        StandardSession used = (StandardSession) two.manager.findSession(idle.getIdInternal());
        two.store.save(used);
        Postgres.execute(database, "update tomcat_sessions set last_access = last_access + " + MINUTE);
        idle.setMaxInactiveInterval(1);
        idle.setCreationTime(System.currentTimeMillis() - MINUTE);
        assertThat(idle.isValid()).isFalse();

        one.backgroundPass();
        two.backgroundPass();
        assertThat(two.holds(used)).isTrue();
        assertThat(two.store.getSize()).isOne();
    }

    @Test
    void aLogoutOnOneNodeIsNotUndoneByTheStopOfAnother() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession stale = one.newSession();
        one.store.save(stale);
        StandardSession session = (StandardSession) two.manager.findSession(stale.getIdInternal());
        session.invalidate();
        one.manager.unload();

        assertThat(two.store.load(stale.getIdInternal() == null ? "GONE" : stale.getIdInternal()))
                .isNull();
        assertThat(two.store.getSize()).isZero();
    }

    @Test
    void anOldIdIsDeadEverywhereAfterItHasChanged() throws Exception {
        EmbeddedTomcat one = tomcat();
        EmbeddedTomcat two = tomcat();
        StandardSession session = one.newSession();
        one.store.save(session);
        String oldId = session.getIdInternal();
        StandardSession copy = (StandardSession) two.manager.findSession(oldId);
        one.manager.rotateSessionId(session);
        two.store.save(copy);

        assertThat(two.store.load(oldId)).isNull();
        assertThat(two.holds(copy)).isFalse();
        one.store.save(session);
        assertThat(two.store.load(session.getIdInternal())).isNotNull();
    }

    @Test
    void oneBadSessionDoesNotKeepAStopFromSavingTheOthers() throws Exception {
        EmbeddedTomcat one = tomcat();
        for (int i = 0; i < 20; i++) {
            StandardSession session = one.newSession();
            if (i == 5) {
                session.setPrincipal(new java.security.Principal() {
                    @Override
                    public String getName() {
                        throw new NoClassDefFoundError("on purpose");
                    }
                });
            }
        }
        one.manager.unload();
        assertThat(one.store.getSize()).isGreaterThanOrEqualTo(19);
    }

    @Test
    void aTableIsMadeAtFirstContactWhenPostgresqlWasAwayAtTheStart() throws Exception {
        var table = new io.sessionadmin.table.SessionTable(
                database::getConnection,
                io.sessionadmin.table.TableNames.DOCUMENTED,
                "tc-1",
                io.sessionadmin.table.SchemaMode.CREATE);
        assertThat(table.size("/Catalina/localhost/shop")).isZero();
        assertThat(table.load(new io.sessionadmin.table.SessionKey("/Catalina/localhost/shop", "A1")))
                .isEmpty();
    }

    @Test
    void attributesThatAreUnknownOrContradictEachOtherFailTheStart() {
        assertRefused(
                Map.of("maxPoolSize", "5"), "<Store maxPoolSize=\"5\">: there is no such attribute", "maximumPoolSize");
        assertRefused(Map.of("conectionPassword", "SECRET"), "<Store conectionPassword=\"...\">");
        assertRefused(Map.of("dataSourceName", "jdbc/x"), "use one of the two");
        assertRefused(Map.of("connectionURL", ""), "neither connectionURL nor dataSourceName");
        assertRefused(Map.of("connectionURL", "jdbc:mysql://localhost/x?password=SECRET"), "jdbc:postgresql:");
        assertRefused(Map.of("maximumPoolSize", "many"), "<Store maximumPoolSize=\"many\">");
        assertRefused(Map.of("maximumPoolSize", "0"), "<Store maximumPoolSize=\"0\">");
        assertRefused(Map.of("driverName", "org.gone.Driver"), "<Store driverName=\"org.gone.Driver\">", "lib");
        assertRefused(Map.of("sessionTable", "a\"b"), "<Store sessionTable=\"a\"b\">");
        assertRefused(Map.of("schema", "drop"), "<Store schema=\"drop\">: use one of validate, create, upgrade, none");
        assertRefused(
                Map.of("consoleURL", "jdbc:mysql://user:secret@db/x?password=secret"),
                "<Store consoleURL=\"jdbc:mysql://db/x\">");
        assertRefused(Map.of("localDataSource", "yes"), "<Store localDataSource=\"yes\">: use true or false");
        assertRefused(Map.of("schema", "validate"), "there is no table tomcat_sessions", "schema=\"create\"");
        assertRefused(
                Map.of("connectionURL", "", "dataSourceName", "jdbc/none"),
                "<Store dataSourceName=\"jdbc/none\" localDataSource=\"false\">: no such resource",
                "GlobalNamingResources");
    }

    @Test
    void theConsoleReadsTheReplicaAndCannotWriteThere() throws Exception {
        String replicaUrl = Postgres.freshUrl();
        EmbeddedTomcat other = tomcat(Map.of("connectionURL", replicaUrl, "schema", "create"));
        other.store.save(other.newSession());
        EmbeddedTomcat tomcat = tomcat(Map.of("consoleURL", replicaUrl, "schema", "create"));
        tomcat.store.save(tomcat.newSession());
        tomcat.store.save(tomcat.newSession());

        assertThat(tomcat.store.getSize()).isEqualTo(2);
        assertThat(tomcat.store.catalog().orElseThrow().page("/Catalina/localhost/shop", null, 10))
                .as("of the replica")
                .hasSize(1);
        assertThat(tomcat.store.replica().orElseThrow())
                .startsWith("jdbc:postgresql://")
                .doesNotContain("?");
        assertThat(other.store.replica()).isEmpty();
    }

    @Test
    void aReplicaThatIsAwayKeepsNobodyFromSaving() throws Exception {
        EmbeddedTomcat tomcat = tomcat(Map.of("consoleURL", "jdbc:postgresql://127.0.0.1:1/none", "schema", "create"));
        tomcat.store.save(tomcat.newSession());

        assertThat(tomcat.store.getSize()).isEqualTo(1);
        assertThat(tomcat.store.failure()).isEmpty();
        assertThatThrownBy(() -> tomcat.store.catalog().orElseThrow().contexts())
                .isInstanceOf(io.sessionadmin.table.StoreUnavailableException.class);
    }

    @Test
    void aWrongPasswordOrADatabaseThatIsAwayDoesNotFailTheStart() throws Exception {
        EmbeddedTomcat away = tomcat(Map.of("connectionURL", "jdbc:postgresql://127.0.0.1:1/none"));
        assertThat(away.store.failure())
                .hasValueSatisfying(failure -> assertThat(failure.reason()).contains("refused"));

        StandardSession session = away.newSession();
        assertThatThrownBy(() -> away.store.save(session)).isInstanceOf(IOException.class);
        assertThat(away.holds(session)).isTrue();
        assertThat(SessionBackup.of(session).state(1, 2, null)).isEqualTo(SessionBackup.State.FAILING);
    }

    @Test
    void anIdleContextNoticesThatTheTableIsBack() throws Exception {
        tomcat(); // makes the table
        EmbeddedTomcat idle = tomcat(Map.of());
        // Not the table: the other context would make it again.
        Postgres.execute(database, "alter table tomcat_sessions rename column session_data to elsewhere");
        idle.backgroundPass();
        assertThat(idle.store.failure()).isPresent();

        Postgres.execute(database, "alter table tomcat_sessions rename column elsewhere to session_data");
        idle.backgroundPass();
        assertThat(idle.store.failure()).isEmpty();
    }

    @Test
    void withSchemaNoneTheTableIsNotLookedAtBeforeItIsUsed() throws Exception {
        EmbeddedTomcat blind = tomcat(Map.of("schema", "none"));
        StandardSession session = blind.newSession();
        assertThatThrownBy(() -> blind.store.save(session)).hasMessageContaining("there is no table tomcat_sessions");
        tomcat(); // makes it
        blind.store.save(session);
        assertThat(blind.store.getSize()).isOne();
    }

    @Test
    void theClassFilterHoldsForDynamicProxies() throws Exception {
        EmbeddedTomcat writer = tomcat();
        StandardSession session = writer.newSession();
        Object proxy = java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Runnable.class}, new Trace());
        session.setAttribute("proxy", new ArrayList<>(List.of(proxy)));
        writer.store.save(session);
        assertThat(writer.store.load(session.getIdInternal())).isNotNull();

        String allowed = "java\\.(lang\\.(Integer|Long|Number|Boolean|String)|util\\.ArrayList)|.*Trace";
        EmbeddedTomcat strict = tomcat(Map.of(), manager -> manager.setSessionAttributeValueClassNameFilter(allowed));
        assertThatThrownBy(() -> strict.store.load(session.getIdInternal()))
                .hasMessageContaining("sessionAttributeValueClassNameFilter");
    }

    /** Throws what it is told to when it is saved. */
    private static final class Poison implements Serializable {
        private static final long serialVersionUID = 1L;
        private final transient Throwable thrown;

        Poison(Throwable thrown) {
            this.thrown = thrown;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (thrown instanceof IOException e) {
                throw e;
            }
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            throw (Error) thrown;
        }
    }

    /** Throws an Error when it is read. */
    private static final class Trap implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) {
            throw new AssertionError("a trap");
        }
    }

    private static final class Trace implements java.lang.reflect.InvocationHandler, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            return "";
        }
    }

    private static StandardSession loaded(EmbeddedTomcat tomcat, StandardSession session) throws IOException {
        return (StandardSession) Objects.requireNonNull(tomcat.store.load(session.getIdInternal()));
    }

    private String row() throws Exception {
        return Postgres.value(
                database, "select string_agg(tomcat_sessions::text, ';' order by session_id) from tomcat_sessions");
    }

    private void assertRefused(Map<String, String> changed, String... words) {
        assertThatThrownBy(() -> {
                    EmbeddedTomcat tomcat = tomcat(changed);
                    tomcat.manager.start(); // Tomcat logs what a context's manager throws; ask it again
                })
                .hasMessageContainingAll(words)
                .message()
                .doesNotContain("SECRET", "\n");
    }

    private EmbeddedTomcat tomcat() throws Exception {
        return tomcat(Map.of("schema", "create"));
    }

    private EmbeddedTomcat tomcat(Map<String, String> changed) throws Exception {
        return tomcat(changed, manager -> {});
    }

    private EmbeddedTomcat tomcat(Map<String, String> changed, java.util.function.Consumer<PersistentManager> more)
            throws Exception {
        Map<String, String> attributes = new java.util.TreeMap<>(Map.of(
                "connectionURL", url,
                "sessionTable", "tomcat_sessions",
                "sessionAppCol", "app_name",
                "sessionIdCol", "session_id",
                "sessionDataCol", "session_data",
                "sessionValidCol", "valid_session",
                "sessionMaxInactiveCol", "max_inactive",
                "sessionLastAccessedCol", "last_access"));
        attributes.putAll(changed);
        EmbeddedTomcat tomcat = new EmbeddedTomcat("/shop", attributes, more);
        started.add(tomcat);
        return tomcat;
    }
}
