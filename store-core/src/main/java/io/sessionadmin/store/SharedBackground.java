package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import io.sessionadmin.store.SharingSettings.Coherence;
import io.sessionadmin.table.LiveSessions;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.Tombstone;
import io.sessionadmin.table.TombstoneList;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.apache.juli.logging.Log;

/**
 * What is done about shared sessions while no request asks: backups and swap-outs in batches, the sweep for expired
 * rows, the end of copies whose sessions ended elsewhere, and the last save at a stop.
 *
 * <p>A session that can't be saved costs the others nothing, and never leaves the memory. Called by one thread at a time,
 * but for {@link #endInvalidated()}.
 */
final class SharedBackground {

    /** Sessions that are told of their passivation and saved before the next ones are, at a stop. */
    private static final int AT_ONCE = 1_000;

    private final Log log;
    private final SharedPersistentManager manager;
    private final SharingSettings settings;
    private final SharedSessions sharing;
    private final SharedBatches batches;
    private final SharedAccesses accesses;
    private final SessionTable table;
    private final SessionRows rows;
    private final Endings endings;
    private final SharedCopies copies;
    private final OutsideEnding outside;
    private final Answers answers;
    private final StoreHealth saving;
    private final StoreHealth reading;
    private final StoreStatistics statistics;
    private final Clock clock;
    private final TombstoneLooks looks;

    SharedBackground(
            Log log,
            SharedPersistentManager manager,
            SharingSettings settings,
            SharedSessions sharing,
            SharedBatches batches,
            SharedAccesses accesses,
            SessionTable table,
            SessionRows rows,
            Endings endings,
            SharedCopies copies,
            OutsideEnding outside,
            Answers answers,
            StoreHealth saving,
            StoreHealth reading,
            StoreStatistics statistics,
            Clock clock) {
        this.log = log;
        this.manager = manager;
        this.settings = settings;
        this.sharing = sharing;
        this.batches = batches;
        this.accesses = accesses;
        this.table = table;
        this.rows = rows;
        this.endings = endings;
        this.copies = copies;
        this.outside = outside;
        this.answers = answers;
        this.saving = saving;
        this.reading = reading;
        this.statistics = statistics;
        this.clock = clock;
        this.looks = new TombstoneLooks(table, manager.contextName());
    }

    /** One pass; each step stands for itself, and PostgreSQL being away ends the pass. */
    void pass() {
        endings.forgetOld();
        endNeverSaved();
        try {
            retry();
            looks.regularly(this::endInvalidated);
            reap();
            settleOverdue();
            backUp();
            swapOutIdle();
            swapOutTooMany();
            reading.worked();
            if (sharing.failures().count()
                    == 0) { // the sweep locks rows, which a standby refuses; a failed save says more
                saving.worked();
            }
        } catch (StoreUnavailableException e) {
            saving.failed(e);
        }
    }

    /** What could not be written when it was due. Also called each few seconds, so that it is known soon. */
    void retry() throws StoreUnavailableException {
        endings.finish();
        List<SharedSession> again = sharing.failures().all();
        if (!again.isEmpty()) {
            again.forEach(session -> statistics.retried());
            batches.store(again, true, true);
        }
    }

    // ------------------------------------------------------------------ ended elsewhere, expired

    /** Somebody said that sessions have ended: looks at those that did lately. */
    void endInvalidated() {
        try {
            looks.heard(this::endInvalidated);
            reading.worked();
        } catch (StoreUnavailableException e) {
            reading.failed(e);
        }
    }

    /** Nothing was heard for a while: the next look is one at all that has ended. */
    void distrust() {
        looks.distrust();
    }

    private void endInvalidated(TombstoneList look) throws StoreUnavailableException {
        Map<SharedSession, Tombstone> ended = new LinkedHashMap<>();
        for (Tombstone tombstone : look.tombstones()) {
            SharedSession copy = manager.inMemory(tombstone.id());
            if (copy != null
                    && copy.isValid()
                    && !outside.isUnderWay(tombstone.id())
                    && tombstone.isOf(copy.getCreationTimeInternal(), copy.isStored())) {
                ended.put(copy, tombstone);
                log.debug("Session " + rows.key(tombstone.id()) + " has ended elsewhere, and so here");
            }
        }
        sharing.ended().endAll(ended);
        answers.looked(look);
        answers.say();
    }

    private void reap() throws StoreUnavailableException {
        if (saving.isRecovering() || reading.isRecovering()) {
            return;
        }
        LiveSessions live = new Live(EndListeners.areIn(manager.getContext()));
        Sweep.run(table, manager.contextName(), settings.touchInterval(), live, reaping -> {
            reaping.expired().forEach(copies::tellOfEnd);
            copies.endUntold(reaping.untold());
            statistics.reaped(reaping.ended());
        });
    }

    /** What this node knows of sessions whose rows look expired. */
    private final class Live implements LiveSessions {

        private final boolean contextListens;

        Live(boolean contextListens) {
            this.contextListens = contextListens;
        }

        /** A copy that is used, or was since the row was written, keeps its row. */
        @Override
        public OptionalLong heldUntil(String id) {
            SharedSession copy = manager.inMemory(id);
            if (copy == null || !copy.isStored() || isIdle(copy, clock.millis())) {
                return OptionalLong.empty();
            }
            if (copy.getMaxInactiveInterval() <= 0) {
                return OptionalLong.of(LiveSessions.NEVER);
            }
            accesses.note(copy);
            return OptionalLong.of(copy.getThisAccessedTimeInternal() + copy.getMaxInactiveInterval() * 1000L);
        }

