package io.sessionadmin.testbed.bench;

import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.testbed.Await;
import io.sessionadmin.testbed.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;

/**
 * SharedPersistentManager in strict mode. What is timed is what a request waits for: the look-up at its begin, and the end
 * of its use of the session. A second manager, of the same sessions, loads what it has never seen.
 */
final class SharedContender implements Contender {

    /** Seconds; accesses are then written when the row is a second late, each one in this benchmark. */
    private static final String LEAST_TOUCH_INTERVAL = "3";

    private static final String PATH = "/shared";

    private final EmbeddedTomcat tomcat;
    private final EmbeddedTomcat second;
    private final StandardContext context;
    private final StandardContext elsewhere;
    private final SharedPersistentManager manager;
    private final SharedPersistentManager other;
    private final TestDatabase database;
    private final String table;
    private final AtomicInteger accesses = new AtomicInteger();
    private volatile long began;

    SharedContender(EmbeddedTomcat tomcat, TestDatabase database, String table) throws Exception {
        this.tomcat = tomcat;
        manager = manager(database, table, "a");
        context = tomcat.add(PATH, manager);
        second = new EmbeddedTomcat();
        other = manager(database, table, "b");
        elsewhere = second.add(PATH, other);
        this.database = database;
        this.table = table;
    }

    private static SharedPersistentManager manager(TestDatabase database, String table, String node) {
        SharedPersistentManager manager = JdbcStores.shared(database, table, "strict");
        manager.setProperty("touchInterval", LEAST_TOUCH_INTERVAL);
        manager.setProperty("node", node);
        return manager;
    }

    @Override
    public String name() {
        return "JdbcStore, strict";
    }

    @Override
    public boolean does(Operation operation) {
        return true;
    }

    @Override
    public long stored() throws Exception {
        return manager.getStore().getSize();
    }

    @Override
    public Client client(Payload payload) {
        return new Visitor(payload, (StandardSession) manager.createSession(null));
    }

    /** Until the accesses are written. */
    @Override
    public void settle() {
        int expected = accesses.getAndSet(0);
        if (expected > 0) {
            Await.until("all accesses are written", Duration.ofSeconds(10), () -> accessedSince(began) >= expected);
        }
    }

    private long accessedSince(long millis) {
        return database.count(table + " where last_access >= ?", millis);
    }

    /** On the clock of the database, which rows are on, too; milliseconds since 1970-01-01 UTC. */
    private long now() {
        return Long.parseLong(
                String.valueOf(database.query("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint")));
    }

    @Override
    public void close() throws LifecycleException {
        second.remove(elsewhere);
        second.close();
        tomcat.remove(context);
    }

    private final class Visitor implements Client {

        private final Payload payload;
        private final StandardSession session;
        private final String id;

        Visitor(Payload payload, StandardSession session) {
            this.payload = payload;
            this.session = session;
            this.id = session.getIdInternal();
        }

        @Override
        public Step prepare(Operation operation) throws Exception {
            switch (operation) {
                case LOOK -> {
                    return () -> TomcatContender.found(manager.findSession(id));
                }
                case LOAD -> {
                    return () -> TomcatContender.found(other.findSession(id));
                }
                case REMOVE -> {
                    return () -> session.expire(true);
                }
                default -> {
                    return use(operation);
                }
            }
        }

        private Step use(Operation operation) throws Exception {
            if (operation != Operation.NEW) {
                TomcatContender.found(manager.findSession(id));
            }
            session.access();
            payload.changes(operation).forEach(session::setAttribute);
            if (operation == Operation.UNCHANGED && accesses.getAndIncrement() == 0) {
                began = now() - 500; // of the last save it is more than a second
            }
            return session::endAccess;
        }

        @Override
        public @Nullable Object read(String attribute) throws Exception {
            Session stored = manager.getStore().load(id);
            return stored == null ? null : stored.getSession().getAttribute(attribute);
        }
    }
}
