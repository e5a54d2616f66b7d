package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.Testbed;
import jakarta.servlet.http.HttpSessionListener;
import java.nio.file.Path;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Manager;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;

/** A Tomcat in this JVM without a connector, for contexts whose managers are called directly. No background thread runs. */
final class EmbeddedTomcat implements AutoCloseable {

    private final Tomcat tomcat = new Tomcat();
    private final Path base;

    EmbeddedTomcat() throws LifecycleException {
        base = Testbed.freshDirectory("bench", "tomcat");
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina");
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        tomcat.getServer().setParentClassLoader(EmbeddedTomcat.class.getClassLoader());
        tomcat.getHost();
        tomcat.start();
    }

    /** Starts a context with this manager. */
    StandardContext add(String path, Manager manager) throws LifecycleException {
        return add(path, manager, null);
    }

    /** The same, with a listener of the application's. */
    StandardContext add(String path, Manager manager, @Nullable HttpSessionListener listener)
            throws LifecycleException {
        StandardContext context = new StandardContext();
        context.setName(path);
        context.setPath(path);
        context.setDocBase(base.toString());
        context.addLifecycleListener(new Tomcat.FixContextListener());
        context.setBackgroundProcessorDelay(-1);
        if (listener != null) {
            context.addApplicationLifecycleListener(listener);
        }
        context.setManager(manager);
        context.setClearReferencesObjectStreamClassCaches(false);
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesRmiTargets(false);
        tomcat.getHost().addChild(context); // starts it
        if (!context.getState().isAvailable()) {
            throw new LifecycleException("The context " + path + " did not start");
        }
        return context;
    }

    void remove(StandardContext context) {
        tomcat.getHost().removeChild(context); // stops and destroys it
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }
}
