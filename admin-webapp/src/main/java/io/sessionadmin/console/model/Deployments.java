package io.sessionadmin.console.model;

import io.sessionadmin.store.ContextName;
import io.sessionadmin.store.GuardedConnections;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.JndiDataSource;
import io.sessionadmin.table.ConnectionSource;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.TableNames;
import java.io.File;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Engine;
import org.apache.catalina.Manager;
import org.apache.catalina.Store;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.DataSourceStore;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardManager;

/** The contexts of all hosts of an engine, each with its store, and the contexts of which there are only rows. */
final class Deployments {

    /** So many DataSources have a guard; far more than there are, unless one is made for each look-up. */
    private static final int GUARDS_AT_MOST = 100;

    private final Engine engine;
    private final Map<DataSource, ConnectionSource> guards = new ConcurrentHashMap<>();

    Deployments(Engine engine) {
        this.engine = engine;
    }

    List<DeployedContext> all() {
        List<DeployedContext> found = new ArrayList<>();
        for (Container host : engine.findChildren()) {
            for (Container child : host.findChildren()) {
                if (child instanceof Context context) {
                    found.add(new DeployedContext(context, storedSessions(context)));
                }
            }
        }
        found.sort(Comparator.comparing(
                        (DeployedContext context) -> context.address().host())
                .thenComparing(context -> context.address().name()));
        return found;
    }

    Optional<DeployedContext> find(ContextAddress.Deployed address) {
        Container host = engine.findChild(address.host());
        return host != null && host.findChild(address.childName()) instanceof Context context
                ? Optional.of(new DeployedContext(context, storedSessions(context)))
                : Optional.empty();
    }

    /** The tables that know contexts which are not among the deployed ones, by the names of these. */
    Map<String, TableSessions> orphans(List<DeployedContext> deployed, List<Reason> problems) {
        Map<String, TableSessions> found = new LinkedHashMap<>();
        for (DeployedContext context : deployed) {
            if (context.stored() instanceof TableSessions table) {
                try {
                    for (String app : table.catalog().contexts()) {
                        found.putIfAbsent(app, new TableSessions(table.catalog(), app, false));
                    }
                } catch (IOException e) {
                    Reason problem = Reason.of(e);
                    if (!problems.contains(problem)) {
                        problems.add(problem);
                    }
                }
            }
        }
        deployed.forEach(context -> found.remove(context.app()));
        return found;
    }

    /** The rows of a context that is not deployed here; empty when no store has any. */
    Optional<TableSessions> orphan(String app) {
        return Optional.ofNullable(orphans(all(), new ArrayList<>()).get(app));
    }

    /** A store that can't even be looked for must not keep the others from being shown. */
    private StoredSessions storedSessions(Context context) {
        try {
            return lookUp(context);
        } catch (RuntimeException | LinkageError e) {
            return new StoredSessions.Unreachable(Reason.threw(e));
        }
    }

    private StoredSessions lookUp(Context context) {
        Store store = DeployedContext.storeOf(context).orElse(null);
        if (store == null) {
            Manager manager = context.getManager();
            return manager == null || manager instanceof StandardManager || manager instanceof PersistentManagerBase
                    ? new StoredSessions.InMemoryOnly()
                    : new StoredSessions.Unreachable(DeployedContext.unknown(manager));
        }
        if (store instanceof JdbcStore jdbc) {
            return jdbc.catalog()
                    .<StoredSessions>map(catalog -> new TableSessions(catalog, ContextName.of(context), true))
                    .orElseGet(() -> throughAnotherContext(context));
        }
        if (store instanceof DataSourceStore dataSource) {
            // Without its class loader, a stopped context's own names would be looked up among the console's.
            return dataSource.getLocalDataSource() && !context.getState().isAvailable()
                    ? throughAnotherContext(context)
                    : table(context, dataSource);
        }
        if (store instanceof FileStore files) {
            return new FileSessions(directory(context, files), ContextName.of(context));
        }
        String name = store.getClass().getName();
        return new StoredSessions.Unreachable(
                name.equals(JdbcStore.class.getName())
                        ? Reason.of("reason.otherCopy")
                        : Reason.of("reason.unknownStore", name));
    }

    /** A stopped context has no store to ask; that of another one may keep its rows in the same table. */
    private StoredSessions throughAnotherContext(Context stopped) {
        String app = ContextName.of(stopped);
        for (Container host : engine.findChildren()) {
            for (Container child : host.findChildren()) {
                if (child instanceof Context context && context != stopped && hasTable(context)) {
                    try {
                        if (storedSessions(context) instanceof TableSessions table
                                && table.catalog().contexts().contains(app)) {
                            return new TableSessions(table.catalog(), app, false);
                        }
                    } catch (IOException e) {
                        return new StoredSessions.Unreachable(Reason.of(e));
                    }
                }
            }
        }
        return new StoredSessions.Unreachable(Reason.of("reason.storeStopped"));
    }

    private static boolean hasTable(Context context) {
        Store store = DeployedContext.storeOf(context).orElse(null);
        return (store instanceof DataSourceStore && context.getState().isAvailable())
                || (store instanceof JdbcStore jdbc && jdbc.catalog().isPresent());
    }

    private StoredSessions table(Context context, DataSourceStore store) {
        try {
            DataSource source = JndiDataSource.lookUp(context, store.getDataSourceName(), store.getLocalDataSource());
            TableNames names = new TableNames(
                    store.getSessionTable(),
                    store.getSessionAppCol(),
                    store.getSessionIdCol(),
                    store.getSessionDataCol(),
                    store.getSessionValidCol(),
                    store.getSessionMaxInactiveCol(),
                    store.getSessionLastAccessedCol());
            SessionTable table = new SessionTable(guarded(source), names, "");
            return new TableSessions(table.catalog(), ContextName.of(context), false);
        } catch (SQLException | IllegalArgumentException e) {
            String message = e.getMessage();
            return new StoredSessions.Unreachable(Reason.said(
                    message == null ? "" : message.lines().findFirst().orElse("")));
        }
    }

    /** One that does not answer is waited for once, not once for each context and query. */
    private ConnectionSource guarded(DataSource source) {
        if (guards.size() > GUARDS_AT_MOST) {
            guards.clear();
        }
        return guards.computeIfAbsent(source, opened -> new GuardedConnections(() -> open(opened)));
    }

    private static Connection open(DataSource source) throws SQLException {
        try {
            Connection connection = source.getConnection();
            String product = connection.getMetaData().getDatabaseProductName();
            if (product.equals("PostgreSQL")) {
                return connection;
            }
            connection.close();
            throw new SQLException("The table is in " + product + "; the console reads PostgreSQL only");
        } catch (RuntimeException | LinkageError e) { // a pool or a driver that is not complete, say
            throw new SQLException(e.getClass().getName(), e);
        }
    }

    /**
     * As <a href="https://github.com/apache/tomcat/blob/11.0.21/java/org/apache/catalina/session/FileStore.java">FileStore</a>
     * finds it, without making it.
     */
    private static File directory(Context context, FileStore store) {
        File directory = new File(store.getDirectory());
        String work = context instanceof StandardContext standard ? standard.getWorkPath() : null;
        return directory.isAbsolute() || work == null ? directory : new File(work, store.getDirectory());
    }
}
