package io.sessionadmin.testbed.bench;

import java.io.IOException;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.Store;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;

/** A Store under Tomcat's own PersistentManager. What is timed is the call of the store, as the manager makes it. */
class TomcatContender implements Contender {

    private final String name;
    private final EmbeddedTomcat tomcat;
    private final StandardContext context;
    private final PersistentManager manager = new PersistentManager();
    private final Store store;
    private final @Nullable AutoCloseable pool;

    /** @param pool to be closed at the end */
    TomcatContender(String name, EmbeddedTomcat tomcat, Store store, @Nullable AutoCloseable pool)
            throws LifecycleException {
        this.name = name;
        this.tomcat = tomcat;
        this.store = store;
        this.pool = pool;
        manager.setStore(store);
        context = tomcat.add("/" + name.replaceAll("[^A-Za-z]+", "-"), manager);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean does(Operation operation) {
        return operation != Operation.LOOK;
    }

    @Override
    public long stored() throws IOException {
        return store.getSize();
    }

    @Override
    public Client client(Payload payload) {
        return new Visitor(payload, (StandardSession) manager.createSession(null));
    }

    @Override
    public void close() throws Exception {
        for (Session session : manager.findSessions()) {
            manager.remove(session);
        }
        tomcat.remove(context);
        if (pool != null) {
            pool.close();
        }
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
        public Step prepare(Operation operation) {
            session.access();
            session.endAccess();
            payload.changes(operation).forEach(session::setAttribute);
            return switch (operation) {
                case LOAD -> () -> found(store.load(id));
                case REMOVE -> () -> session.expire(true);
                default -> () -> store.save(session);
            };
        }

        @Override
        public @Nullable Object read(String attribute) throws Exception {
            Session stored = store.load(id);
            return stored == null ? null : stored.getSession().getAttribute(attribute);
        }
    }

    static void found(@Nullable Object session) {
        if (session == null) {
            throw new IllegalStateException("The session is not there");
        }
    }
}
