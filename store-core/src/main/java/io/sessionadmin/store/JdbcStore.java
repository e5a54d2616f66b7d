package io.sessionadmin.store;

import io.sessionadmin.table.AnswerTable;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.InvalidationListener;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.NodeTable;
import io.sessionadmin.table.ReplicaState;
import io.sessionadmin.table.SchemaMode;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.SessionLocks;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableLayout;
import io.sessionadmin.table.TableMismatchException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.session.StoreBase;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps HTTP sessions in one PostgreSQL table that any number of Tomcats may share. It takes the place of Tomcat's
 * JDBCStore and DataSourceStore, under the same attributes.
 *
 * <p>A save is one statement in one transaction, made after the session was serialised: when it fails the old row is
 * still there, the session stays in memory, the caller gets an exception, and the next background pass tries again.
 * Saving never changes the live session. An invalidated session is neither loaded nor saved again.
 *
 * <p>Tomcat sets the attributes before the start, through {@link #setProperty}; they are frozen then. Safe for use by
 * several threads.
 */
public final class JdbcStore extends StoreBase {

    /** All that exists while the store is started. */
    private record Started(
            DataSource connections,
            String context,
            SessionTable table,
            StoreHealth saving,
            StoreHealth reading,
            StoreWork work,
            LiveGauges gauges,
            @Nullable InvalidationListener listener,
            Announcements announcements,
            Housekeeper housekeeper,
            ClusterAnswers clusterAnswers,
            AuditTable audit,
            String place) {}

    private final Log log = LogFactory.getLog(JdbcStore.class);
    private final StoreAttributes attributes = new StoreAttributes();
    private volatile @Nullable Started started;
    private volatile @Nullable ConsoleReplica replica;

    /**
     * Sets an attribute of {@code <Store>}: those of JDBCStore and DataSourceStore, {@code schema}, and HikariCP's own
     * names for the pool. Tomcat calls it for each attribute ({@code IntrospectionUtils.setProperty}). What is unknown
     * or wrong is reported by the start.
     */
    public void setProperty(String name, String value) {
        attributes.set(name, value);
    }

    @Override
    public String getStoreName() {
        return "JdbcStore";
    }

    // ------------------------------------------------------------------ life

    /**
     * Opens the pool and looks at the table. A mistake in the configuration or the table fails the start, as the
     * operator has to act; a database that is away does not, as it comes back.
     */
    @Override
    protected void startInternal() throws LifecycleException {
        try {
            StoreSettings settings = attributes.freeze();
            replica = ConsoleReplica.open(
                    settings,
                    contextName(),
                    e -> log.warn("The replica that the console reads" + " can't be reached; sessions of "
                            + contextName() + " are saved all the same: " + e.getMessage()));
            started = start(settings);
        } catch (IllegalArgumentException e) {
            String message = ContextName.of(manager.getContext()) + ": " + e.getMessage();
            log.error(message);
            closeReplica();
            throw new LifecycleException(message);
        }
        super.startInternal();
    }

    private Started start(StoreSettings settings) {
        Context context = manager.getContext();
        String name = ContextName.of(context);
        String node = manager instanceof SharedPersistentManager shared ? shared.getNode() : NodeName.of(context);
        StoreHealth saving = new StoreHealth(log, name, "saved", Clock.systemUTC());
        StoreHealth reading = new StoreHealth(log, name, "read", Clock.systemUTC());
        DataSource connections = connections(settings, context, saving);
        try {
            GuardedConnections guarded = new GuardedConnections(connections::getConnection);
            SessionTable table = new SessionTable(guarded, settings.names(), node, settings.schema());
            prepare(table, settings, name, saving);
            StoreStatistics statistics = new StoreStatistics();
            NodeTable nodes = table.nodes();
            Announcements announcements = new Announcements(log, nodes, manager, node, Clock.systemUTC());
            AnswerTable answerTable = new AnswerTable(guarded, settings.names());
            Answers answers = new Answers(log, answerTable, announcements.origin());
            Claims claims = new Claims(table, node, announcements::alive, reading);
            StoreWork work = manager instanceof SharedPersistentManager shared
                    ? SharedWork.start(
                            log,
                            shared,
                            table,
                            settings.wholeStreams(),
                            locks(shared, guarded, settings, saving),
                            claims,
                            answers,
                            saving,
                            reading,
                            statistics,
                            Clock.systemUTC())
                    : new StockWork(
                            log, manager, table, claims, answers, saving, reading, statistics, Clock.systemUTC());
            Hearing hearing = new Hearing(log, name, work, settings.connectionURL() != null);
            InvalidationListener listener = settings.connectionURL() == null
                    ? null // a DataSource of the operator's may be a pooler, and is not ours to keep a connection of
                    : new InvalidationListener(ConnectionPool.direct(settings), name, hearing);
            OrphanSweep orphans = new OrphanSweep(log, name, table, nodes, saving, reading, settings.orphanTimeout());
            LiveGauges gauges = new LiveGauges(manager, hearing, saving, reading, connections);
            StoreMBeans.register(context, statistics, gauges);
            table.startNotifier(e -> log.warn("Other nodes are not told that sessions of " + name
                    + " have ended, which is tried again; they find out by themselves meanwhile: " + e.getMessage()));
            Housekeeper housekeeper = new Housekeeper(
                    log, name, () -> everySecond(guarded, work, hearing, announcements, answers, orphans, saving));
            return new Started(
                    connections,
                    name,
                    table,
                    saving,
                    reading,
                    work,
                    gauges,
                    listener,
                    announcements,
                    housekeeper,
                    new ClusterAnswers(announcements.origin(), nodes, answerTable),
                    new AuditTable(guarded, settings.names()),
                    settings.place() + " " + settings.names().table());
        } catch (IllegalArgumentException e) {
            ConnectionPool.close(connections);
            throw e;
        }
    }

    /** Without the table no request could be served: better no start. */
    private static SessionLocks locks(
            SharedPersistentManager manager,
            GuardedConnections connections,
            StoreSettings settings,
            StoreHealth saving) {
        SessionLocks locks = new SessionLocks(connections, settings.names());
        try {
            if (manager.settings().locking() == SharingSettings.SessionLocking.CLUSTER) {
                locks.shortcoming().ifPresent(shortcoming -> {
                    throw new IllegalArgumentException("<Manager sessionLocking=\"cluster\">: " + shortcoming);
                });
            }
        } catch (StoreUnavailableException e) {
            saving.failed(e);
        }
        return locks;
    }

    private static void everySecond(
            GuardedConnections connections,
            StoreWork work,
            Hearing hearing,
            Announcements announcements,
            Answers answers,
            OrphanSweep orphans,
            StoreHealth saving) {
        connections.probe();
        attempt(saving, () -> announcements.everySecond(hearing.isListening()));
        attempt(saving, work::everySecond);
        attempt(saving, answers::everySecond);
        attempt(saving, orphans::everySecond);
    }

    @FunctionalInterface
    private interface Chore {
        void run() throws StoreUnavailableException;
    }

    /** Somebody who holds one table for long keeps the housekeeper from nothing else. */
    private static void attempt(StoreHealth saving, Chore chore) {
        try {
            chore.run();
        } catch (StoreUnavailableException e) {
            saving.failed(e);
        }
    }

    private static DataSource connections(StoreSettings settings, Context context, StoreHealth saving) {
        if (settings.dataSourceName() == null) {
            return ConnectionPool.open(
                    settings,
                    "session-store " + ContextName.of(context),
                    e -> saving.failed(new StoreUnavailableException(e)));
        }
        try {
            return JndiDataSource.lookUp(context, settings.dataSourceName(), settings.localDataSource());
        } catch (SQLException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Not while PostgreSQL is away: the table then makes itself ready at first contact. */
    private void prepare(SessionTable table, StoreSettings settings, String context, StoreHealth saving) {
        if (settings.schema() == SchemaMode.NONE || saving.failure().isPresent()) {
            return;
        }
        try {
            TableLayout layout = table.prepare();
            log.info("Sessions of " + context + " are kept in table "
                    + settings.names().table() + ", " + settings.place());
            layout.shortcomings()
                    .forEach(shortcoming -> log.warn("Table " + settings.names().table() + ": " + shortcoming));
        } catch (StoreUnavailableException e) {
            saving.failed(e);
        } catch (TableMismatchException e) {
            throw new IllegalArgumentException(e.reason(), e);
        }
    }

    @Override
    protected void stopInternal() throws LifecycleException {
        super.stopInternal();
        closeReplica();
        Started last = started;
        started = null;
        if (last != null) {
            if (last.listener() != null) {
                last.listener().close();
            }
            last.housekeeper().close();
            last.work().finishBeforeStop();
            last.table().close();
            last.announcements().leave();
            StoreMBeans.unregister(manager.getContext());
            ConnectionPool.close(last.connections());
        }
    }

    private void closeReplica() {
        ConsoleReplica last = replica;
        replica = null;
        if (last != null) {
            last.close();
        }
    }

    // ------------------------------------------------------------------ Tomcat's Store

    /**
     * Saves a session.
     *
     * @throws IOException when it was not saved; its old row is as it was, and it must stay in memory
     */
    @Override
    public void save(Session session) throws IOException {
        running().work().save((StandardSession) session);
    }

    /**
     * Loads a session.
     *
     * @return null when there is none
     * @throws IOException when PostgreSQL is away, or the row can't be read; the row stays
     */
    @Override
    public @Nullable Session load(String id) throws IOException {
        return running().work().load(id);
    }

    /** Removes a session that has ended. When PostgreSQL is away that is remembered, and done as soon as it is back. */
    @Override
    public void remove(String id) throws IOException {
        running().work().remove(id);
    }

    @Override
    public String[] keys() throws IOException {
        Started now = running();
        return now.table().ids(now.context()).toArray(String[]::new);
    }

    @Override
    public String[] expiredKeys() throws IOException {
        Started now = running();
        return now.table().expiredIds(now.context()).toArray(String[]::new);
    }

    /** How many sessions of this context are stored, tombstones not among them. Counts all of them. */
    @Override
    public int getSize() throws IOException {
        Started now = running();
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, now.table().size(now.context())));
    }

    @Override
    public void clear() throws IOException {
        Started now = running();
        now.table().clear(now.context());
    }

    /** Called by the manager's background process, every {@code processExpiresFrequency} times. */
    @Override
    public void processExpires() {
        Started now = started;
        if (now != null) {
            now.work().backgroundPass();
        }
    }

    // ------------------------------------------------------------------ for the console

    /** The table for people to look at; empty when the store is not started. */
    public Optional<SessionCatalog> catalog() {
        ConsoleReplica read = replica;
        return Optional.ofNullable(started)
                .map(now -> read == null
                        ? now.table().catalog()
                        : read.catalog(now.table().nodes()));
    }

    /** The table where sessions are saved, for what must not be judged by an older copy; empty likewise. */
    public Optional<SessionCatalog> savedCatalog() {
        return Optional.ofNullable(started).map(now -> now.table().catalog());
    }

    /** How far the replica is behind, asked now; empty when the console reads where sessions are saved. */
    public Optional<ReplicaState> replicaState() {
        return Optional.ofNullable(replica).map(ConsoleReplica::state);
    }

    /** The replica that {@link #catalog} reads; empty when it reads where sessions are saved. */
    public Optional<String> replica() {
        return Optional.ofNullable(replica).map(ConsoleReplica::place);
    }

    /** How this node announces itself to the others; empty when the store is not started. */
    public Optional<NodeReport.Origin> announcedAs() {
        return Optional.ofNullable(started).map(now -> now.announcements().origin());
    }

    /** The attributes as they are in effect, without passwords; empty when they are wrong, so that it did not start. */
    public Map<String, String> settings() {
        Started now = started;
        try {
            return ShownSettings.of(attributes.freeze(), now == null ? null : now.connections());
        } catch (IllegalArgumentException e) {
            log.debug("The settings are not in effect", e);
            return Map.of();
        }
    }

    /** Which of {@link #settings} are written in the configuration; the others are defaults. */
    public Set<String> written() {
        return attributes.written();
    }

    /** Whether it hears of sessions that end elsewhere, as {@link JdbcStoreMXBean#getListenState()} says it. */
    public Optional<String> listenState() {
        return Optional.ofNullable(started).map(now -> now.gauges().listenState());
    }

    /** Threads that wait for a connection; 0 when that is not known, as of a DataSource of the operator's. */
    public int waitingForConnections() {
        return Optional.ofNullable(started)
                .flatMap(now -> now.gauges().pool())
                .map(StoreGauges.Pool::waiting)
                .orElse(0);
    }

    /** The value of the app column for this context. */
    public String contextName() {
        return ContextName.of(manager.getContext());
    }

    /** Why sessions can't be saved, or else read, at present; empty when they can. */
    public Optional<StoreFailure> failure() {
        return Optional.ofNullable(started)
                .flatMap(now -> now.saving().failure().or(() -> now.reading().failure()));
    }

    /**
     * Ends sessions for good: leaves tombstones that keep every node from saving or loading them, and expires the copies
     * in this node's memory; where there is none, the listeners of the stored one are told by one node. While PostgreSQL
     * is away the tombstones are remembered, and left as soon as it is back.
     *
     * @param sessionIds a hundred or so at most: one transaction ends them all
     * @return what it did, by id
     * @throws IOException when the store is not started
     */
    public Map<String, Invalidation> invalidate(Collection<String> sessionIds) throws IOException {
        return running().work().invalidate(sessionIds);
    }

    /**
     * Leaves tombstones for sessions of another context in the same table, which does not run here: nobody tells its
     * listeners, unless another node runs it and has a copy.
     *
     * @return those of which there was a valid row
     * @throws IOException when PostgreSQL is away: then nothing has been done
     */
    public Set<String> invalidateElsewhere(String context, Collection<String> sessionIds) throws IOException {
        return running().table().invalidate(context, sessionIds, System.currentTimeMillis()).stream()
                .map(stored -> stored.key().id())
                .collect(Collectors.toSet());
    }

    /** What the nodes say about sessions that were ended from outside; empty when the store is not started. */
    public Optional<ClusterAnswers> answers() {
        return Optional.ofNullable(started).map(Started::clusterAnswers);
    }

    /** Where administrators' actions are written; empty when the store is not started. */
    public Optional<AuditTable> audit() {
        return Optional.ofNullable(started).map(Started::audit);
    }

    /** Which table the sessions are in, in words that two stores share which share the table. */
    public String place() {
        Started now = started;
        return now == null ? "" : now.place();
    }

    /**
     * Saves what is not saved of a session in this node's memory, now. That is no access, and nothing in the session
     * changes; application classes are serialised under the context's class loader.
     *
     * @throws IOException when the store is not started
     */
    public BackupResult backUp(String sessionId) throws IOException {
        StoreWork work = running().work();
        Context context = manager.getContext();
        ClassLoader before = context.bind(false, null);
        try {
            return work.backUp(sessionId);
        } finally {
            context.unbind(false, before);
        }
    }

    private Started running() throws IOException {
        Started now = started;
        if (now == null) {
            throw new IOException("the store of " + contextName() + " is not started");
        }
        return now;
    }
}
