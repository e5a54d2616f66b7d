package io.sessionadmin.console.model;

import io.sessionadmin.store.ContextName;
import io.sessionadmin.store.GuardedConnections;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.JndiDataSource;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.ConnectionSource;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
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
import java.util.stream.Collectors;
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
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** The contexts of all hosts of an engine, each with its store, and the contexts of which there are only rows. */
final class Deployments {

    /** So many DataSources have a guard; far more than there are, unless one is made for each look-up. */
    private static final int GUARDS_AT_MOST = 100;

    private static final Log log = LogFactory.getLog(Deployments.class);

    private final Engine engine;
    private final Map<DataSource, ConnectionSource> guards = new ConcurrentHashMap<>();
    private final Map<ContextAddress.Deployed, LiveHandles> handles = new ConcurrentHashMap<>();

    Deployments(Engine engine) {
        this.engine = engine;
    }

    /** How this node is called: its route, else its engine's name. */
    String node() {
        String route = engine.getJvmRoute();
        return route == null || route.isBlank() ? engine.getName() : route;
    }

    List<DeployedContext> all() {
        List<DeployedContext> found = new ArrayList<>();
        for (Container host : engine.findChildren()) {
            for (Container child : host.findChildren()) {
                if (child instanceof Context context) {
                    found.add(deployed(context));
                }
            }
        }
        found.sort(Comparator.comparing(
                        (DeployedContext context) -> context.address().host())
                .thenComparing(context -> context.address().name()));
        handles.keySet().retainAll(found.stream().map(DeployedContext::address).collect(Collectors.toSet()));
        return found;
    }

    private DeployedContext deployed(Context context) {
        LiveHandles known = handles.computeIfAbsent(DeployedContext.addressOf(context), address -> new LiveHandles());
        return new DeployedContext(context, storedSessions(context), known);
    }

    Optional<DeployedContext> find(ContextAddress.Deployed address) {
        Container host = engine.findChild(address.host());
        return host != null && host.findChild(address.childName()) instanceof Context context
                ? Optional.of(deployed(context))
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

    /** How sessions of this context can be ended for good; empty when they can't. */
    Optional<Ender> ender(ContextAddress address) {
        if (address instanceof ContextAddress.Deployed deployed) {
            Optional<DeployedContext> found = find(deployed);
            return found.filter(DeployedContext::isRunning).isPresent()
                    ? found.map(context -> new Ender.Running(context, node()))
                    : found.flatMap(context -> rowsOnly(context.app()));
        }
        return rowsOnly(((ContextAddress.Orphan) address).app());
    }

    /** Of a context that does not run here, through the store of one that does, and has its rows in the same table. */
    private Optional<Ender> rowsOnly(String app) {
        for (DeployedContext context : all()) {
            JdbcStore store = context.jdbcStore().orElse(null);
            SessionCatalog catalog = store == null ? null : store.catalog().orElse(null);
            try {
                if (store != null && catalog != null && catalog.contexts().contains(app)) {
                    return Optional.of(new Ender.RowsOnly(app, store, catalog));
                }
            } catch (StoreUnavailableException e) {
                log.debug("It is not known whether rows of another context are here", e);
            }
        }
        return Optional.empty();
    }

    /** Where the actions of administrators are kept, by the place of the session table: those of this context first. */
    Map<String, AuditTable> auditTables(String app) {
        Map<String, AuditTable> own = new LinkedHashMap<>();
        Map<String, AuditTable> others = new LinkedHashMap<>();
        for (DeployedContext context : all()) {
            Map<String, AuditTable> of = context.app().equals(app) ? own : others;
            Store store = context.store().orElse(null);
            if (store instanceof JdbcStore jdbc) {
                jdbc.audit().ifPresent(table -> of.putIfAbsent(jdbc.place(), table));
            } else if (store instanceof DataSourceStore dataSource && context.isRunning()) {
                auditTable(context.context(), dataSource, of);
            }
        }
        others.forEach(own::putIfAbsent);
        return own;
    }

    private void auditTable(Context context, DataSourceStore store, Map<String, AuditTable> found) {
        try {
            DataSource source = JndiDataSource.lookUp(context, store.getDataSourceName(), store.getLocalDataSource());
            found.putIfAbsent(
                    "dataSourceName=" + store.getDataSourceName() + " " + store.getSessionTable(),
                    new AuditTable(guarded(source), names(store)));
        } catch (SQLException | IllegalArgumentException e) {
            log.debug("The audit trail can't be kept beside the sessions of " + context.getName(), e);
        }
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
                    .<StoredSessions>map(catalog -> new TableSessions(
                            catalog,
                            ContextName.of(context),
                            true,
                            jdbc.replica().isPresent()))
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
            SessionTable table = new SessionTable(guarded(source), names(store), "");
            return new TableSessions(table.catalog(), ContextName.of(context), false);
        } catch (SQLException | IllegalArgumentException e) {
            String message = e.getMessage();
            return new StoredSessions.Unreachable(Reason.said(
                    message == null ? "" : message.lines().findFirst().orElse("")));
        }
    }

    private static TableNames names(DataSourceStore store) {
        return new TableNames(
                store.getSessionTable(),
                store.getSessionAppCol(),
                store.getSessionIdCol(),
                store.getSessionDataCol(),
                store.getSessionValidCol(),
                store.getSessionMaxInactiveCol(),
                store.getSessionLastAccessedCol());
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
