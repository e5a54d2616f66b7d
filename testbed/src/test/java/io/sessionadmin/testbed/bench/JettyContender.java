package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.session.DatabaseAdaptor;
import org.eclipse.jetty.session.JDBCSessionDataStore;
import org.eclipse.jetty.session.SessionContext;
import org.eclipse.jetty.session.SessionData;
import org.jspecify.annotations.Nullable;

/** Jetty's JDBCSessionDataStore with its defaults and its own table, on HikariCP. What is timed is the call of the store. */
final class JettyContender implements Contender {

    private static final long HALF_AN_HOUR = TimeUnit.MINUTES.toMillis(30);

    private final TestDatabase database;
    private final HikariDataSource pool;
    private final JDBCSessionDataStore store = new JDBCSessionDataStore();

    /** As Jetty makes it for the context {@code /shop}. */
    private static final class Shop extends SessionContext {
        Shop() {
            _workerName = "node0";
            _canonicalContextPath = "_shop";
            _vhost = NULL_VHOST;
        }
    }

    JettyContender(TestDatabase database) throws Exception {
        this.database = database;
        pool = Pools.hikari(database);
        DatabaseAdaptor adaptor = new DatabaseAdaptor();
        adaptor.setDatasource(pool);
        store.setDatabaseAdaptor(adaptor);
        store.initialize(new Shop());
        store.start();
    }

    @Override
    public String name() {
        return "Jetty JDBCSessionDataStore";
    }

    @Override
    public boolean does(Operation operation) {
        return operation != Operation.LOOK;
    }

    @Override
    public long stored() {
        return database.count("jettysessions");
    }

    @Override
    public Client client(Payload payload) {
        long now = System.currentTimeMillis();
        String id = UUID.randomUUID().toString();
        return new Visitor(payload, store.newSessionData(id, now, now, now, HALF_AN_HOUR));
    }

    @Override
    public void close() throws Exception {
        store.stop();
        pool.close();
    }

    private final class Visitor implements Client {

        private final Payload payload;
        private final SessionData session;

        Visitor(Payload payload, SessionData session) {
            this.payload = payload;
            this.session = session;
        }

        @Override
        public Step prepare(Operation operation) {
            String id = session.getId();
            switch (operation) {
                case LOAD -> {
                    return () -> TomcatContender.found(store.load(id));
                }
                case REMOVE -> {
                    return () -> store.delete(id);
                }
                default -> {
                    session.setLastAccessed(session.getAccessed());
                    session.setAccessed(System.currentTimeMillis());
                    session.calcAndSetExpiry();
                    session.setMetaDataDirty(true);
                    payload.changes(operation).forEach(session::setAttribute);
                    return () -> store.store(id, session);
                }
            }
        }

        @Override
        public @Nullable Object read(String attribute) throws Exception {
            SessionData stored = store.load(session.getId());
            return stored == null ? null : stored.getAttribute(attribute);
        }
    }
}
