package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.SessionListener;
import org.apache.catalina.Store;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardSession;
import org.apache.coyote.ResponseGate;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's PersistentManager for sessions that any node may serve. It takes the same attributes with the same meaning, and
 * its own: {@code coherence}, {@code touchInterval}, {@code sessionLocking}, {@code node} and a few limits
 * (docs/store.md). Its store is a {@link JdbcStore}.
 *
 * <p>It brings two valves along: one in the pipeline of its host, which has changed sessions saved before the client can
 * see the end of a response, and one in that of its context, which answers 503 when a session can't be read.
 *
 * <p>While PostgreSQL is away, sessions in memory are served, what could not be saved is kept and tried again, and no
 * session is taken for ended. Safe for use by several threads.
 */
public final class SharedPersistentManager extends PersistentManagerBase {

    private static final String NAME = "SharedPersistentManager";

    private final Log log = LogFactory.getLog(SharedPersistentManager.class);
    private final SharingAttributes attributes = new SharingAttributes();
    private final UnavailableValve refusing = new UnavailableValve();

    /** Tomcat's own listeners of sessions that were swapped out, such as single sign-on. */
    private final Map<String, List<SessionListener>> carriedOver = new ConcurrentHashMap<>();

    private volatile @Nullable Sharing sharing;

    /**
     * Sets an attribute of {@code <Manager>} for which Tomcat finds no setter ({@code IntrospectionUtils.setProperty}):
     * those that Tomcat's PersistentManager does not have. What is unknown or wrong is reported by the start.
     */
    public void setProperty(String name, String value) {
        attributes.set(name, value);
    }

    @Override
    public String getName() {
        return NAME;
    }

    /** As it is configured: {@code strict} or {@code sticky}. */
    public String getCoherence() {
        return attributes.coherence();
    }

    /** Seconds. */
    public int getTouchInterval() {
        return attributes.touchInterval();
    }

    /** As it is configured: {@code none}, {@code node} or {@code cluster}. */
    public String getSessionLocking() {
        return attributes.sessionLocking();
    }

    /** As it is configured: {@code error} or {@code newSession}. */
    public String getOnStoreUnavailable() {
        return attributes.onStoreUnavailable();
    }

    /** How rows name this Tomcat: the attribute {@code node}, else the engine's jvmRoute, else host name and port. */
    public String getNode() {
        return attributes.node().orElseGet(() -> NodeName.of(getContext()));
    }

    // ------------------------------------------------------------------ life

    @Override
    public void setContext(Context context) {
        if (getContext() != null) {
            getContext().getPipeline().removeValve(refusing);
        }
        super.setContext(context);
        if (context != null) {
            // Now, and so before the authenticators: they look up sessions, too.
            context.getPipeline().addValve(refusing);
        }
    }

    @Override
    protected void startInternal() throws LifecycleException {
        try {
            attributes.freeze();
            check(getStore());
        } catch (IllegalArgumentException e) {
            String message = contextName() + ": " + e.getMessage();
            log.error(message);
            throw new LifecycleException(message);
        }
        super.startInternal(); // starts the store, which attaches itself
        if (getContext().getParent() instanceof Host host) {
            ResponseGateValve.addTo(host);
        }
    }

    private static void check(@Nullable Store store) {
        if (!(store instanceof JdbcStore)) {
            throw new IllegalArgumentException("<Manager className=\"" + SharedPersistentManager.class.getName()
                    + "\">: it needs a <Store className=\"" + JdbcStore.class.getName() + "\"> inside");
        }
        if (!ResponseGate.fits()) {
            throw new IllegalArgumentException("the jar of the store must be where Tomcat's own are found: put it into"
                    + " $CATALINA_BASE/lib, and not into the application or another loader");
        }
    }

