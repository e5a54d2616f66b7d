package io.sessionadmin.store;

import io.sessionadmin.table.Look;
import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.SaveResult;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredSession;
import io.sessionadmin.table.Tombstone;
import io.sessionadmin.table.TombstoneList;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.StandardSession;
import org.apache.juli.logging.Log;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * The work of a store under Tomcat's own managers: brings sessions of one context from memory to the table and back.
 *
 * <p>It remembers two things until PostgreSQL has taken them: sessions whose save failed, and sessions that ended here
 * while PostgreSQL was away. Both are tried again by {@link #backgroundPass()}. Safe for use by several threads.
 */
final class StockWork implements StoreWork {

    /** The note of a session that says which state of the row its copy comes from. */
    private static final String BASIS = Basis.class.getName();

    private final Log log;
    private final String context;
    private final Manager manager;
    private final SessionTable table;
    private final SessionRows rows;
    private final LiveCopies live;
    private final StoreHealth saving;
    private final StoreHealth reading;
    private final Claims claims;
    private final Answers answers;
    private final OutsideEnding outside;
    private final StoreStatistics statistics;
    private final Clock clock;

    /** Sessions that this node saved or loaded, by the id that they had then; cleared by the background pass. */
    private final Map<String, StandardSession> known = new ConcurrentHashMap<>();

    private final Set<StandardSession> failedSaves = ConcurrentHashMap.newKeySet();
    private final Map<String, Ending> endedHere = new ConcurrentHashMap<>();
    private final Set<String> beingReaped = ConcurrentHashMap.newKeySet();
    private final TombstoneLooks looks;

    /** Which state of which row a copy comes from. */
    private record Basis(String id, RowVersion version) {}

    /**
     * How a session ended here.
     *
     * @param idleSince its last access, when it was idle for too long; null for a logout
     * @param at when, milliseconds since 1970-01-01 UTC
     */
    private record Ending(@Nullable Long idleSince, long at) {}

    StockWork(
            Log log,
            Manager manager,
            SessionTable table,
            Claims claims,
            Answers answers,
            StoreHealth saving,
            StoreHealth reading,
            StoreStatistics statistics,
            Clock clock) {
        this.log = log;
        this.manager = manager;
        this.context = ContextName.of(manager.getContext());
        this.table = table;
        this.rows = new SessionRows(log, manager);
        this.live = new LiveCopies(manager);
        this.saving = saving;
        this.reading = reading;
        this.claims = claims;
        this.answers = answers;
        this.statistics = statistics;
        this.clock = clock;
        this.outside = new OutsideEnding(context, table, new Copies(), claims, saving, clock);
        this.looks = new TombstoneLooks(table, context);
    }

    // ------------------------------------------------------------------ save

    /** Saves a live session. After an exception the old row is as it was, and the session is among the failed ones. */
    @Override
    public void save(StandardSession session) throws IOException {
        if (!LiveCopies.isValid(session)) {
            return;
        }
        SessionBackup before = SessionBackup.of(session);
        String id = session.getIdInternal();
        try {
            known.put(id, session);
            long start = statistics.start();
            write(session, id);
            statistics.saved(start);
            failedSaves.remove(session);
            saving.worked();
        } catch (StoreUnavailableException e) {
            if (e.isAboutTheRow()) {
                throw notSaved(session, before, new SessionNotSavedException(String.valueOf(e.getMessage()), e));
            }
            noteFailure(session, before, String.valueOf(e.getMessage()));
            saving.failed(e);
            throw e;
        } catch (SessionNotSavedException e) {
            if (!LiveCopies.isValid(session)) { // it ended while it was being written, here or on another node
                failedSaves.remove(session);
                return;
            }
            throw notSaved(session, before, e);
        } catch (Throwable t) { // the application's own code has more ways to throw than it declares
            ExceptionUtils.handleThrowable(t);
            throw notSaved(
                    session, before, new SessionNotSavedException(t.getClass().getName(), t));
        }
    }

    private void write(StandardSession session, String id) throws IOException {
        SessionRows.Written written = rows.write(session, id, live.holds(session));
        settle(session, written, table.save(written.row(), basis(session, id)));
    }

    private void settle(StandardSession session, SessionRows.Written written, SaveResult result) throws IOException {
        SessionKey key = written.row().key();
        if (!key.id().equals(session.getIdInternal()) || !LiveCopies.isValid(session)) {
            table.bury(key, clock.millis()); // it ended or got a new id while it was being saved
        } else if (result instanceof SaveResult.Saved saved) {
            session.setNote(BASIS, new Basis(key.id(), saved.version()));
            SessionBackup.saved(
                            written.row().lastAccess(),
                            clock.millis(),
                            written.row().data().length,
                            written.leftOut())
                    .attachTo(session);
        } else if (result instanceof SaveResult.Invalidated || result instanceof SaveResult.Gone) {
            answers.ended(key.id());
            end(session, isOursToTell(key));
        } else if (result instanceof SaveResult.TakenByContext taken) {
            throw new SessionNotSavedException(taken);
        } else if (live.drop(session)) {
            log.info("Session " + key + " was used on another node since: its row is newer than the copy here,"
                    + " which is dropped");
        }
    }

    /** Of a session that has ended elsewhere, or whose row was deleted. */
    private boolean isOursToTell(SessionKey key) throws StoreUnavailableException {
        return !(table.look(key, RowVersion.NONE, Duration.ZERO) instanceof Look.Ended ended)
                || claims.isOurs(key, ended.toldBy());
    }

    /** Of a session that has got a new id since there is no row yet. */
    private static RowVersion basis(Session session, String id) {
        return session.getNote(BASIS) instanceof Basis basis && basis.id().equals(id)
                ? basis.version()
                : RowVersion.NONE;
    }

    /** Notes a failure of the session's own, and logs it when it is new. */
    private IOException notSaved(StandardSession session, SessionBackup before, SessionNotSavedException e) {
        if (!LiveCopies.isValid(session)) {
            return e; // it ended meanwhile, and need not be saved any more
        }
        noteFailure(session, before, e.reason());
        if (before.failure() == null || !before.failure().reason().equals(e.reason())) {
            log.warn(
                    "Session " + rows.key(session) + " can't be saved: " + e.reason()
                            + ". Its last saved copy stays, it is kept in memory, and tried again",
                    e.getCause());
        }
        return e;
    }

    private void noteFailure(StandardSession session, SessionBackup before, String reason) {
        statistics.failed();
        before.failed(reason, clock.millis()).attachTo(session);
        failedSaves.add(session);
    }

    // ------------------------------------------------------------------ load, remove

    /** The stored session; null when there is none, or it has ended. */
    @Override
    public @Nullable Session load(String id) throws IOException {
        if (!SessionRows.isPlausible(id) || endedHere.containsKey(id)) {
            return null;
        }
        Optional<StoredSession> stored;
        try {
            long start = statistics.start();
            stored = table.load(rows.key(id));
            statistics.loaded(start);
            reading.worked();
        } catch (StoreUnavailableException e) {
            reading.failed(e);
            throw e;
        }
        if (stored.isEmpty()) {
            return null;
        }
        return decoded(stored.get());
    }

    private StandardSession decoded(StoredSession stored) throws SessionUnreadableException {
        StandardSession session = rows.read(stored);
        long access = Math.max(stored.lastAccess(), session.getThisAccessedTimeInternal());
        SessionBackup.saved(access, stored.savedAt(), stored.bytes(), List.of()).attachTo(session);
        session.setNote(BASIS, new Basis(stored.key().id(), stored.version()));
        known.put(stored.key().id(), session);
        return session;
    }

    /**
     * Deals with the row of a session that has ended here. Tomcat does not say why. A copy that was idle for too long
     * says nothing about other nodes: its row goes unless it was used since. A logout holds for all nodes, and leaves a
     * tombstone. When PostgreSQL is away, that is remembered.
     */
    @Override
    public void remove(String id) {
        StandardSession copy = known.remove(id);
        if (beingReaped.contains(id) || !SessionRows.isPlausible(id)) {
            return;
        }
        long now = clock.millis();
        boolean idle = copy != null && (live.isStopping() || LiveCopies.isOverdue(copy, now));
        Ending ending = new Ending(idle ? Long.valueOf(copy.getThisAccessedTimeInternal()) : null, now);
        try {
            finish(rows.key(id), ending, false);
            saving.worked();
        } catch (StoreUnavailableException e) {
            endedHere.put(id, ending);
            saving.failed(e);
        }
    }

    private void finish(SessionKey key, Ending ending, boolean late) throws StoreUnavailableException {
        if (ending.idleSince() != null) {
            table.removeIdle(key, ending.idleSince());
        } else if (late) {
            table.buryLate(key, ending.at());
        } else {
            table.bury(key, ending.at());
        }
    }

    @Override
    public Map<String, Invalidation> invalidate(Collection<String> ids) {
        return outside.invalidate(ids);
    }

    /** The copies in the memory of a manager of Tomcat's, which ends a session once. */
    private final class Copies implements OutsideEnding.Copies {

        @Override
        public Map<String, StandardSession> find(Collection<String> ids) {
            return live.find(ids);
        }

        @Override
        public boolean decideEnd(StandardSession copy) {
            return true;
        }

        @Override
        public void end(StandardSession copy, boolean tell) {
            StockWork.this.end(copy, tell);
        }

        @Override
        public void tellOfEnd(StoredSession stored) {
            expireStored(stored);
        }

        @Override
        public void remember(String id) {
            endedHere.put(id, new Ending(null, clock.millis()));
        }
    }

    /** Under the session's lock, as Tomcat's manager saves. */
    @Override
    public BackupResult backUp(String id) {
        StandardSession session = live.find(List.of(id)).get(id);
        if (session == null || !LiveCopies.isValid(session)) {
            return new BackupResult.NotLive();
        }
        try {
            synchronized (session) {
                if (isInTheRow(session, id)) {
                    return new BackupResult.NothingToSave();
                }
                save(session);
            }
        } catch (IOException e) {
            return new BackupResult.Failed(String.valueOf(e.getMessage()));
        }
        SessionBackup backup = SessionBackup.of(session);
        return LiveCopies.isValid(session) && live.holds(session)
                ? new BackupResult.Saved(backup.bytes(), backup.leftOut())
                : new BackupResult.NotLive();
    }

    /** Whether the last access is in the row; the table is asked, as it may have been restored or emptied. */
    private boolean isInTheRow(StandardSession session, String id) throws StoreUnavailableException {
        SessionBackup known = SessionBackup.of(session);
        return known.failure() == null
                && known.savedAccess() >= session.getThisAccessedTimeInternal()
                && table.catalog().backups(context, List.of(id)).stream()
                        .anyMatch(row ->
                                row.valid() && known.asStored(row.lastAccess()).equals(known));
    }

    // ------------------------------------------------------------------ background

    /**
     * One background pass: tries failed saves again, finishes what ended while PostgreSQL was away, ends the copies of
     * sessions that ended elsewhere, keeps the rows of sessions in steady use from looking expired, and reaps what has.
     */
    @Override
    public void backgroundPass() {
        LiveCopies.Snapshot now = live.snapshot();
        List<String> dropped = known.keySet().stream()
                .filter(id -> now.find(id).isEmpty() && !live.isLoaded(id))
                .toList();
        dropped.forEach(known::remove);
        noticeUnsavedAccesses(now);
        try {
            finishEnded();
            table.release(context, dropped);
            retryFailedSaves();
            refreshRows(now);
            looks.regularly(look -> endInvalidated(now, look));
            reap(now);
            reading.worked();
            if (failedSaves.isEmpty()) { // the sweep locks rows, which a standby refuses; a failed save says more
                saving.worked();
            }
        } catch (StoreUnavailableException e) {
            saving.failed(e);
        }
    }

    /** What ended while PostgreSQL was away is told now, or never. The manager has saved and dropped its sessions. */
    @Override
    public void finishBeforeStop() {
        try {
            finishEnded();
            table.release(context, known.keySet());
        } catch (StoreUnavailableException e) {
            if (!endedHere.isEmpty()) {
                log.error(endedHere.size() + " sessions of " + context
                        + " that have ended here are still in the table: " + e.getMessage());
            }
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
        for (Map.Entry<String, Ending> ended : List.copyOf(endedHere.entrySet())) {
            finish(rows.key(ended.getKey()), ended.getValue(), true);
            endedHere.remove(ended.getKey());
        }
    }

    /**
     * Tomcat backs up idle sessions only: the row of one in steady use would look expired to other nodes. It is saved
     * when half of its max inactive interval has gone by since its row was true.
     */
    private void refreshRows(LiveCopies.Snapshot now) {
        long time = clock.millis();
        for (StandardSession session : now.sessions()) {
            SessionBackup backup = SessionBackup.of(session);
            long halfOfItsTime = session.getMaxInactiveInterval() * 500L;
            if (backup.savedAccess() > 0
                    && halfOfItsTime > 0
                    && session.getThisAccessedTimeInternal() > backup.savedAccess()
                    && time - backup.savedAccess() > halfOfItsTime) {
                tryToSave(session);
            }
        }
    }

    private void retryFailedSaves() {
        for (StandardSession session : List.copyOf(failedSaves)) {
            if (!live.holds(session) || !LiveCopies.isValid(session)) {
                failedSaves.remove(session);
                continue;
            }
            tryToSave(session);
        }
    }

    /** Under the session's lock, as Tomcat's manager saves: a logout waits, and then finds the row. */
    private void tryToSave(StandardSession session) {
        try {
            synchronized (session) {
                save(session);
            }
        } catch (IOException e) {
            log.debug("Tried in vain", e); // noted with the session, and logged when it began
        }
    }

    /** Ends the copies of sessions that ended elsewhere lately: somebody said that there are some. */
    @Override
    public void endInvalidated() {
        try {
            looks.heard(look -> endInvalidated(live.snapshot(), look));
            reading.worked();
        } catch (StoreUnavailableException e) {
            reading.failed(e);
        }
    }

    @Override
    public void hearsAgain() {
        looks.distrust();
    }

    @Override
    public void everySecond() {
        // Tomcat's manager knows nothing of seconds
    }

    private void endInvalidated(LiveCopies.Snapshot now, TombstoneList look) throws StoreUnavailableException {
        Map<StandardSession, Tombstone> ended = new LinkedHashMap<>();
        for (Tombstone tombstone : look.tombstones()) {
            Optional<StandardSession> copy = now.find(tombstone.id());
            if (copy.isPresent()
                    && live.holds(copy.get())
                    && LiveCopies.isValid(copy.get())
                    && !outside.isUnderWay(tombstone.id())
                    && tombstone.isOf(
                            copy.get().getCreationTimeInternal(),
                            !basis(copy.get(), tombstone.id()).isNone())) {
                ended.put(copy.get(), tombstone);
            }
        }
        Set<String> untold = new HashSet<>();
        ended.values().stream().filter(tombstone -> tombstone.toldBy() == null).forEach(t -> untold.add(t.id()));
        Set<String> ours = claims.ours(context, untold);
        ended.forEach((copy, tombstone) -> {
            String id = tombstone.id();
            answers.ended(id);
            end(copy, tombstone.toldBy() == null ? ours.contains(id) : claims.isOurs(rows.key(id), tombstone.toldBy()));
        });
        if (!ended.isEmpty()) {
            log.info(ended.size() + " sessions of " + context + " that ended elsewhere have ended here");
        }
        answers.looked(look);
        answers.say();
    }

    private void reap(LiveCopies.Snapshot now) throws StoreUnavailableException {
        if (saving.isRecovering() || reading.isRecovering()) {
            return;
        }
        Sweep.run(table, context, Duration.ZERO, now, reaping -> {
            reaping.expired().forEach(this::expireStored);
            expiredUntold(reaping.untold());
            statistics.reaped(reaping.ended());
        });
    }

    // ------------------------------------------------------------------ expire

    /** @param tell whether it falls to this node to tell the listeners */
    private void end(StandardSession session, boolean tell) {
        Context catalina = manager.getContext();
        ClassLoader before = catalina.bind(false, null);
        try {
            if (!tell) {
                session.fireSessionEvent(Session.SESSION_DESTROYED_EVENT, null); // Tomcat's own, such as single sign-on
            }
            session.expire(tell);
        } catch (Throwable t) { // a listener of the application's
            ExceptionUtils.handleThrowable(t);
            log.error("A listener threw while session " + rows.key(session) + " ended", t);
        } finally {
            catalina.unbind(false, before);
        }
    }

    /** Nobody is to be told; Tomcat counts them. */
    private void expiredUntold(List<String> ids) {
        ids.forEach(known::remove);
        if (!ids.isEmpty() && manager instanceof ManagerBase base) {
            base.setExpiredSessions(base.getExpiredSessions() + ids.size());
        }
    }

    /** Tells the listeners of a session that is in no memory that it has ended. Its row is gone already. */
    private void expireStored(StoredSession stored) {
        String id = stored.key().id();
        beingReaped.add(id);
        try {
            end(rows.read(stored), true);
        } catch (SessionUnreadableException e) {
            log.warn("Session " + stored.key() + " has ended without its listeners being told, because it can't be"
                    + " read: " + e.reason());
        } finally {
            beingReaped.remove(id);
        }
    }
}
