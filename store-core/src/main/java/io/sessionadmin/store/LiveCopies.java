package io.sessionadmin.store;

import io.sessionadmin.table.LiveSessions;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.StoreManager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardSession;

/** The sessions in this node's memory, looked at without accessing or expiring one. */
final class LiveCopies {

    /** After so many milliseconds without an access no ordinary request is using a session. */
    private static final long SURELY_UNUSED = 10_000;

    private final Manager manager;

    LiveCopies(Manager manager) {
        this.manager = manager;
    }

    /** Not {@code Manager.findSession}: that one counts as an access, and loads. Looks through all sessions once. */
    Map<String, StandardSession> find(Collection<String> ids) {
        Map<String, StandardSession> found = new HashMap<>();
        if (ids.stream().anyMatch(this::isLoaded)) {
            Set<String> wanted = Set.copyOf(ids);
            for (Session session : manager.findSessions()) {
                String id = session.getIdInternal();
                if (id != null && wanted.contains(id)) {
                    found.put(id, (StandardSession) session);
                }
            }
        }
        return found;
    }

    boolean holds(StandardSession session) {
        String id = session.getIdInternal(); // null after Tomcat has recycled it
        return id != null && isLoaded(id);
    }

    boolean isLoaded(String id) {
        return !(manager instanceof PersistentManagerBase persistent) || persistent.isLoaded(id);
    }

    /** All of them by id, for a background pass to ask about many. */
    Snapshot snapshot() {
        Map<String, StandardSession> byId = new HashMap<>();
        for (Session session : manager.findSessions()) {
            byId.put(session.getIdInternal(), (StandardSession) session);
        }
        return new Snapshot(byId);
    }

    /** The sessions that were in memory when a background pass began. */
    final class Snapshot implements LiveSessions {

        private final Map<String, StandardSession> byId;
        private final boolean contextListens = EndListeners.areIn(manager.getContext());

        private Snapshot(Map<String, StandardSession> byId) {
            this.byId = byId;
        }

        Collection<StandardSession> sessions() {
            return byId.values();
        }

        Optional<StandardSession> find(String id) {
            return Optional.ofNullable(byId.get(id));
        }

        /** Tomcat's own listeners are told of a session in memory only, and a row is not reaped whose session is. */
        @Override
        public boolean isToBeTold(String id) {
            return contextListens;
        }

        @Override
        public OptionalLong heldUntil(String id) {
            StandardSession session = byId.get(id);
            if (session == null) {
                // It may have been loaded since.
                return manager instanceof PersistentManagerBase && isLoaded(id)
                        ? OptionalLong.of(0)
                        : OptionalLong.empty();
            }
            if (session.getMaxInactiveInterval() <= 0) {
                return OptionalLong.of(NEVER);
            }
            return OptionalLong.of(session.getThisAccessedTimeInternal() + session.getMaxInactiveInterval() * 1000L);
        }
    }

    /**
     * Drops a copy that is older than its row; the next look-up loads the row. Not one that was accessed in the last
     * seconds: Tomcat does not tell whether a request is using a session, unless its activity check is on.
     */
    boolean drop(StandardSession session) {
        if (session.getIdleTimeInternal() < SURELY_UNUSED || !(manager instanceof StoreManager storeManager)) {
            return false;
        }
        storeManager.removeSuper(session);
        return true;
    }

    /** Whether the manager is being stopped, and may expire all of its sessions for no other reason. */
    boolean isStopping() {
        return manager instanceof Lifecycle lifecycle && !lifecycle.getState().isAvailable();
    }

    static boolean isOverdue(StandardSession session, long now) {
        int maxInactive = session.getMaxInactiveInterval();
        return maxInactive > 0 && now - session.getThisAccessedTimeInternal() >= maxInactive * 1000L;
    }

    /** Whether the session has neither been invalidated nor expired. */
    static boolean isValid(StandardSession session) {
        try {
            session.isNew(); // throws for a session that has ended; isValid() would expire an overdue one
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