    @Override
    protected void stopInternal() throws LifecycleException {
        if (getContext().getParent() instanceof Host host) {
            ResponseGateValve.removeFrom(host);
        }
        if (!getSaveOnRestart()) {
            // Other nodes may serve them. What was never saved ends with this node, and Tomcat tells its listeners.
            copies().stream().filter(SharedSession::isStored).forEach(this::removeSuper);
        }
        super.stopInternal();
        carriedOver.clear();
    }

    /** The store is there, and this does the work. */
    void attach(Sharing started) {
        sharing = started;
    }

    void detach() {
        sharing = null;
    }

    SharingSettings settings() {
        return attributes.freeze();
    }

    /** Nothing is loaded at start: sessions are read when somebody asks for them. */
    @Override
    public void load() {
        log.debug("Sessions are read when somebody asks for them");
    }

    /** Saves what is not saved, within {@code stopTimeout}, and empties the memory. */
    @Override
    public void unload() {
        Sharing now = sharing;
        if (now == null) {
            return;
        }
        int lost = now.background().saveAll();
        if (lost > 0) {
            log.error(lost + " sessions of " + contextName() + " are not in the store as they were in memory");
        }
        copies().forEach(this::removeSuper);
    }

    // ------------------------------------------------------------------ look up

    /**
     * The session with this id: as the store has it when the first look-up of a request asks, and after that as the
     * request knows it. When PostgreSQL is away and the session is not in memory the request ends here, and is answered
     * 503.
     *
     * @return null when there is none
     * @throws IOException when nobody knows, and the request is not to be ended
     */
    @Override
    public @Nullable Session findSession(@Nullable String id) throws IOException {
        Sharing now = sharing;
        if (id == null || now == null || !SessionRows.isPlausible(id)) {
            return null;
        }
        RequestScope scope = RequestScope.current();
        if (scope == null) {
            return lookUp(now, id);
        }
        RequestScope.Answer known = scope.answer(this, id);
        if (known != null) {
            return known.session();
        }
        enter(now, scope, id);
        SharedSession found = lookUp(now, id);
        scope.remember(this, id, found);
        return found;
    }

