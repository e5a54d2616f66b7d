package io.sessionadmin.console.model;

import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.Handle;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends sessions for administrators: shows first what would end, then ends it in the background, if it is still as many.
 * Each action is in the audit trail before it begins. Safe for use by several threads.
 */
public final class Invalidations implements AutoCloseable {

    private static final String ACTION = "invalidate";
    private static final int THREADS = 2;
    private static final int WAITING_AT_MOST = 20;
    private static final int JOBS_KEPT = 100;
    private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(10);

    /** A browser, a proxy and a person wait longer than that. */
    private static final Duration PREVIEW_AT_MOST = Duration.ofSeconds(10);

    private final EngineSessions sessions;
    private final AuditTrail audit;
    private final Clock clock;
    private final Duration previewAtMost;
    private final ThreadPoolExecutor executor;
    private final Map<String, InvalidationJob> jobs = new LinkedHashMap<>();

    public Invalidations(EngineSessions sessions, AuditTrail audit, Clock clock) {
        this(sessions, audit, clock, PREVIEW_AT_MOST);
    }

    /** @param previewAtMost so long is looked for sessions, and for one page of them more */
    Invalidations(EngineSessions sessions, AuditTrail audit, Clock clock, Duration previewAtMost) {
        this.previewAtMost = previewAtMost;
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
        this.executor = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_AT_MOST), work -> {
                    Thread thread = new Thread(work, "session-admin invalidation");
                    thread.setDaemon(true);
                    thread.setContextClassLoader(Invalidations.class.getClassLoader());
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    // ------------------------------------------------------------------ preview

    /**
     * What ending these sessions would end; changes nothing.
     *
     * @param own sessions of the administrator's own browser: they are left out
     * @return empty when there is no such context, or its sessions can't be ended
     * @throws UnfinishedException when there are too many to be looked through
     */
    public Optional<Preview> preview(Selection selection, Set<Handle> own) throws UnfinishedException {
        return collect(selection, own).map(Collected::preview);
    }

    /** The sessions themselves, with what is shown of them. */
    private record Collected(Preview preview, Map<ContextAddress, List<Target>> targets) {}

    private Optional<Collected> collect(Selection selection, Set<Handle> own) throws UnfinishedException {
        Collector collector = new Collector(own);
        Optional<List<Reason>> problems;
        int named = 0;
        if (selection instanceof Selection.Named these) {
            named = these.handles().size();
            Optional<SessionPage> found = sessions.entries(these.context(), these.handles());
            found.ifPresent(page ->
                    page.entries().forEach(entry -> collector.test(new SessionsFound.Item(these.context(), entry))));
            problems = found.map(page -> page.problem().isGiven() ? List.of(page.problem()) : List.of());
        } else {
            Selection.Matching matching = (Selection.Matching) selection;
            problems = sessions.walk(matching.in(), matching.filter(), SessionSort.HANDLE, collector)
                    .map(SessionWalk.Walked::problems);
            if (collector.unfinished) {
                throw new UnfinishedException(previewAtMost);
            }
        }
        int missing = Math.max(0, named - collector.seen);
        return problems.map(found -> collector.collected(selection, missing, found));
    }

    /** Takes what can be ended. */
    private final class Collector implements SessionVisitor {
        private final long begun = System.nanoTime();
        private final Set<Handle> own;
        private final Map<ContextAddress, Optional<EngineSessions.Reach>> reaches = new LinkedHashMap<>();
        private final Map<ContextAddress, List<Target>> targets = new LinkedHashMap<>();
        private final List<SessionsFound.Item> shown = new ArrayList<>();
        private final Set<Optional<String>> users = new HashSet<>();
        private final List<Reason> unreachable = new ArrayList<>();
        private int seen;
        private int left;
        private int taken;
        private boolean unfinished;

        Collector(Set<Handle> own) {
            this.own = own;
        }

        @Override
        public boolean hasTime() {
            unfinished = System.nanoTime() - begun >= previewAtMost.toNanos();
            return !unfinished;
        }

        @Override
        public boolean test(SessionsFound.Item item) {
            SessionEntry entry = item.entry();
            if (!entry.canBeInvalidated()) {
                return true;
            }
            seen++;
            if (own.contains(entry.handle())) {
                left++;
                return true;
            }
            if (reaches.computeIfAbsent(item.context(), this::reach).isEmpty()) {
                return true;
            }
            targets.computeIfAbsent(item.context(), context -> new ArrayList<>())
                    .add(Target.of(entry));
            if (users.size() < 2) {
                users.add(entry.user());
            }
            if (shown.size() < Preview.SHOWN) {
                shown.add(item);
            }
            return ++taken <= Preview.AT_MOST;
        }

        private Optional<EngineSessions.Reach> reach(ContextAddress context) {
            Optional<EngineSessions.Reach> reach = sessions.reach(context);
            if (reach.isEmpty()) {
                unreachable.add(Reason.of("preview.unreachable", context.title()));
            }
            return reach;
        }

        Collected collected(Selection selection, int gone, List<Reason> problems) {
            List<Preview.Part> parts = new ArrayList<>();
            targets.forEach((context, list) -> reaches.getOrDefault(context, Optional.empty())
                    .ifPresent(reach -> parts.add(new Preview.Part(context, list.size(), reach))));
            List<Reason> all = new ArrayList<>(problems);
            all.addAll(unreachable);
            Optional<String> user = users.size() == 1 ? users.iterator().next() : Optional.empty();
            List<Reason> unseen = selection instanceof Selection.Matching matching
                    ? sessions.unseen(matching.in())
                    : List.of(); // what is named was seen
            return new Collected(new Preview(selection, parts, shown, left, gone, user, unseen, all), targets);
        }
    }

    // ------------------------------------------------------------------ start

    /** What became of the wish to end sessions. */
    public sealed interface Start {

        /** They are being ended. */
        record Started(String job) implements Start {}

        /** Nothing was done: it is not what was shown any more. This is how it is now. */
        record Drifted(Preview now) implements Start {}

        /** Nothing was done, and why. */
        record Refused(Reason reason) implements Start {}
    }

    /**
     * Begins to end sessions, if there are as many as expected.
     *
     * @param expected how many the administrator was shown; empty only where the sessions are named, and all that are
     *     still there are meant
     * @param reason why, as the administrator wrote it; may be empty
     */
    public Start start(
            Selection selection, OptionalInt expected, String reason, AuditEntry.Actor actor, Set<Handle> own) {
        Collected found;
        try {
            found = collect(selection, own).orElse(null);
        } catch (UnfinishedException e) {
            return new Start.Refused(e.reason());
        }
        if (found == null) {
            return new Start.Refused(Reason.of("start.noContext"));
        }
        Preview preview = found.preview();
        boolean certain = expected.isPresent() || selection instanceof Selection.Named;
        if (!certain || (expected.isPresent() && expected.getAsInt() != preview.count())) {
            return new Start.Drifted(preview);
        }
        if (preview.count() == 0) {
            Reason problem = preview.problems().isEmpty()
                    ? Reason.NONE
                    : preview.problems().get(0);
            return new Start.Refused(
                    problem.isGiven() ? problem : Reason.of(preview.own() > 0 ? "start.ownOnly" : "start.nothing"));
        }
        if (preview.isTooLarge()) {
            return new Start.Refused(Reason.of("start.tooMany", Preview.AT_MOST));
        }
        if (executor.getQueue().remainingCapacity() == 0) {
            return new Start.Refused(Reason.of("start.busy", WAITING_AT_MOST));
        }
        return begin(found, reason, actor);
    }

    private Start begin(Collected found, String reason, AuditEntry.Actor actor) {
        List<InvalidationJob.Part> parts = new ArrayList<>();
        String scope = found.preview().selection().scope();
        found.targets().forEach((context, targets) -> sessions.ender(context).ifPresent(ender -> {
            targets.sort(Comparator.comparing(Target::id));
            List<Handle> named = targets.stream()
                    .limit(targets.size() > 100 ? 0 : 100)
                    .map(Target::handle)
                    .toList();
            AuditEntry intent = audit.begin(actor, ACTION, ender.app(), scope, reason, targets.size(), named);
            parts.add(new InvalidationJob.Part(context, ender, targets, intent));
        }));
        InvalidationJob job = new InvalidationJob(found.preview(), actor, reason, parts, audit, clock);
        synchronized (jobs) {
            jobs.put(job.id(), job);
            if (jobs.size() > JOBS_KEPT) {
                jobs.values().stream()
                        .filter(other -> other.endedAt().isPresent())
                        .findFirst()
                        .ifPresent(oldest -> jobs.remove(oldest.id()));
            }
        }
        try {
            executor.execute(job);
        } catch (RejectedExecutionException e) {
            job.giveUp();
        }
        return new Start.Started(job.id());
    }

    // ------------------------------------------------------------------ jobs

    /** How far a job is; empty when it is not known any more. */
    public Optional<JobStatus> job(String id) {
        return find(id).map(InvalidationJob::status);
    }

    /** Waits until a job is over, but not longer. */
    public void await(String id, Duration patience) {
        find(id).ifPresent(job -> job.await(patience));
    }

    /** Ends no further batch of a job; false when there is none. */
    public boolean stop(String id) {
        Optional<InvalidationJob> job = find(id);
        job.ifPresent(InvalidationJob::stop);
        return job.isPresent();
    }

    private Optional<InvalidationJob> find(String id) {
        synchronized (jobs) {
            return Optional.ofNullable(jobs.get(id));
        }
    }

    /** Stops all jobs between two batches, and waits for that for a moment. */
    @Override
    public void close() {
        synchronized (jobs) {
            jobs.values().forEach(InvalidationJob::stop);
        }
        for (Runnable waiting : executor.shutdownNow()) {
            if (waiting instanceof InvalidationJob job) {
                job.giveUp();
            }
        }
        try {
            executor.awaitTermination(PATIENCE_AT_STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
