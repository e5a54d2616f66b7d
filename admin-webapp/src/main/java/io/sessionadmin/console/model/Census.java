package io.sessionadmin.console.model;

import io.sessionadmin.console.model.StoredSessions.SavedCopy;
import io.sessionadmin.store.SessionBackup;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts the sessions of one context: one pass over those in memory, and counts from the store. */
final class Census {

    private final DeployedContext context;
    private final Instant now;
    private final StoredSessions stored;
    private final boolean notes;
    private final Set<Reason> problems = new LinkedHashSet<>();
    private final Map<SessionBackup.State, Long> backups = new EnumMap<>(SessionBackup.State.class);

    private long live;
    private long liveExpired;
    private long freshCopies;
    private long expiredCopies;
    private ContextSummary.@Nullable Age oldestBackup;
    private @Nullable Instant oldestUnsaved;

    private Census(DeployedContext context, Instant now) {
        this.context = context;
        this.now = now;
        this.stored = context.stored();
        this.notes = stored instanceof TableSessions table && table.notes();
    }

    static ContextSummary of(DeployedContext context, Instant now) {
        return new Census(context, now).count();
    }

    /** Of a context that is not deployed here. */
    static ContextSummary of(String app, TableSessions rows, Instant now) {
        StoredCounts counts;
        List<Reason> problems = List.of();
        try {
            counts = rows.counts();
        } catch (IOException e) {
            problems = List.of(Reason.of(e));
            counts = StoredCounts.unknown(problems.get(0));
        }
        Figure swappedOut = counts.expired().isKnown()
                ? counts.valid().minus(counts.expired().value())
                : counts.valid();
        return new ContextSummary(
                new ContextAddress.Orphan(app),
                false,
                null,
                Figure.ZERO,
                swappedOut,
                counts.expired(),
                counts.invalidated(),
                Figure.ZERO,
                Map.of(),
                null,
                null,
                problems,
                now,
                counts.asOf());
    }

    private ContextSummary count() {
        ContextSummary.failure(context).ifPresent(problems::add);
        List<LiveSession> sessions = context.live(now);
        Map<String, SavedCopy> copies = copies(sessions);
        sessions.forEach(session -> add(session, copies == null ? null : copies.get(session.id()), copies != null));
        StoredCounts counts = counts();
        return new ContextSummary(
                context.address(),
                context.isRunning(),
                context.keeping(),
                Figure.exact(live),
                copies == null ? Figure.unknown(firstProblem()) : swappedOut(counts),
                expired(counts, copies != null),
                counts.invalidated(),
                atRisk(copies != null),
                notes || copies != null ? backups : Map.of(),
                oldestBackup,
                oldestUnsaved,
                new ArrayList<>(problems),
                now,
                counts.asOf());
    }

    private @Nullable Map<String, SavedCopy> copies(List<LiveSession> sessions) {
        try {
            return stored.copies(sessions);
        } catch (IOException e) {
            problems.add(Reason.of(e));
            return null;
        }
    }

    private StoredCounts counts() {
        try {
            return stored.counts();
        } catch (IOException e) {
            problems.add(Reason.of(e));
            return StoredCounts.unknown(firstProblem());
        }
    }

    private Reason firstProblem() {
        return problems.iterator().next();
    }

    private void add(LiveSession session, @Nullable SavedCopy copy, boolean storeAnswered) {
        if (copy != null && !copy.valid()) {
            return; // counted as invalidated in the store; this node is about to end it
        }
        if (copy != null && copy.expired()) {
            expiredCopies++;
        } else if (copy != null) {
            freshCopies++;
        }
        if (session.isExpired()) {
            liveExpired++;
            return;
        }
        live++;
        if (notes || storeAnswered) {
            addBackup(session, notes ? session.note() : copy == null ? SessionBackup.NONE : copy.backup());
        }
    }

    private void addBackup(LiveSession session, SessionBackup backup) {
        Duration window = context.window();
        SessionBackup.State state = backup.state(stored.latestAccess(session), now.toEpochMilli(), window);
        backups.merge(state, 1L, Long::sum);
        if (backup.savedAccess() != 0) {
            boolean atMost = backup.savedAt() == 0;
            Instant since = Instant.ofEpochMilli(atMost ? backup.savedAccess() : backup.savedAt());
            if (oldestBackup == null || since.isBefore(oldestBackup.since())) {
                oldestBackup = new ContextSummary.Age(since, atMost);
            }
        }
        if (state != SessionBackup.State.CURRENT) {
            Instant since = unsavedSince(session, backup);
            if (oldestUnsaved == null || since.isBefore(oldestUnsaved)) {
                oldestUnsaved = since;
            }
        }
    }

    /** A session without a copy is unsaved since it was created. */
    static Instant unsavedSince(LiveSession session, SessionBackup backup) {
        if (backup.unsavedSince() != 0) {
            return Instant.ofEpochMilli(backup.unsavedSince());
        }
        return backup.savedAccess() == 0 ? session.created() : session.lastAccess();
    }

    private Figure atRisk(boolean storeAnswered) {
        if (!notes && !storeAnswered) {
            return live == 0 ? Figure.ZERO : Figure.unknown(firstProblem());
        }
        return Figure.exact(live - backups.getOrDefault(SessionBackup.State.CURRENT, 0L));
    }

    private Figure swappedOut(StoredCounts counts) {
        if (!counts.valid().isKnown()) {
            return counts.valid();
        }
        if (!counts.expired().isKnown()) {
            Figure upTo = counts.valid().minus(freshCopies + expiredCopies);
            return Figure.estimate(upTo.value(), counts.expired().reason());
        }
        Figure unexpired = counts.valid().minus(counts.expired().value());
        return unexpired.minus(freshCopies);
    }

    private Figure expired(StoredCounts counts, boolean storeAnswered) {
        Figure inMemory = Figure.exact(liveExpired);
        if (!counts.expired().isKnown()) {
            return liveExpired == 0 ? counts.expired() : inMemory.plus(counts.expired());
        }
        return storeAnswered ? counts.expired().minus(expiredCopies).plus(inMemory) : inMemory.plus(counts.expired());
    }
}
