package io.sessionadmin.store;

import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.modeler.Registry;

/**
 * The store's MXBean in Tomcat's MBean server, under the name of its manager's with another type. A store works without:
 * what goes wrong here is a warning.
 */
final class StoreMBeans {

    private static final Log LOG = LogFactory.getLog(StoreMBeans.class);

    private StoreMBeans() {}

    /** In place of one that an earlier start has left there. */
    static void register(Context context, StoreStatistics statistics, StoreGauges gauges) {
        try {
            ObjectName name = name(context);
            MBeanServer server = server();
            remove(server, name);
            server.registerMBean(new StoreBean(statistics, gauges), name);
        } catch (JMException | RuntimeException e) {
            LOG.warn("The store of " + ContextName.of(context) + " can't be seen by JMX: " + e.getMessage(), e);
        }
    }

    /** Nothing happens when there is none. */
    static void unregister(Context context) {
        try {
            remove(server(), name(context));
        } catch (JMException | RuntimeException e) {
            LOG.warn("The store of " + ContextName.of(context) + " stays visible by JMX: " + e.getMessage(), e);
        }
    }

    private static void remove(MBeanServer server, ObjectName name) throws JMException {
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            LOG.trace("There was none", e);
        }
    }

    private static MBeanServer server() {
        return Registry.getRegistry(null).getMBeanServer();
    }

    /** As {@code ManagerBase.getObjectNameKeyProperties} builds the manager's. */
    static ObjectName name(Context context) throws MalformedObjectNameException {
        String path = context.getName().startsWith("/") ? context.getName() : "/" + context.getName();
        return new ObjectName(
                context.getDomain() + ":type=Store,host=" + context.getParent().getName() + ",context=" + path);
    }
}
