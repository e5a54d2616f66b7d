package io.sessionadmin.console.model;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions in batches, each in one transaction where the store allows, in the order of the table's key. It can be
 * stopped between two batches. Afterwards it waits for a moment for what the nodes say. Safe for use by several threads.
 */
final class InvalidationJob implements Runnable {

    private static final Log log = LogFactory.getLog(InvalidationJob.class);

    private static final int BATCH = 100;

    /** The stored copies of a batch are read for the listeners. */
    private static final long BATCH_BYTES = 8L << 20;

    private static final int RESULTS_KEPT = 100;
    private static final Duration NODES_TURN = Duration.ofMillis(2_500);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** The sessions of one context. */
    static final class Part {
        private final ContextAddress context;
        private final Ender ender;
        private final List<Target> targets;
        private final NodeQuestion question;
        private final List<Handle> ended = new ArrayList<>();
        private AuditEntry entry;
        private int done;
        private int failed;

        /** @param targets in the order of the table's key */
        Part(ContextAddress context, Ender ender, List<Target> targets, AuditEntry intent) {
            this.context = context;
            this.ender = ender;
            this.targets = targets;
            this.question = new NodeQuestion(context, ender);
            this.entry = intent;
        }
    }

    private final String id = UUID.randomUUID().toString();
    private final Preview preview;
    private final AuditEntry.Actor actor;
    private final String reason;
    private final List<Part> parts;
    private final AuditTrail audit;
    private final Clock clock;
    private final Instant begunAt;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final List<JobStatus.Result> first = new ArrayList<>();
    private final List<JobStatus.Result> failures = new ArrayList<>();
    private JobStatus.State state = JobStatus.State.WAITING;
    private @Nullable Instant endedAt;
    private volatile boolean stopped;

    InvalidationJob(
            Preview preview, AuditEntry.Actor actor, String reason, List<Part> parts, AuditTrail audit, Clock clock) {
        this.preview = preview;
        this.actor = actor;
        this.reason = reason;
        this.parts = parts;
        this.audit = audit;
        this.clock = clock;
        this.begunAt = clock.instant();
    }

    String id() {
        return id;
    }

    /** Ends no further batch. */
    void stop() {
        stopped = true;
    }

