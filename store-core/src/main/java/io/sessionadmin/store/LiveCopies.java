package io.sessionadmin.store;

import io.sessionadmin.table.LiveSessions;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.StoreManager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardSession;

/** The sessions in this node's memory, looked at without accessing or expiring one. */
final class LiveCopies implements LiveSessions {

    /** How long a row is left alone whose session the manager is about to expire itself; milliseconds. */
    private static final long MANAGER_EXPIRES_IT = 60_000;

    private final Manager manager;

    LiveCopies(Manager manager) {
        this.manager = manager;
    }

    Session[] all() {
        return manager.findSessions();
    }

    /** Not {@code Manager.findSession}: that one counts as an access, and loads. */
    Optional<StandardSession> find(String id) {
        if (manager instanceof PersistentManagerBase persistent && !persistent.isLoaded(id)) {
            return Optional.empty();
        }
        return Arrays.stream(all())
                .filter(session -> id.equals(session.getIdInternal()))
                .map(StandardSession.class::cast)
                .findFirst();
    }

    @Override
    public OptionalLong heldUntil(String sessionId) {
        Optional<StandardSession> live = find(sessionId);
        if (live.isEmpty()) {
            return OptionalLong.empty();
        }
        int maxInactive = live.get().getMaxInactiveInterval();
        if (maxInactive <= 0) {
            return OptionalLong.of(NEVER);
        }
        long expiry = live.get().getThisAccessedTimeInternal() + maxInactive * 1000L;
        return OptionalLong.of(Math.max(expiry, System.currentTimeMillis() + MANAGER_EXPIRES_IT));
    }

    /**
     * Drops a copy that is older than its row, unless a request is using it; the next look-up loads the row. A request
     * in progress shows in the two times: Tomcat sets the first when it begins, both when it ends.
     */
    boolean drop(StandardSession session) {
        boolean inUse = session.getThisAccessedTimeInternal() != session.getLastAccessedTimeInternal();
        if (inUse || !(manager instanceof StoreManager storeManager)) {
            return false;
        }
        storeManager.removeSuper(session);
        return true;
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
