package io.sessionadmin.console.model;

import io.sessionadmin.store.JdbcStoreMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.modeler.Registry;

/**
 * What the store of one context counts, as its {@link JdbcStoreMXBean} shows it. Read by name, so that it does not matter
 * which copy of the class the store has.
 */
public record StoreNumbers(ContextAddress.Deployed context, Map<String, Object> values) {

    private static final Log log = LogFactory.getLog(StoreNumbers.class);

    private static final String[] NAMES = {
        "Saves",
        "Touches",
        "Loads",
        "Looks",
        "Conflicts",
        "Failures",
        "Retries",
        "Invalidated",
        "Reaped",
        "SaveMillisP50",
        "SaveMillisP99",
        "SaveMillisMax",
        "LoadMillisP50",
        "LoadMillisP99",
        "LoadMillisMax",
        "ListenState",
        "StoreAvailable",
        "PoolActive",
        "PoolIdle",
        "PoolWaiting"
    };

    /** Empty when there is no JdbcStore, or it is not started. */
    static Optional<StoreNumbers> of(Context context) {
        ContextAddress.Deployed address = DeployedContext.addressOf(context);
        try {
            ObjectName name = new ObjectName(
                    context.getDomain() + ":type=Store,host=" + address.host() + ",context=" + address.name());
            MBeanServer server = Registry.getRegistry(null).getMBeanServer();
            if (!server.isRegistered(name)) {
                return Optional.empty();
            }
            Map<String, Object> values = new HashMap<>();
            for (Attribute attribute : server.getAttributes(name, NAMES).asList()) {
                values.put(attribute.getName(), attribute.getValue());
            }
            return Optional.of(new StoreNumbers(address, values));
        } catch (JMException e) {
            log.debug("The store of " + address.name() + " has no numbers: it was stopped meanwhile", e);
            return Optional.empty();
        }
    }

    /** Empty when it is not known, which the bean says by -1. */
    public OptionalDouble number(String name) {
        return values.get(name) instanceof Number number && number.doubleValue() >= 0
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }

    /** Whether the store could be used the last time it was. */
    public boolean isAvailable() {
        return Boolean.TRUE.equals(values.get("StoreAvailable"));
    }

    /** {@code listening}, {@code deaf since} a time, or {@code off}. */
    public String listenState() {
        return values.get("ListenState") instanceof String state ? state : "";
    }
}