    /** Waits until it is over; false when it is not by then. */
    boolean await(Duration patience) {
        try {
            return over.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // ------------------------------------------------------------------ run

    @Override
    public void run() {
        String outcome = "failed";
        try {
            enter(JobStatus.State.RUNNING);
            parts.forEach(this::end);
            outcome = isCutShort() ? "stopped" : "done";
            enter(JobStatus.State.ASKING);
            askNodes();
        } finally {
            for (Part part : parts) {
                audit.end(part.entry, outcome, part.question.line());
            }
            synchronized (this) {
                state = outcome.equals("done") ? JobStatus.State.DONE : JobStatus.State.STOPPED;
                endedAt = clock.instant();
            }
            over.countDown();
        }
    }

    /** It never ran, as the console stops. */
    void giveUp() {
        stopped = true;
        run();
    }

    private synchronized void enter(JobStatus.State next) {
        state = next;
    }

    private synchronized boolean isCutShort() {
        int dealtWith = counts.values().stream().mapToInt(Integer::intValue).sum();
        return dealtWith < parts.stream().mapToInt(part -> part.targets.size()).sum();
    }

    private void end(Part part) {
        int from = 0;
        while (from < part.targets.size() && !stopped && !Thread.currentThread().isInterrupted()) {
            int to = endOfBatch(part.targets, from);
            List<Target> batch = part.targets.subList(from, to);
            try {
                end(part, batch);
            } catch (RuntimeException e) { // what nobody foresaw ends this batch, not the job
                log.error("Ending " + batch.size() + " sessions of " + part.ender.app() + " failed: "
                        + e.getClass().getName());
                batch.forEach(target -> note(
                        part,
                        new InvalidationResult(
                                target.handle(), target.user(), Outcome.FAILED, List.of(Reason.threw(e)))));
            }
            from = to;
            if (part.targets.size() > BATCH) {
                part.entry = audit.progress(part.entry, part.done, part.failed, named(part.targets, to));
            }
        }
        part.entry = part.entry.progress(part.done, part.failed, named(part.targets, from));
    }

    private static int endOfBatch(List<Target> targets, int from) {
        long bytes = 0;
        int to = from;
        while (to < targets.size() && to - from < BATCH && (to == from || bytes < BATCH_BYTES)) {
            bytes += targets.get(to).bytes();
            to++;
        }
        return to;
    }

    private static List<Handle> named(List<Target> targets, int upTo) {
        return targets.stream()
                .limit(Math.min(upTo, AuditEntry.HANDLES))
                .map(Target::handle)
                .toList();
    }

    private void end(Part part, List<Target> batch) {
        List<Target> idle = new ArrayList<>(batch);
        try {
            for (Target used : usedAgain(part, batch)) {
                idle.remove(used);
                note(part, new InvalidationResult(used.handle(), used.user(), Outcome.SPARED, List.of()));
            }
        } catch (IOException e) {
            Reason unknown = Reason.of(e);
            batch.forEach(target -> note(
                    part, new InvalidationResult(target.handle(), target.user(), Outcome.FAILED, List.of(unknown))));
            return;
        }
        if (!idle.isEmpty()) {
            part.ender.end(idle).forEach(result -> note(part, result));
        }
    }

    /** Who is asked to end idle sessions does not end those whose visitors came back meanwhile. */
    private List<Target> usedAgain(Part part, List<Target> batch) throws IOException {
        Long idleOver = preview.selection() instanceof Selection.Matching matching
                ? matching.filter().idle().over()
                : null;
        if (idleOver == null) {
            return List.of();
        }
        Instant before = clock.instant().minusSeconds(idleOver);
        Map<String, Instant> accesses = part.ender.lastAccesses(batch);
        return batch.stream()
                .filter(target ->
                        accesses.getOrDefault(target.id(), target.lastAccess()).isAfter(before))
                .toList();
    }

    private synchronized void note(Part part, InvalidationResult result) {
        counts.merge(result.outcome(), 1, Integer::sum);
        JobStatus.Result noted = new JobStatus.Result(part.context, result);
        boolean failed = result.outcome() == Outcome.FAILED;
        if (first.size() < RESULTS_KEPT) {
            first.add(noted);
        } else if (failed && failures.size() < RESULTS_KEPT) {
            failures.add(noted);
        }
        if (failed) {
            part.failed++;
        } else if (result.outcome() != Outcome.SPARED) {
            part.done++;
            part.ended.add(result.handle());
        }
        if (result.details().contains(Reason.of("result.expiredHere"))) {
            part.question.endedHere();
        }
    }

    private void askNodes() {
        parts.forEach(part -> part.question.ask(part.ended));
        long deadline = System.nanoTime() + NODES_TURN.toNanos();
        while (!parts.stream().allMatch(part -> part.question.isSettled()) && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the console stops
                break;
            }
        }
        parts.forEach(part -> part.question.hear());
    }

    // ------------------------------------------------------------------ status

    JobStatus status() {
        boolean isOver = over.getCount() == 0;
        List<NodeResult> nodes = new ArrayList<>();
        if (isOver) {
            parts.forEach(part -> nodes.addAll(part.question.hearAgain()));
        }
        synchronized (this) {
            List<JobStatus.Result> results = new ArrayList<>(first);
            results.addAll(failures);
            return new JobStatus(
                    id,
                    state,
                    preview.selection(),
                    preview.contexts(),
                    preview.user(),
                    actor.who(),
                    reason,
                    begunAt,
                    endedAt,
                    parts.stream().mapToInt(part -> part.targets.size()).sum(),
                    Map.copyOf(counts),
                    results,
                    preview.unseen(),
                    nodes);
        }
    }

    Optional<Instant> endedAt() {
        synchronized (this) {
            return Optional.ofNullable(endedAt);
        }
    }
}
