package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
import org.apache.tomcat.util.ExceptionUtils;
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

    /** Whether a look-up on this thread that belongs to no request has got no answer. */
    private static final ThreadLocal<Boolean> UNANSWERED = new ThreadLocal<>();

    /**
     * Tomcat's own listeners of a session that was swapped out, such as single sign-on.
     *
     * @param until when nobody needs them any more, milliseconds since 1970-01-01 UTC
     */
    private record Carried(List<SessionListener> listeners, long until) {}

    private static final long LONGEST_CARRIED = TimeUnit.DAYS.toMillis(1);

    private final Map<String, Carried> carriedOver = new ConcurrentHashMap<>();
    private boolean gated;

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

    /** How long a request waits for another one of the same session, seconds. */
    public int getSessionLockTimeout() {
        return attributes.sessionLockTimeout();
    }

    /** How long a stop may take to save what is not saved, seconds. */
    public int getStopTimeout() {
        return attributes.stopTimeout();
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
        sessions.clear(); // what a late request of the last run has left behind has its classes, too
        super.startInternal(); // starts the store, which attaches itself
        if (getContext().getParent() instanceof Host host) {
            ResponseGateValve.addTo(host);
            gated = true;
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
        if (gated && getContext().getParent() instanceof Host host) { // not when it never started
            gated = false;
            ResponseGateValve.removeFrom(host);
        }
        if (!getSaveOnRestart()) {
            // Other nodes may serve them. What was never saved ends with this node, and Tomcat tells its listeners.
            copies().stream().filter(SharedSession::isStored).forEach(this::removeSuper);
        }
        super.stopInternal();
        carriedOver.clear();
        sessions.clear();
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
        return scope == null ? lookUpOutsideOfRequests(now, id) : lookUpInRequest(now, scope, id);
    }

    private @Nullable SharedSession lookUpInRequest(Sharing now, RequestScope scope, String id) throws IOException {
        RequestScope.Answer known = scope.answer(this, id);
        if (known != null && known.unavailable() == null) {
            return known.session();
        }
        try {
            if (known != null) {
                throw new IOException(known.unavailable());
            }
            if (!SharedEnding.isUnderWay()) { // single sign-on must not wait for a session in the middle of an end
                now.queue().enter(scope, id);
            }
            SharedSession found = now.sessions().lookUp(id);
            scope.remember(this, id, found);
            return found;
        } catch (IOException e) {
            scope.rememberUnavailable(this, id, String.valueOf(e.getMessage()));
            if (!now.sessions().refuses()) {
                return null;
            }
            if (SharedEnding.isUnderWay() || !scope.isOfSharedManager()) {
                throw e;
            }
            throw SessionUnavailable.endRequest(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Before the first valve ({@code CoyoteAdapter} looks for the version of a context), after the last (the access log),
     * or on a thread of the application's. The first two take none for an answer. The third must not be given a new
     * session instead, see {@link #createSession}.
     */
    private @Nullable SharedSession lookUpOutsideOfRequests(Sharing now, String id) throws IOException {
        try {
            SharedSession found = now.sessions().lookUp(id);
            UNANSWERED.remove();
            return found;
        } catch (IOException e) {
            if (SharedEnding.isUnderWay()) {
                throw e;
            }
            if (now.sessions().refuses()) {
                UNANSWERED.set(true);
            }
            return null;
        }
    }

    @Override
    protected @Nullable Session swapIn(String id) throws IOException {
        Sharing now = sharing;
        return now == null ? null : now.sessions().lookUp(id);
    }

    /**
     * Creates a session.
     *
     * @throws IllegalStateException when there are too many, or this thread has just asked for one that can't be read
     */
    @Override
    public Session createSession(@Nullable String sessionId) {
        RequestScope scope = RequestScope.current();
        boolean unanswered = UNANSWERED.get() != null;
        UNANSWERED.remove();
        if (scope == null && unanswered) {
            throw new IllegalStateException("The session can't be read at present, and no other takes its place");
        }
        Sharing now = sharing;
        if (sessionId != null && now != null) {
            now.endings().givenAgain(sessionId);
        }
        Session session = super.createSession(sessionId);
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
        if (sessions.putIfAbsent(session.getIdInternal(), session) != null) {
            return false;
        }
        if (getActiveSessions() > getMaxActive()) {
            setMaxActive(getActiveSessions());
        }
        carryOver(session);
        session.activate();
        return true;
    }

    /** Gives Tomcat's own listeners of the last copy to this one. */
    void carryOver(SharedSession session) {
        Carried carried = carriedOver.remove(session.getIdInternal());
        if (carried != null) {
            session.addTomcatsListeners(carried.listeners());
        }
    }

    /** A session that was swapped out while a request took it up is kept until it is saved. */
    void keep(SharedSession session) {
        String id = session.getIdInternal();
        if (id != null && !session.hasEnded()) {
            sessions.putIfAbsent(id, session);
            if (session.hasEnded()) {
                sessions.remove(id, session);
            }
        }
    }

    /** A copy that has ended, and came back by a thread that did not know yet. */
    void takeOut(SharedSession ended) {
        sessions.remove(ended.getIdInternal(), ended);
    }

    /** Puts a saved session out of memory; false when a request uses it, or has changed it meanwhile. */
    boolean swapOutIfUnused(SharedSession session, long now) {
        if (session.isInUse(now) || session.mayHaveChanged() || !holds(session)) {
            return false;
        }
        List<SessionListener> listeners = session.tomcatsListeners();
        if (!listeners.isEmpty()) {
            long left = session.getMaxInactiveInterval() * 1000L;
            carriedOver.put(
                    session.getIdInternal(),
                    new Carried(listeners, now + (left <= 0 ? LONGEST_CARRIED : Math.min(left, LONGEST_CARRIED))));
        }
        removeSuper(session);
        return true;
    }

    private void forgetOldListeners(long now) {
        carriedOver.values().removeIf(carried -> carried.until() < now);
    }

    /** Whether Tomcat's own listeners wait for a session that was swapped out. */
    boolean carriesListenersOf(String id) {
        return carriedOver.containsKey(id);
    }

    // ------------------------------------------------------------------ ends

    /** Counts sessions that have expired in the table, and were in no memory. */
    void haveExpired(int sessions) {
        expiredSessions.addAndGet(sessions);
    }

    /** Ends a copy whose row is gone, or a tombstone. */
    void end(SharedSession session, End how) {
        ClassLoader before = getContext().bind(false, null);
        try {
            session.end(how);
        } catch (Throwable t) { // a listener of the application's
            ExceptionUtils.handleThrowable(t);
            log.error("A listener threw while a session of " + contextName() + " ended", t);
        } finally {
            getContext().unbind(false, before);
        }
    }

    /** Tomcat has taken a session out: for good where {@code update} says so, else its id is being changed. */
    @Override
    public void remove(Session session, boolean update) {
        String id = session.getIdInternal();
        Endings endings = update ? endingsHere(session) : null;
        if (endings != null) {
            endings.begin(id);
        }
        Session other = id == null ? null : sessions.get(id);
        super.remove(session, update);
        if (other != null && other != session) { // Tomcat goes by the id
            sessions.putIfAbsent(id, other);
        }
        if (update && session instanceof SharedSession ended) {
            ended.leavesManager();
        }
        if (endings != null) {
            endings.bury(id);
        }
    }

    /** Where a session that ends by the application's own will is to be noted; null for another one. */
    private @Nullable Endings endingsHere(Session session) {
        Sharing now = sharing;
        String id = session.getIdInternal();
        return now != null
                        && session instanceof SharedSession ended
                        && ended.how() == End.HERE
                        && id != null
                        && SessionRows.isPlausible(id)
                ? now.endings()
                : null;
    }

    /** What has ended is dealt with where it is known how. */
    @Override
    protected void removeSession(String id) {
        log.trace("A session has left the memory");
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
        now.endings().begin(oldId);
        try {
            super.changeSessionId(session, newId, notifySessionListeners, notifyContainerListeners);
            now.sessions().moved(moving, oldId);
        } finally {
            now.endings().done(oldId);
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

    /** @param done whether the application has done with the request */
    void saveIfChanged(SharedSession session, boolean done) {
        Sharing now = sharing;
        if (now != null && (!savesInBackground() || !holds(session))) {
            now.sessions().saveIfChanged(session, done ? 1 : 0);
        }
    }

    /** Whether changes wait for the background pass: sticky. */
    boolean savesInBackground() {
        Sharing now = sharing;
        return now != null && now.settings().coherence() == SharingSettings.Coherence.STICKY;
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
            forgetOldListeners(before);
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
