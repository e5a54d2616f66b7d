package io.sessionadmin.console.model;

import io.sessionadmin.console.model.StoredSessions.SavedCopies;
import io.sessionadmin.console.model.StoredSessions.SavedCopy;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Counts the sessions of one context: one pass over those in memory, and counts from the store. What can't be counted
 * at a bounded cost is said to be a guess.
 */
final class Census {

    private static final Log log = LogFactory.getLog(Census.class);

    /** So many live sessions are looked up for all contexts in numbers: five queries, or as many looks at files. */
    static final int FOR_OVERVIEW = 5_000;

    /** So many for the head of a list, which is drawn again for each of its pages. */
    static final int FOR_LIST = 1_000;

    private final DeployedContext context;
    private final Instant now;
    private final ReadingRounds rounds;
    private final StoredSessions stored;
    private final List<LiveSession> sessions;
    private final @Nullable Duration window;
    private final boolean notes;
    private final int askedAtMost;
    private final Set<Reason> problems = new LinkedHashSet<>();
    private final Map<SessionBackup.State, Long> backups = new EnumMap<>(SessionBackup.State.class);

    private long live;
    private long notAsked;
    private long liveExpired;
    private long freshCopies;
    private long expiredCopies;
    private ContextSummary.@Nullable Age oldestBackup;
    private @Nullable Instant oldestUnsaved;
    private @Nullable String failure;
    private final BackupAges.Counter ages = new BackupAges.Counter();
    private final Map<String, Long> heldBy = new HashMap<>();

    private Census(
            DeployedContext context, List<LiveSession> sessions, Instant now, int askedAtMost, ReadingRounds rounds) {
        this.context = context;
        this.sessions = sessions;
        this.rounds = rounds;
        this.now = now;
        this.askedAtMost = askedAtMost;
        this.stored = context.stored();
        this.window = context.window();
        this.notes = stored instanceof TableSessions table && table.notes();
    }

    static ContextSummary of(DeployedContext context, Instant now, int askedAtMost) {
        return of(context, now, askedAtMost, new ReadingRounds());
    }

    /** @param askedAtMost for so many live sessions a store that leaves no notes is asked for their copies */
    static ContextSummary of(DeployedContext context, Instant now, int askedAtMost, ReadingRounds rounds) {
        return of(context, context.live(now), now, askedAtMost, rounds);
    }

    /** @param sessions those in memory, which somebody has looked at already */
    static ContextSummary of(
            DeployedContext context, List<LiveSession> sessions, Instant now, int askedAtMost, ReadingRounds rounds) {
        return new Census(context, sessions, now, askedAtMost, rounds).count();
    }

