package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one context in numbers; each session is counted once.
 *
 * @param live in the memory of a node, of this one or another
 * @param liveHere in the memory of this one
 * @param atRisk live, and the latest access is not in the store: on any node
 * @param atRiskHere on this one
 * @param elsewhere what is known of the other nodes' sessions
 * @param nodes that run the context
 * @param readable how many of those that are stored can't be read
 * @param ages of the saved copies of live sessions of this node
 * @param backups live sessions of this node by the state of their backup; empty when that is not known
 * @param failure why the save of one of them failed last; empty when none did
 * @param oldestBackup of a live session of this node; null when there is none, or it is not known
 * @param oldestUnsaved since when the oldest change on this node is not in the store; null when all are
 * @param problems what is missing, and why
 * @param now on the clock of this node
 * @param stored what the store counted, before it was compared with what is live
 */
public record ContextSummary(
        ContextAddress address,
        boolean running,
        DeployedContext.@Nullable Keeping keeping,
        Figure live,
        Figure liveHere,
        Figure swappedOut,
        Figure expired,
        Figure invalidated,
        Figure atRisk,
        Figure atRiskHere,
        Elsewhere elsewhere,
        ClusterNodes nodes,
        Readability readable,
        BackupAges ages,
        Map<SessionBackup.State, Long> backups,
        Optional<String> failure,
        @Nullable Age oldestBackup,
        @Nullable Instant oldestUnsaved,
        List<Reason> problems,
        Instant now,
        StoredCounts stored) {

    /**
     * How old a saved copy is.
     *
     * @param atMost when the store does not keep when it saved, and the last access in it has to do
     */
    public record Age(Instant since, boolean atMost) {}

    /** When the store counted, on its clock; null when it did not. */
    public @Nullable Instant storeClock() {
        return stored.asOf();
    }

    /** All sessions that there are, tombstones not among them. */
    public Figure sessions() {
        return live.plus(swappedOut).plus(expired);
    }

    public Optional<Duration> window() {
        return backupWindow().flatMap(window -> Optional.ofNullable(window.length()));
    }

    public Optional<BackupWindow> backupWindow() {
        return keeping == null ? Optional.empty() : keeping.window();
    }

    /** How many live sessions have a backup in this state. */
    public long backups(SessionBackup.State state) {
        return backups.getOrDefault(state, 0L);
    }

    /** Why the store of this context does not answer, if it said so itself. */
    static Optional<Reason> failure(DeployedContext context) {
        return context.jdbcStore()
                .flatMap(store -> store.failure().map(StoreFailure::reason))
                .map(Reason::said);
    }
}
