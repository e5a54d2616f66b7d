package io.sessionadmin.store;

import org.apache.catalina.Container;
import org.apache.catalina.Context;

/** The name under which Tomcat's stores keep the sessions of a context: {@code /Engine/host/path##version}. */
public final class ContextName {

    private ContextName() {}

    /** As {@code DataSourceStore.getName()} makes it, so that both stores find each other's rows. */
    public static String of(Context context) {
        String name = context.getName();
        Container host = context.getParent();
        Container engine = host == null ? null : host.getParent();
        return "/" + (engine == null ? "" : engine.getName())
                + "/" + (host == null ? "" : host.getName())
                + (name.startsWith("/") ? name : "/" + name);
    }
}
