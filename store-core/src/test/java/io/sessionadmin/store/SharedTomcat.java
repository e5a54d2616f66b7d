package io.sessionadmin.store;

import io.sessionadmin.store.SwitchedDatabase.Step;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.naming.factory.ResourceLinkFactory;
import org.apache.tomcat.util.IntrospectionUtils;
import org.jspecify.annotations.Nullable;

/**
 * A Tomcat in this JVM, without a connector: one context with SharedPersistentManager and JdbcStore, and a way of its own
 * to the database. Nothing is heard of other nodes but by a background pass, and tests say when one runs.
 */
final class SharedTomcat implements AutoCloseable {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    final Tomcat tomcat = new Tomcat();
    final SwitchedDatabase database;
    final StandardContext context;
    final SharedPersistentManager manager = new SharedPersistentManager();
    final JdbcStore store = new JdbcStore();

    /** The attribute {@code who} of each session whose listeners this node has told of the end. */
    final List<String> told = new CopyOnWriteArrayList<>();

    /**
     * Starts it.
     *
     * @param attributes of the manager, set as Tomcat's digester sets them
     */
    SharedTomcat(String node, DataSource real, Map<String, String> attributes) throws IOException, LifecycleException {
        database = new SwitchedDatabase(real);
        Path base = Files.createTempDirectory("embedded");
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina");
        tomcat.enableNaming();
        tomcat.getServer().getGlobalNamingResources().addResource(database.resource());
        context = (StandardContext) tomcat.addContext("/shop", base.toString());
        configure(manager, store, database, node, attributes);
        context.setManager(manager);
        context.addApplicationLifecycleListener(new Recorder());
        context.setBackgroundProcessorDelay(-1);
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        tomcat.start();
    }

    static void configure(
            SharedPersistentManager manager,
            JdbcStore store,
            SwitchedDatabase database,
            String node,
            Map<String, String> attributes) {
        Map<String, String> ofStore = new TreeMap<>(Map.of(
                "dataSourceName", database.resource().getName(),
                "schema", "create",
                "sessionTable", "tomcat_sessions",
                "sessionAppCol", "app_name",
                "sessionIdCol", "session_id",
                "sessionDataCol", "session_data",
                "sessionValidCol", "valid_session",
                "sessionMaxInactiveCol", "max_inactive",
                "sessionLastAccessedCol", "last_access"));
        ofStore.forEach((name, value) -> IntrospectionUtils.setProperty(store, name, value));
        Map<String, String> ofManager = new TreeMap<>(Map.of("node", node, "processExpiresFrequency", "1"));
        ofManager.putAll(attributes);
        ofManager.forEach((name, value) -> IntrospectionUtils.setProperty(manager, name, value));
        manager.setStore(store);
    }

    private final class Recorder implements HttpSessionListener {
        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            told.add(String.valueOf(event.getSession().getAttribute("who")));
        }
    }

    // ------------------------------------------------------------------ visitors

    /** A request with a new session. */
    Visit firstVisit() {
        RequestScope scope = new RequestScope(new Request(null));
        RequestScope outer = scope.enter();
        return new Visit(scope, outer, (SharedSession) manager.createSession(null));
    }

    /** A request that gets the session of this id, which has to be there. */
    Visit visit(String id) throws IOException {
        RequestScope scope = new RequestScope(new Request(null));
        RequestScope outer = scope.enter();
        return new Visit(scope, outer, Objects.requireNonNull(find(id), "there is no such session"));
    }

    /** One use of a session, as the host's valve and Tomcat's adapter take it through. */
    static final class Visit implements AutoCloseable {

        private final RequestScope scope;
        private final @Nullable RequestScope outer;
        final SharedSession session;

        private Visit(RequestScope scope, @Nullable RequestScope outer, SharedSession session) {
            this.scope = scope;
            this.outer = outer;
            this.session = session;
            session.access();
        }

        /** The client gets what there is of the response. */
        void flush() {
            scope.run();
        }

        @Override
        public void close() {
            scope.end();
            RequestScope.leave(outer);
            session.endAccess();
        }
    }

    /** A session with these attributes, names and values in turn, which was used by one request. */
    SharedSession newSession(Object... attributes) {
        try (Visit visit = firstVisit()) {
            for (int i = 0; i < attributes.length; i += 2) {
                visit.session.setAttribute((String) attributes[i], attributes[i + 1]);
            }
            return visit.session;
        }
    }

    @Nullable
    SharedSession find(String id) throws IOException {
        return (SharedSession) manager.findSession(id);
    }

    // ------------------------------------------------------------------ what is where

    /** What Tomcat's background thread does. */
    void pass() {
        manager.processExpires();
    }

    boolean holds(String id) {
        return manager.inMemory(id) != null;
    }

    /** Out of this node's memory, as a swap-out does it. */
    void drop(SharedSession session) {
        manager.removeSuper(session);
    }

    /** Ends one session from outside. */
    Invalidation invalidate(String id) throws IOException {
        return Objects.requireNonNull(store.invalidate(List.of(id)).get(id));
    }

    /** An attribute as the table has it. */
    @Nullable
    Object stored(String id, String attribute) throws IOException {
        SharedSession session = (SharedSession) Objects.requireNonNull(store.load(id), "there is no row");
        return session.peek(attribute);
    }

    SessionBackup.State state(SharedSession session) {
        return SessionBackup.of(session).state(session.getThisAccessedTimeInternal(), System.currentTimeMillis(), null);
    }

    // ------------------------------------------------------------------ in between

    /** Does something on another thread, and waits for its end. */
    static <T> T elsewhere(Callable<T> work) throws Exception {
        return begin(work).get(PATIENCE, TimeUnit.NANOSECONDS);
    }

    /** Begins something on another thread. */
    static <T> Future<T> begin(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "elsewhere");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    static void doElsewhere(Step step) throws Exception {
        elsewhere(() -> {
            step.run();
            return true;
        });
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Of this context, as at an undeployment. */
    void stopContext() throws LifecycleException {
        useOwnNaming();
        context.stop();
    }

    void startContext() throws LifecycleException {
        useOwnNaming();
        context.start();
    }

    /** Tomcat expects one server in a JVM: the last one to start. */
    private void useOwnNaming() {
        ResourceLinkFactory.setGlobalContext(tomcat.getServer().getGlobalNamingContext());
    }

    @Override
    public void close() throws LifecycleException {
        database.comeBack();
        useOwnNaming();
        tomcat.stop();
        tomcat.destroy();
    }
}
