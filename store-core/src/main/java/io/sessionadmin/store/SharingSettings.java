package io.sessionadmin.store;

import java.time.Duration;

/**
 * What {@code <Manager className="io.sessionadmin.store.SharedPersistentManager">} says about how sessions are shared,
 * checked and frozen when it starts.
 *
 * @param touchInterval how often at most an access that changed nothing is written
 * @param stopDeadline how long a stop may take to save what is not saved
 * @param lockTimeout how long a request waits for another one of the same session
 */
record SharingSettings(
        Coherence coherence,
        Duration touchInterval,
        SessionLocking locking,
        Duration lockTimeout,
        OnStoreUnavailable onStoreUnavailable,
        Duration stopDeadline) {

    /** Which requests may reach this node. */
    enum Coherence {
        /** Any request may reach any node, in any order. */
        STRICT,
        /** The load balancer sends a visitor to the same node, as long as that is there. */
        STICKY
    }

    /** Which requests of one session wait for each other. */
    enum SessionLocking {
        NONE,
        /** Those that reach this node. */
        NODE,
        /** Those that reach any node. */
        CLUSTER
    }

    /** What becomes of a request whose session can't be read. */
    enum OnStoreUnavailable {
        /** It is answered 503 and the visitor keeps the cookie. */
        ERROR,
        /** The visitor gets a new session, and the old one is lost to them. */
        NEW_SESSION
    }

    /**
     * How often at most an access is written. A row may be so much older than the last access, and two seconds for the
     * writing: that is the grace for which no node takes its session for expired, the touch interval or a tenth of the
     * session's max inactive interval.
     */
    long intervalMillis(int maxInactiveSeconds) {
        long atMost = touchInterval.toMillis();
        return Math.max(0, (maxInactiveSeconds <= 0 ? atMost : Math.min(atMost, maxInactiveSeconds * 100L)) - 2_000);
    }
}