    private static void enter(Sharing now, RequestScope scope, String id) {
        try {
            now.queue().enter(scope, id);
        } catch (IOException e) {
            throw SessionUnavailable.endRequest(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable SharedSession lookUp(Sharing now, String id) throws IOException {
        try {
            return now.sessions().lookUp(id);
        } catch (IOException e) {
            if (SharedEnding.isUnderWay()) {
                throw e;
            }
            if (now.sessions().refuses()) {
                throw SessionUnavailable.endRequest(String.valueOf(e.getMessage()));
            }
            return null;
        }
    }

    @Override
    protected @Nullable Session swapIn(String id) throws IOException {
        Sharing now = sharing;
        return now == null ? null : now.sessions().lookUp(id);
    }

    @Override
    public Session createSession(@Nullable String sessionId) {
        Session session = super.createSession(sessionId);
        RequestScope scope = RequestScope.current();
        if (scope != null) {
            scope.remember(this, session.getIdInternal(), (SharedSession) session);
        }
        return session;
    }

    @Override
    protected StandardSession getNewSession() {
        return new SharedSession(this);
    }

    // ------------------------------------------------------------------ what is in memory

    String contextName() {
        return ContextName.of(getContext());
    }

    @Nullable
    SharedSession inMemory(String id) {
        return (SharedSession) sessions.get(id);
    }

    boolean holds(SharedSession session) {
        String id = session.getIdInternal();
        return id != null && sessions.get(id) == session;
    }

    Collection<SharedSession> copies() {
        List<SharedSession> copies = new ArrayList<>(sessions.size());
        sessions.values().forEach(session -> copies.add((SharedSession) session));
        return copies;
    }

    /** Takes a session that was read from the store; false when another thread was faster. */
    boolean admit(SharedSession session) {
        String id = session.getIdInternal();
        List<SessionListener> carried = carriedOver.remove(id);
        if (carried != null) {
            session.addTomcatsListeners(carried);
        }
        if (sessions.putIfAbsent(id, session) != null) {
            return false;
        }
        if (getActiveSessions() > getMaxActive()) {
            setMaxActive(getActiveSessions());
        }
        session.activate();
        return true;
    }

    /** A session that was swapped out while a request took it up is kept until it is saved. */
    void keep(SharedSession session) {
        String id = session.getIdInternal();
        if (id != null && !session.hasEnded()) {
            sessions.putIfAbsent(id, session);
        }
    }

    /** Puts a saved session out of memory; false when a request uses it, or has changed it meanwhile. */
    boolean swapOutIfUnused(SharedSession session) {
        if (session.isInUse() || session.changes().any() || !session.isStored()) {
            return false;
        }
        List<SessionListener> listeners = session.tomcatsListeners();
        if (!listeners.isEmpty()) {
            carriedOver.put(session.getIdInternal(), listeners);
        }
        removeSuper(session);
        return true;
    }

    // ------------------------------------------------------------------ ends

    /** Ends a copy whose row is gone, or a tombstone. */
    void end(SharedSession session, End how) {
        ClassLoader before = getContext().bind(false, null);
        try {
            session.end(how);
        } catch (RuntimeException | LinkageError | StackOverflowError e) { // a listener of the application's
            log.error("A listener threw while a session of " + contextName() + " ended", e);
        } finally {
            getContext().unbind(false, before);
        }
    }

    /** Tomcat has taken a session out: for good where {@code update} says so, else its id is being changed. */
    @Override
    public void remove(Session session, boolean update) {
        super.remove(session, update);
        if (update && session instanceof SharedSession ended) {
            ended.leavesManager();
            Sharing now = sharing;
            if (ended.how() == End.HERE && now != null && SessionRows.isPlausible(ended.getIdInternal())) {
                now.endings().bury(ended.getIdInternal());
            }
        }
    }

    /** What has ended is dealt with where it is known how. */
    @Override
    protected void removeSession(String id) {
        carriedOver.remove(id);
    }

    @Override
    protected void changeSessionId(
            Session session, String newId, boolean notifySessionListeners, boolean notifyContainerListeners) {
        Sharing now = sharing;
        if (now == null || !(session instanceof SharedSession moving)) {
            super.changeSessionId(session, newId, notifySessionListeners, notifyContainerListeners);
            return;
        }
        String oldId = moving.getIdInternal();
        boolean locked = moving.lockForSaving(SharedSessions.PATIENCE);
        try {
            super.changeSessionId(session, newId, notifySessionListeners, notifyContainerListeners);
            now.sessions().moved(moving, oldId);
        } finally {
            if (locked) {
                moving.unlock();
            }
        }
        RequestScope scope = RequestScope.current();
        if (scope != null && moving.isValid()) {
            scope.remember(this, newId, moving);
        }
    }

    // ------------------------------------------------------------------ for sessions

    void saveIfChanged(SharedSession session) {
        Sharing now = sharing;
        if (now != null && (now.settings().coherence() == SharingSettings.Coherence.STRICT || !holds(session))) {
            now.sessions().saveIfChanged(session);
        }
    }

    void accessed(SharedSession session) {
        Sharing now = sharing;
        if (now != null) {
            now.sessions().accessed(session);
        }
    }

    void unattended(SharedSession session) {
        Sharing now = sharing;
        if (now != null) {
            now.sessions().unattended(session);
        }
    }

    // ------------------------------------------------------------------ background

    @Override
    public void processExpires() {
        long before = System.currentTimeMillis();
        Sharing now = sharing;
        if (now != null) {
            now.background().pass();
        }
        processingTime += System.currentTimeMillis() - before;
    }

    /** Part of {@link #processExpires()}. */
    @Override
    public void processPersistenceChecks() {
        processExpires();
    }

    @Override
    protected void swapOut(Session session) throws IOException {
        throw new UnsupportedOperationException("sessions are swapped out in batches");
    }

    @Override
    protected void writeSession(Session session) throws IOException {
        getStore().save(session);
    }
}
