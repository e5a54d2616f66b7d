package io.sessionadmin.testbed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Manager;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;

/** A Tomcat in this JVM without a connector, for contexts whose managers are called directly. No background thread runs. */
final class EmbeddedTomcat implements AutoCloseable {

    private final Tomcat tomcat = new Tomcat();
    private final Path base;

    EmbeddedTomcat() throws IOException, LifecycleException {
        base = Files.createTempDirectory("bench-tomcat");
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina");
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        tomcat.getServer().setParentClassLoader(EmbeddedTomcat.class.getClassLoader());
        tomcat.getHost();
        tomcat.start();
    }

    /** Starts a context with this manager. */
    StandardContext add(String path, Manager manager) throws LifecycleException {
        StandardContext context = (StandardContext) tomcat.addContext(path, base.toString());
        context.setBackgroundProcessorDelay(-1);
        context.stop();
        context.setManager(manager);
        context.start();
        if (!context.getState().isAvailable()) {
            throw new LifecycleException("The context " + path + " did not start");
        }
        return context;
    }

    void remove(StandardContext context) throws LifecycleException {
        context.stop();
        tomcat.getHost().removeChild(context);
        context.destroy();
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }
}
