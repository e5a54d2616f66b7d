package io.sessionadmin.console.model;

import io.sessionadmin.store.ContextName;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.Store;
import org.apache.catalina.StoreManager;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardManager;
import org.jspecify.annotations.Nullable;

/** A context that is deployed on a host of this engine, running or stopped. */
final class DeployedContext {

    private final Context context;
    private final ContextAddress.Deployed address;
    private final StoredSessions stored;
    private final LiveHandles handles;

    DeployedContext(Context context, StoredSessions stored, LiveHandles handles) {
        this.context = context;
        this.address = addressOf(context);
        this.stored = stored;
        this.handles = handles;
    }

    static ContextAddress.Deployed addressOf(Context context) {
        return ContextAddress.Deployed.of(context.getParent().getName(), context.getName());
    }

    ContextAddress.Deployed address() {
        return address;
    }

    Context context() {
        return context;
    }

    /** The name of this context in rows. */
    String app() {
        return ContextName.of(context);
    }

    boolean isRunning() {
        return context.getState().isAvailable();
    }

    StoredSessions stored() {
        return stored;
    }

    Optional<Store> store() {
        return storeOf(context);
    }

    static Optional<Store> storeOf(Context context) {
        return context.getManager() instanceof StoreManager manager
                ? Optional.ofNullable(manager.getStore())
                : Optional.empty();
    }

    Optional<JdbcStore> jdbcStore() {
        return store().filter(JdbcStore.class::isInstance).map(JdbcStore.class::cast);
    }

    /** How rows name this node; empty where they do not. */
    Optional<String> nodeName() {
        return jdbcStore().flatMap(JdbcStore::announcedAs).map(NodeReport.Origin::node);
    }

    /** Who else runs it. */
    ClusterNodes nodes() {
        if (!(stored instanceof TableSessions table)) {
            return ClusterNodes.unknown(Reason.of("reason.nobodyAnnounced"));
        }
        String own = announcedAs().map(NodeReport.Origin::instance).orElse("");
        return ClusterNodes.of(table.catalog(), app(), own);
    }

    /** How this node announces it to the others; empty when it does not. */
    Optional<NodeReport.Origin> announcedAs() {
        return jdbcStore().flatMap(JdbcStore::announcedAs);
    }

    /** The sessions in memory; a pass over them changes nothing. */
    List<LiveSession> live(Instant now) {
        if (!(context.getManager() instanceof ManagerBase manager)) {
            return List.of();
        }
        long millis = now.toEpochMilli();
        Session[] sessions = manager.findSessions();
        List<LiveSession> live = new ArrayList<>(sessions.length);
        for (Session session : sessions) {
            LiveSession.of(session, millis, handles).ifPresent(live::add);
        }
        handles.prune(live);
        return live;
    }

    /** The same for a page: where they are many, as they were some seconds before. */
    LiveSnapshot lately(Instant now) {
        return handles.lately(now, () -> live(now));
    }

    void forgetOld(Instant now) {
        handles.forgetOld(now);
    }

    /** The session with this id, if it is in memory and has not ended. */
    Optional<Session> inMemory(String id) {
        return context.getManager() instanceof ManagerBase manager
                ? Arrays.stream(manager.findSessions())
                        .filter(session -> id.equals(session.getIdInternal()))
                        .filter(session -> LiveSession.of(session, 0, handles).isPresent())
                        .findFirst()
                : Optional.empty();
    }

    /** When each of these sessions was accessed last, as far as they are in memory, by id; one pass over all of them. */
    Map<String, Instant> lastAccesses(Set<String> ids) {
        Map<String, Instant> found = new HashMap<>();
        if (context.getManager() instanceof ManagerBase manager) {
            for (Session session : manager.findSessions()) {
                String id = session.getIdInternal();
                if (id != null && ids.contains(id)) {
                    found.put(id, Instant.ofEpochMilli(session.getThisAccessedTimeInternal()));
                }
            }
        }
        return found;
    }

    /** Why it is not known which sessions are in memory; none when it is. */
    Reason liveUnknown() {
        Manager manager = context.getManager();
        return manager == null || manager instanceof ManagerBase ? Reason.NONE : unknown(manager);
    }

    /** Of a manager that may keep sessions where the console does not look. */
    static Reason unknown(Manager manager) {
        return Reason.of("reason.unknownManager", manager.getClass().getName());
    }

    Optional<LiveSession> live(Handle handle, Instant now) {
        return live(now).stream()
                .filter(session -> session.handle().equals(handle))
                .findFirst();
    }

    /** Null when nothing saves sessions while they are live. */
    @Nullable
    Duration window() {
        return backupWindow().map(BackupWindow::length).orElse(null);
    }

    Optional<BackupWindow> backupWindow() {
        return context.getManager() instanceof PersistentManagerBase manager
                ? Optional.of(BackupWindow.of(context, manager))
                : Optional.empty();
    }

    EntryReader reader(boolean storeAnswers, Instant now) {
        ClassLoader classes =
                isRunning() && context.getLoader() != null ? context.getLoader().getClassLoader() : null;
        return new EntryReader(
                stored,
                window(),
                classes,
                storeAnswers,
                nodeName().orElse(""),
                storeAnswers && stored instanceof TableSessions table
                        ? table.aliveBeside(nodeName().orElse(""))
                        : List.of(),
                now);
    }

    /** What keeps the sessions of this context, by class names. */
    Keeping keeping() {
        Manager manager = context.getManager();
        String file = manager instanceof StandardManager standard ? standard.getPathname() : null;
        return new Keeping(
                manager == null ? "" : manager.getClass().getName(),
                store().map(store -> store.getClass().getName()).orElse(""),
                file == null ? "" : file,
                stored instanceof StoredSessions.InMemoryOnly,
                backupWindow());
    }

    /**
     * @param manager class name; empty when the context has none, which a stopped one may
     * @param store class name; empty when there is none
     * @param file where StandardManager writes sessions at a clean stop; empty when it does not
     * @param inMemoryOnly when it is known that there is no store
     */
    public record Keeping(
            String manager, String store, String file, boolean inMemoryOnly, Optional<BackupWindow> window) {}
}
