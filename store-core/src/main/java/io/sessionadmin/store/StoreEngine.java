package io.sessionadmin.store;

import io.sessionadmin.table.Reaping;
import io.sessionadmin.table.SaveResult;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.apache.juli.logging.Log;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * What a started {@link JdbcStore} does: brings sessions of one context from memory to the table and back.
 *
 * <p>It remembers two things until PostgreSQL has taken them: sessions whose save failed, and sessions that ended here
 * while PostgreSQL was away. Both are tried again by {@link #backgroundPass()}. Safe for use by several threads.
 */
final class StoreEngine {

    /** What a session id may look like; another one is nobody's, and not worth a query. */
    private static final Pattern PLAUSIBLE_ID = Pattern.compile("[!#-&(-:=?-\\[\\]-~]{1,255}");

    private static final int REAPED_AT_ONCE = 100;
    private static final int NAMED_AT_MOST = 1_000;

    private final Log log;
    private final String context;
    private final Manager manager;
    private final SessionTable table;
    private final SessionCodec codec;
    private final LiveCopies live;
    private final StoreHealth health;
    private final Clock clock;

    private final Set<StandardSession> failedSaves = ConcurrentHashMap.newKeySet();
    private final Set<String> endedHere = ConcurrentHashMap.newKeySet();
    private final Set<String> beingReaped = ConcurrentHashMap.newKeySet();
    private final Set<String> named = ConcurrentHashMap.newKeySet();

    StoreEngine(Log log, Manager manager, SessionTable table, StoreHealth health, Clock clock) {
        this.log = log;
        this.manager = manager;
        this.context = ContextName.of(manager.getContext());
        this.table = table;
        this.codec = new SessionCodec(manager);
        this.live = new LiveCopies(manager);
        this.health = health;
        this.clock = clock;
    }

    // ------------------------------------------------------------------ save

    /** Saves a live session. After an exception the old row is as it was, and the session is among the failed ones. */
    void save(StandardSession session) throws IOException {
        if (!LiveCopies.isValid(session)) {
            return;
        }
        SessionBackup before = SessionBackup.of(session);
        try {
            SessionCodec.Encoded encoded = codec.encode(session);
            nameLeftOut(encoded.leftOut());
            settle(session, encoded, table.save(row(session, encoded)));
            failedSaves.remove(session);
            health.worked();
        } catch (StoreUnavailableException e) {
            noteFailure(session, before, String.valueOf(e.getMessage()));
            health.failed(e);
            throw e;
        } catch (SessionNotSavedException e) {
            noteFailure(session, before, e.reason());
            if (before.failure() == null || !before.failure().reason().equals(e.reason())) {
                log.warn(
                        "Session " + key(session) + " can't be saved: " + e.reason()
                                + ". Its last saved copy stays, it is kept in memory, and tried again",
                        e.getCause());
            }
            throw e;
        }
    }

    private SessionRow row(StandardSession session, SessionCodec.Encoded encoded) throws SessionNotSavedException {
        if (!PLAUSIBLE_ID.matcher(session.getIdInternal()).matches()) {
            throw new SessionNotSavedException("its id is longer than 255 characters or has characters that no cookie"
                    + " carries; look at <SessionIdGenerator>");
        }
        return new SessionRow(
                key(session),
                session.getMaxInactiveInterval(),
                encoded.access(),
                SessionBackup.of(session).savedAccess(),
                SessionUser.of(session).map(StoreEngine::fitting).orElse(null),
                encoded.data());
    }

    private void settle(StandardSession session, SessionCodec.Encoded encoded, SaveResult result)
            throws SessionNotSavedException {
        if (result instanceof SaveResult.Saved) {
            SessionBackup.saved(encoded.access(), clock.millis(), encoded.data().length, encoded.leftOut())
                    .attachTo(session);
        } else if (result instanceof SaveResult.Invalidated) {
            expire(session);
        } else if (result instanceof SaveResult.TakenByContext taken) {
            throw new SessionNotSavedException("context " + taken.context() + " has a session with the same id and the"
                    + " table's key is the id alone; run sql/postgresql/upgrade-from-tomcat.sql, or set"
                    + " schema=\"upgrade\"");
        } else if (live.drop(session)) {
            log.info("Session " + key(session) + " was used on another node since: its row is newer than the copy here,"
                    + " which is dropped");
        }
    }

    private void noteFailure(StandardSession session, SessionBackup before, String reason) {
        before.failed(reason, clock.millis()).attachTo(session);
        failedSaves.add(session);
    }

    private void nameLeftOut(List<String> leftOut) {
        for (String word : leftOut) {
            if (named.size() < NAMED_AT_MOST && named.add(word)) {
                log.warn("Sessions of " + context + " are saved without an attribute, which stays in memory: " + word);
            }
        }
    }

    // ------------------------------------------------------------------ load, remove

    /** The stored session; null when there is none, or it has ended. */
    @Nullable
    Session load(String id) throws IOException {
        if (!PLAUSIBLE_ID.matcher(id).matches() || endedHere.contains(id)) {
            return null;
        }
        Optional<StoredSession> stored;
        try {
            stored = table.load(new SessionKey(context, id));
            health.worked();
        } catch (StoreUnavailableException e) {
            health.failed(e);
            throw e;
        }
        if (stored.isEmpty()) {
            return null;
        }
        try {
            return decoded(stored.get());
        } catch (SessionUnreadableException e) {
            String message = "Session " + stored.get().key() + " can't be read: " + e.reason();
            if (named.size() < NAMED_AT_MOST && named.add(message)) {
                log.warn(message + ". Its row stays");
                log.debug("The cause", e);
            }
            throw e;
        }
    }

    private StandardSession decoded(StoredSession stored) throws SessionUnreadableException {
        StandardSession session = codec.decode(stored);
        long access = Math.max(stored.lastAccess(), session.getThisAccessedTimeInternal());
        SessionBackup.saved(access, stored.savedAt(), stored.data().length, List.of())
                .attachTo(session);
        return session;
    }

    /** Removes the row of a session that has ended here. When PostgreSQL is away, that is remembered. */
    void remove(String id) {
        if (beingReaped.contains(id) || !PLAUSIBLE_ID.matcher(id).matches()) {
            return;
        }
        try {
            table.remove(new SessionKey(context, id));
            health.worked();
        } catch (StoreUnavailableException e) {
            endedHere.add(id);
            health.failed(e);
        }
    }

    /** Ends a session for good: its tombstone first, so that no save that is under way brings it back. */
    Invalidation invalidate(String id) {
        // Before the tombstone: our own listener hears of it, too.
        Optional<StandardSession> before = live.find(id);
        Optional<StoredSession> stored = Optional.empty();
        boolean tombstone = false;
        try {
            stored = table.invalidate(new SessionKey(context, id));
            tombstone = true;
            health.worked();
        } catch (StoreUnavailableException e) {
            endedHere.add(id);
            health.failed(e);
        }
        Optional<StandardSession> copy = before.or(() -> live.find(id));
        if (copy.isPresent()) {
            expire(copy.get());
        } else {
            stored.ifPresent(this::expireStored);
        }
        return new Invalidation(tombstone, stored.isPresent(), copy.isPresent());
    }

    // ------------------------------------------------------------------ background

    /**
     * One background pass: tries failed saves again, finishes what ended while PostgreSQL was away, ends the copies of
     * sessions that were invalidated elsewhere, and reaps what has expired.
     */
    void backgroundPass() {
        LiveCopies.Snapshot now = live.snapshot();
        noticeUnsavedAccesses(now);
        try {
            finishEnded();
            retryFailedSaves();
            endInvalidated(now);
            reap(now);
            health.worked();
        } catch (StoreUnavailableException e) {
            health.failed(e);
        }
    }

    /** So that it is known since when a session in steady use is not in the store. */
    private static void noticeUnsavedAccesses(LiveCopies.Snapshot now) {
        for (StandardSession session : now.sessions()) {
            SessionBackup backup = SessionBackup.of(session);
            long lastAccess = session.getThisAccessedTimeInternal();
            if (backup.unsavedSince() == 0 && lastAccess > backup.savedAccess()) {
                long earlier = session.getLastAccessedTimeInternal();
                backup.unsavedSince(earlier > backup.savedAccess() ? earlier : lastAccess)
                        .attachTo(session);
            }
        }
    }

    private void finishEnded() throws StoreUnavailableException {
        for (String id : List.copyOf(endedHere)) {
            table.invalidate(new SessionKey(context, id));
            endedHere.remove(id);
        }
    }

    private void retryFailedSaves() {
        for (StandardSession session : List.copyOf(failedSaves)) {
            if (!live.holds(session) || !LiveCopies.isValid(session)) {
                failedSaves.remove(session);
                continue;
            }
            try {
                save(session);
            } catch (IOException e) {
                log.debug("Tried again in vain", e); // noted with the session, and logged when it began
            }
        }
    }

    /** Ends the copies of sessions that were invalidated elsewhere. */
    void endInvalidated() {
        try {
            endInvalidated(live.snapshot());
            health.worked();
        } catch (StoreUnavailableException e) {
            health.failed(e);
        }
    }

    private void endInvalidated(LiveCopies.Snapshot now) throws StoreUnavailableException {
        int ended = 0;
        for (String id : table.invalidatedIds(context)) {
            Optional<StandardSession> copy = now.find(id);
            if (copy.isPresent() && LiveCopies.isValid(copy.get())) {
                expire(copy.get());
                ended++;
            }
        }
        if (ended > 0) {
            log.info(ended + " sessions of " + context + " that were invalidated elsewhere have ended here");
        }
    }

    private void reap(LiveCopies.Snapshot now) throws StoreUnavailableException {
        String next = "";
        while (next != null) {
            Reaping reaping = table.reap(context, next, REAPED_AT_ONCE, now);
            reaping.expired().forEach(this::expireStored);
            next = reaping.next();
        }
    }

    // ------------------------------------------------------------------ expire

    private void expire(StandardSession session) {
        Context catalina = manager.getContext();
        ClassLoader before = catalina.bind(false, null);
        try {
            session.expire();
        } catch (Throwable t) { // a listener of the application's
            ExceptionUtils.handleThrowable(t);
            log.error("A listener threw while session " + key(session) + " ended", t);
        } finally {
            catalina.unbind(false, before);
        }
    }

    /** Tells the listeners of a session that is in no memory that it has ended. Its row is gone already. */
    private void expireStored(StoredSession stored) {
        String id = stored.key().id();
        beingReaped.add(id);
        try {
            expire(codec.decode(stored));
        } catch (SessionUnreadableException e) {
            log.warn("Session " + stored.key() + " has ended without its listeners being told, because it can't be"
                    + " read: " + e.reason());
        } finally {
            beingReaped.remove(id);
        }
    }

    private SessionKey key(Session session) {
        return new SessionKey(context, session.getIdInternal());
    }

    private static String fitting(String user) {
        return user.length() <= 255
                ? user.replace('\0', '?')
                : user.substring(0, 255).replace('\0', '?');
    }
}
