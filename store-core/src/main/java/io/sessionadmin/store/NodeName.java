package io.sessionadmin.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Engine;
import org.apache.catalina.Service;

/** How rows name the Tomcat that saved them. */
final class NodeName {

    private NodeName() {}

    /** The engine's jvmRoute, else host name and the port of the first connector. */
    static String of(Context context) {
        Container container = context;
        while (container.getParent() != null) {
            container = container.getParent();
        }
        if (!(container instanceof Engine engine)) {
            return hostName();
        }
        String route = engine.getJvmRoute();
        return route != null && !route.isBlank() ? route : hostName() + port(engine.getService());
    }

    private static String port(Service service) {
        return service == null
                ? ""
                : Arrays.stream(service.findConnectors())
                        .findFirst()
                        .map(connector -> ":" + connector.getPort())
                        .orElse("");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // a host without an entry for its own name; rows are then told apart by the port
        }
    }
}