    /** What goes wrong in one context must not hide the others. */
    static ContextSummary guarded(DeployedContext context, Instant now, Supplier<ContextSummary> census) {
        try {
            return census.get();
        } catch (RuntimeException | LinkageError e) {
            StackTraceElement[] trace = e.getStackTrace();
            log.warn("The sessions of " + context.app() + " can't be counted: "
                    + e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
            return failed(context, Reason.threw(e), now);
        }
    }

    /** Of a context that could not be counted. */
    private static ContextSummary failed(DeployedContext context, Reason reason, Instant now) {
        Figure unknown = Figure.unknown(reason);
        return new ContextSummary(
                context.address(),
                context.isRunning(),
                context.keeping(),
                unknown,
                unknown,
                unknown,
                unknown,
                unknown,
                unknown,
                unknown,
                Elsewhere.unknown(reason),
                ClusterNodes.unknown(reason),
                new Readability(0, 0, false, now, reason),
                BackupAges.NONE,
                Map.of(),
                Optional.empty(),
                null,
                null,
                List.of(reason),
                now,
                StoredCounts.unknown(reason));
    }

    /** Of a context that is not deployed here. */
    static ContextSummary of(String app, TableSessions rows, Instant now, ReadingRounds rounds) {
        ClusterNodes nodes = ClusterNodes.of(rows.catalog(), app, "");
        StoredCounts counts;
        List<Reason> problems = List.of();
        try {
            counts = rows.counts();
        } catch (IOException e) {
            problems = List.of(Reason.of(e));
            counts = StoredCounts.unknown(problems.get(0));
        }
        Elsewhere elsewhere = elsewhere(nodes, new Elsewhere.Here("", Map.of(), 0, Reason.NONE), rows, counts.valid());
        Figure unexpired = counts.expired().isKnown()
                ? counts.valid().minus(counts.expired().value())
                : counts.valid();
        Figure swappedOut = unexpired.minus(elsewhere.stored().value());
        return new ContextSummary(
                new ContextAddress.Orphan(app),
                false,
                null,
                elsewhere.live(),
                Figure.ZERO,
                swappedOut,
                counts.expired(),
                counts.invalidated(),
                elsewhere.atRisk(),
                Figure.ZERO,
                elsewhere,
                nodes,
                rounds.look(app, rows, new EntryReader(rows, null, null, true, now), now),
                BackupAges.NONE,
                Map.of(),
                Optional.empty(),
                null,
                null,
                problems,
                now,
                counts);
    }

    private ContextSummary count() {
        ContextSummary.failure(context).ifPresent(problems::add);
        boolean all = notes || stored instanceof StoredSessions.InMemoryOnly;
        int asked = all ? sessions.size() : Math.min(sessions.size(), askedAtMost);
        StoredCounts counts = counts();
        SavedCopies copies = copies(sessions.subList(0, asked), counts.asOf() == null ? now : counts.asOf());
        sessions.subList(0, asked).forEach(session -> add(session, copies));
        sessions.subList(asked, sessions.size()).forEach(session -> notAsked += countLive(session) ? 1 : 0);
        Reason doubt = doubt(copies, asked < sessions.size());
        ClusterNodes nodes = context.nodes();
        Elsewhere elsewhere = elsewhere(nodes, counts.valid(), copies);
        Figure liveHere = liveKnown() ? Figure.exact(live) : Figure.unknown(context.liveUnknown());
        Figure atRiskHere = atRisk(copies != null, doubt);
        return new ContextSummary(
                context.address(),
                context.isRunning(),
                context.keeping(),
                liveHere.plus(elsewhere.live()),
                liveHere,
                copies == null
                        ? Figure.unknown(firstProblem())
                        : swappedOut(counts, elsewhere).doubted(doubt),
                expired(counts, copies != null).doubted(doubt),
                counts.invalidated(),
                atRiskHere.plus(elsewhere.atRisk()),
                atRiskHere,
                elsewhere,
                nodes,
                rounds.look(context.app(), stored, context.reader(true, now), now),
                ages.result(),
                notes || copies != null ? backups : Map.of(),
                Optional.ofNullable(failure),
                oldestBackup,
                oldestUnsaved,
                new ArrayList<>(problems),
                now,
                counts);
    }

    private Elsewhere elsewhere(ClusterNodes nodes, Figure valid, @Nullable SavedCopies copies) {
        if (!(stored instanceof TableSessions rows)) {
            return Elsewhere.NOBODY;
        }
        if (!nodes.isKnown()) {
            // Whoever keeps sessions with Tomcat's own store announces nothing, and is not waited for.
            return notes ? Elsewhere.unknown(nodes.unknown()) : Elsewhere.NOBODY;
        }
        String name = context.announcedAs().map(NodeReport.Origin::node).orElse("");
        Reason guessed = copies == null ? firstProblem() : copies.guessed();
        Elsewhere.Here here = new Elsewhere.Here(name, heldBy, guessed.isGiven() ? live : 0, guessed);
        return elsewhere(nodes, here, rows, valid);
    }

    private static Elsewhere elsewhere(ClusterNodes nodes, Elsewhere.Here here, TableSessions rows, Figure valid) {
        if (!nodes.isKnown()) {
            return Elsewhere.unknown(nodes.unknown());
        }
        if (nodes.nodes().stream().allMatch(nodes::isOwn)) {
            return Elsewhere.NOBODY;
        }
        try {
            return Elsewhere.of(
                    nodes,
                    here,
                    rows.catalog()
                            .held(rows.app(), valid.isKnown() ? valid.value() : 0)
                            .orElse(null),
                    valid);
        } catch (StoreUnavailableException e) {
            return Elsewhere.unknown(Reason.of(e));
        }
    }

    private boolean liveKnown() {
        return !context.liveUnknown().isGiven();
    }

    /** Why what is counted about saved copies is not exact; none when it is. */
    private Reason doubt(@Nullable SavedCopies copies, boolean someNotAsked) {
        if (copies == null) {
            return firstProblem();
        }
        return someNotAsked ? Reason.of("reason.notAllAsked", askedAtMost) : copies.guessed();
    }

    private @Nullable SavedCopies copies(List<LiveSession> sessions, Instant asOf) {
        try {
            return stored.copies(sessions, asOf);
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

    private void add(LiveSession session, @Nullable SavedCopies copies) {
        SavedCopy copy = copies == null ? null : copies.of(session);
        if (copy != null && !copy.valid()) {
            return; // counted as invalidated in the store; this node is about to end it
        }
        if (copy != null && copy.expired()) {
            expiredCopies++;
        } else if (copy != null) {
            freshCopies++;
        }
        if (!countLive(session)) {
            return;
        }
        if (copy != null) {
            addBackup(session, copy.backup());
            if (copy.holder() != null) {
                heldBy.merge(copy.holder(), 1L, Long::sum);
            }
        } else if (copies != null) {
            addBackup(
                    session,
                    notes && stored instanceof TableSessions table ? table.known(session, 0) : SessionBackup.NONE);
        } else if (notes) {
            addBackup(session, session.note());
        }
    }

    /** Whether it is live; else it has expired. */
    private boolean countLive(LiveSession session) {
        if (session.isExpired()) {
            liveExpired++;
            return false;
        }
        live++;
        return true;
    }

    private void addBackup(LiveSession session, SessionBackup backup) {
        SessionBackup.State state = backup.state(stored.latestAccess(session), now.toEpochMilli(), window);
        backups.merge(state, 1L, Long::sum);
        SessionBackup.Failure last = backup.failure();
        if (last != null) {
            failure = last.reason();
        }
        boolean saved = backup.savedAccess() != 0;
        boolean atMost = backup.savedAt() == 0;
        Instant since = Instant.ofEpochMilli(atMost ? backup.savedAccess() : backup.savedAt());
        ages.add(state, saved, Duration.between(since, now));
        if (saved) {
            if (oldestBackup == null || since.isBefore(oldestBackup.since())) {
                oldestBackup = new ContextSummary.Age(since, atMost);
            }
        }
        if (state != SessionBackup.State.CURRENT) {
            Instant unsaved = unsavedSince(session, backup);
            if (oldestUnsaved == null || unsaved.isBefore(oldestUnsaved)) {
                oldestUnsaved = unsaved;
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

    private Figure atRisk(boolean storeAnswered, Reason doubt) {
        if (!liveKnown()) {
            return Figure.unknown(context.liveUnknown());
        }
        if (!notes && !storeAnswered) {
            return live == 0 ? Figure.ZERO : Figure.unknown(firstProblem());
        }
        long counted = live - notAsked - backups.getOrDefault(SessionBackup.State.CURRENT, 0L);
        return notAsked > 0
                ? new Figure(counted, Figure.Certainty.AT_LEAST, doubt)
                : Figure.exact(counted).doubted(doubt);
    }

    private Figure swappedOut(StoredCounts counts, Elsewhere elsewhere) {
        Figure withOthers = swappedOut(counts);
        Figure others = elsewhere.stored();
        return others.isKnown()
                ? withOthers.minus(others.value()).doubted(others.reason())
                : withOthers.doubted(others.reason());
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
