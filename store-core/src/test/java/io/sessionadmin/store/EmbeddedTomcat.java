package io.sessionadmin.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;

/** A Tomcat in this JVM, without a connector: one context with PersistentManager and JdbcStore. */
final class EmbeddedTomcat implements AutoCloseable {

    private final Tomcat tomcat = new Tomcat();
    final StandardContext context;
    final PersistentManager manager = new PersistentManager();
    final JdbcStore store = new JdbcStore();

    /**
     * Starts it.
     *
     * @param attributes of the store, set as Tomcat's digester sets them
     */
    EmbeddedTomcat(String path, Map<String, String> attributes, Consumer<PersistentManager> more)
            throws IOException, LifecycleException {
        Path base = Files.createTempDirectory("embedded");
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina");
        context = (StandardContext) tomcat.addContext(path, base.toString());
        attributes.forEach((name, value) -> IntrospectionUtils.setProperty(store, name, value));
        manager.setStore(store);
        manager.setMaxIdleBackup(0);
        manager.setProcessExpiresFrequency(1);
        context.setManager(manager);
        context.setBackgroundProcessorDelay(-1);
        tomcat.getEngine().setBackgroundProcessorDelay(-1); // tests say when a background pass runs
        more.accept(manager);
        tomcat.start();
    }

    StandardSession newSession() {
        StandardSession session = (StandardSession) manager.createSession(null);
        session.access();
        session.endAccess();
        return session;
    }

    /** Ends one session from outside. */
    Invalidation invalidate(String id) throws IOException {
        return Objects.requireNonNull(store.invalidate(List.of(id)).get(id));
    }

    /** What Tomcat's background thread does. */
    void backgroundPass() {
        manager.processExpires();
    }

    boolean holds(Session session) {
        return manager.isLoaded(session.getIdInternal());
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }
}
