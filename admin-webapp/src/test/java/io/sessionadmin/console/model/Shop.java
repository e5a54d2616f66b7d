package io.sessionadmin.console.model;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;

/** A context with a manager of Tomcat's, as far as they go without being started. */
final class Shop {

    final StandardEngine engine = new StandardEngine();
    final FileStore files = new FileStore();
    private final ManagerBase manager;
    private final Context context = new StandardContext();

    static Shop withoutStore() {
        return new Shop(new StandardManager());
    }

    static Shop with(ManagerBase manager) {
        return new Shop(manager);
    }

    static Shop withFiles(Path directory) {
        var manager = new PersistentManager();
        var shop = new Shop(manager);
        shop.files.setDirectory(directory.toString());
        shop.files.setManager(manager);
        manager.setStore(shop.files);
        manager.setMaxIdleBackup(1);
        manager.setProcessExpiresFrequency(3);
        return shop;
    }

    private Shop(ManagerBase manager) {
        this.manager = manager;
        var host = new StandardHost();
        engine.setName("Catalina");
        host.setName("localhost");
        engine.addChild(host);
        context.setName("/shop");
        context.setPath("/shop");
        host.addChild(context);
        context.setManager(manager);
        manager.setContext(context);
    }

    DeployedContext deployed() {
        return new Deployments(engine)
                .find(new ContextAddress.Deployed("localhost", "/shop"))
                .orElseThrow();
    }

    /** A session that is live. */
    StandardSession visit(String id, Instant lastAccess) {
        var session = new StandardSession(manager);
        session.setNew(false);
        session.setValid(true);
        session.setCreationTime(lastAccess.toEpochMilli());
        session.setMaxInactiveInterval(1_800);
        session.setId(id, false);
        return session;
    }

    void save(Session session) throws IOException {
        files.save(session);
    }

    /** Out of memory, as a swap-out does. */
    void forget(Session session) {
        if (manager instanceof PersistentManager persistent) {
            persistent.removeSuper(session);
        }
    }
}