        @Override
        public boolean isToBeTold(String id) {
            return contextListens || manager.carriesListenersOf(id);
        }
    }

    /** Nobody but this node knows them: they end here, also while PostgreSQL is away. */
    private void endNeverSaved() {
        long now = clock.millis();
        for (SharedSession copy : manager.copies()) {
            if (copy.hasEnded()) {
                manager.takeOut(copy);
            } else if (!copy.isStored() && isIdle(copy, now) && copy.decideEnd()) {
                manager.end(copy, End.HERE);
            }
        }
    }

    private static boolean isIdle(SharedSession copy, long now) {
        return copy.isOverdue(now) && !copy.isInUse(now);
    }

    /** Copies that were idle here for too long, while the session was used elsewhere or has ended. */
    private void settleOverdue() {
        long now = clock.millis();
        for (SharedSession copy : manager.copies()) {
            if (copy.isStored() && isIdle(copy, now) && copy.isValid() && sharing.saveIfChanged(copy, 0)) {
                sharing.ended().forget(copy);
            }
        }
    }

    // ------------------------------------------------------------------ back up, swap out

    /**
     * Backs up what was not used for maxIdleBackup, and what has not been in the store for so long: a session in steady
     * use is never idle, and must not be lost for that.
     */
    private void backUp() throws StoreUnavailableException {
        int maxIdle = manager.getMaxIdleBackup();
        if (maxIdle < 0 || settings.coherence() == Coherence.STRICT) {
            return;
        }
        long now = clock.millis();
        List<SharedSession> due = new ArrayList<>();
        for (SharedSession session : manager.copies()) {
            SessionBackup backup = session.backup();
            boolean accessed = session.getThisAccessedTimeInternal() > backup.savedAccess();
            boolean idle = now - session.getThisAccessedTimeInternal() >= maxIdle * 1000L;
            boolean old = backup.unsavedSince() > 0 && now - backup.unsavedSince() >= maxIdle * 1000L;
            if (session.isValid() && (accessed || session.mayHaveChanged()) && (idle || old)) {
                due.add(session);
            }
        }
        batches.store(due, true, false);
    }

    private void swapOutIdle() throws StoreUnavailableException {
        if (manager.getMaxIdleSwap() >= 0) {
            int idle = Math.max(manager.getMaxIdleSwap(), manager.getMinIdleSwap());
            swapOut(manager.copies().stream()
                    .filter(copy -> idleSeconds(copy) >= idle)
                    .toList());
        }
    }

    /** The longest idle first, down to nine tenths of maxActiveSessions, as Tomcat does. */
    private void swapOutTooMany() throws StoreUnavailableException {
        if (manager.getMinIdleSwap() < 0 || manager.getMaxActiveSessions() < 0) {
            return;
        }
        Collection<SharedSession> all = manager.copies();
        int tooMany = all.size() - (int) (manager.getMaxActiveSessions() * 0.9);
        if (tooMany > 0) {
            swapOut(all.stream()
                    .filter(copy -> idleSeconds(copy) >= manager.getMinIdleSwap() && !copy.isInUse(clock.millis()))
                    .sorted(Comparator.comparingLong(SharedSession::getThisAccessedTimeInternal))
                    .limit(tooMany)
                    .toList());
        }
    }

    private static long idleSeconds(SharedSession copy) {
        return copy.getIdleTimeInternal() / 1000;
    }

    /** Only what is saved leaves the memory, and nothing that is in use. */
    private void swapOut(List<SharedSession> idle) throws StoreUnavailableException {
        List<SharedSession> out = idle.stream()
                .filter(copy -> copy.isValid() && !copy.isInUse(clock.millis()))
                .toList();
        out.forEach(SharedSession::passivate);
        try {
            batches.store(out, false, false);
        } finally {
            List<String> gone = new ArrayList<>();
            for (SharedSession copy : out) {
                if (copy.isValid() && manager.swapOutIfUnused(copy, clock.millis())) {
                    gone.add(copy.getIdInternal());
                } else if (copy.isValid()) {
                    copy.activate();
                }
            }
            table.release(manager.contextName(), gone);
        }
    }

    // ------------------------------------------------------------------ stop

    /**
     * Saves what is not saved, within the deadline.
     *
     * @return how many sessions are not in the store, or not as they are here
     */
    int saveAll() {
        long deadline = System.nanoTime() + settings.stopDeadline().toNanos();
        BooleanSupplier inTime = () -> System.nanoTime() - deadline < 0;
        List<SharedSession> all = List.copyOf(manager.copies());
        for (int from = 0; from < all.size() && inTime.getAsBoolean(); from += AT_ONCE) {
            List<SharedSession> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
            some.forEach(SharedSession::passivate);
            try {
                batches.store(some, false, false, inTime);
                table.release(
                        manager.contextName(),
                        some.stream().map(SharedSession::getIdInternal).toList());
            } catch (StoreUnavailableException e) {
                saving.failed(e); // the next ones may do better, and cost nothing when they do not
            }
        }
        return (int) all.stream()
                .filter(copy ->
                        copy.isValid() && (!copy.isStored() || copy.changes().any()))
                .count();
    }
}
