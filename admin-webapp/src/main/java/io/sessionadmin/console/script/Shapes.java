package io.sessionadmin.console.script;

import static io.sessionadmin.store.SessionBackup.State.CURRENT;
import static io.sessionadmin.store.SessionBackup.State.FAILING;
import static io.sessionadmin.store.SessionBackup.State.NEVER;
import static io.sessionadmin.store.SessionBackup.State.OVERDUE;
import static io.sessionadmin.store.SessionBackup.State.PENDING;

import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.LiveSession;
import io.sessionadmin.console.model.Replicas;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionsFound;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.ReplicaState;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of the answers as src-web/api/openapi.json describes them. What is not known is null, and
 * {@code notExact} says why.
 */
final class Shapes {

    private static final long CONTEXTS_BYTES = 150_000;
    private static final long FAILURES_BYTES = 20_000;
    private static final int CURSOR_BYTES = 5_000;
    private static final int NODES_NAMED = 10;

    private final String node;

    /** @param node the name of this node */
    Shapes(String node) {
        this.node = node;
    }

    /** As many contexts as an answer has room for. */
    Fields contexts(EngineSessions.Overview overview) throws IOException {
        List<Fields> contexts = new ArrayList<>();
        for (ContextSummary context : overview.contexts()) {
            contexts.add(context(context));
        }
        for (ContextSummary context : overview.orphans()) {
            contexts.add(context(context));
        }
        Fields answer = new Fields().put("node", node).put("asOf", overview.now());
        int more = answer.putFirst("contexts", contexts, CONTEXTS_BYTES);
        return answer.put("notShown", overview.moreOrphans() + more).put("problems", Sentences.of(overview.problems()));
    }

    // ------------------------------------------------------------------ a context

    private Fields context(ContextSummary context) throws IOException {
        Fields notExact = new Fields();
        var keeping = context.keeping();
        Fields fields = address(context.address())
                .put("deployed", keeping != null)
                .put("running", context.running())
                .put("manager", keeping == null ? null : orNull(keeping.manager()))
                .put("store", keeping == null ? null : orNull(keeping.store()))
                .put("live", context.live(), notExact)
                .put("swappedOut", context.swappedOut(), notExact)
                .put("expired", context.expired(), notExact)
                .put("invalidated", context.invalidated(), notExact)
                .put("atRisk", context.atRisk(), notExact)
                .put("liveHere", context.liveHere(), notExact)
                .put("atRiskHere", context.atRiskHere(), notExact);
        for (SessionBackup.State state : List.of(CURRENT, PENDING, NEVER)) {
            fields.put(word(state), Numbers.backups(context, state), notExact);
        }
        fields.put("overdue", Numbers.overdue(context), notExact)
                .put("failing", Numbers.failing(context), notExact)
                .put("oldestUnsavedSeconds", Numbers.oldestUnsavedAnywhere(context), notExact)
                .put("overdueHere", Numbers.backups(context, OVERDUE), notExact)
                .put("failingHere", Numbers.backups(context, FAILING), notExact)
                .put("oldestUnsavedHereSeconds", Numbers.oldestUnsaved(context), notExact);
        fields.putFirst("failures", failures(context), FAILURES_BYTES);
        return fields.put(
                        "othersAsOfSeconds",
                        Optional.ofNullable(context.elsewhere().asOf()).map(Duration::toSeconds))
                .put(
                        "lateNodes",
                        context.nodes().late().stream()
                                .map(late -> late.report().origin().node())
                                .distinct()
                                .limit(NODES_NAMED)
                                .toList())
                .put(
                        "oldestBackupSeconds",
                        Optional.ofNullable(context.oldestBackup()).map(age -> seconds(age.since(), context.now())))
                .put("maxIdleBackup", context.backupWindow().map(BackupWindow::maxIdleBackup))
                .put("backupWindowSeconds", context.window().map(Duration::toSeconds))
                .put("asOf", context.now())
                .put("storeAsOf", context.storeClock())
                .put("notExact", notExact)
                .put("problems", Sentences.of(context.problems()));
    }

    /** Who can't save, and why: this node now, and others as they announced it. */
    private List<Fields> failures(ContextSummary context) {
        List<Fields> failures = new ArrayList<>();
        long here = context.backups(FAILING);
        if (here > 0) {
            failures.add(new Fields()
                    .put("node", node)
                    .put("failing", here)
                    .put("reason", context.failure())
                    .put("asOfSeconds", 0));
        }
        for (ClusterNode other : context.nodes().others()) {
            if (other.report().failing() > 0) {
                failures.add(new Fields()
                        .put("node", other.report().origin().node())
                        .put("failing", other.report().failing())
                        .put("reason", other.report().failure())
                        .put("asOfSeconds", other.heartbeatAge().toSeconds()));
            }
        }
        return failures;
    }

    /** Where stored sessions were read, if not where they are saved. */
    static List<Fields> replicas(List<ReplicaState> replicas) {
        return replicas.stream()
                .map(replica -> new Fields()
                        .put("place", replica.place())
                        .put("state", replica.kind().word())
                        .put(
                                "behindSeconds",
                                replica.kind() == ReplicaState.Kind.CURRENT
                                        ? Optional.of(0L)
                                        : Optional.ofNullable(replica.behind()).map(Duration::toSeconds))
                        .put("says", Sentences.say(Replicas.said(replica)))
                        .put("problem", orNull(replica.problem())))
                .toList();
    }

    private static Fields address(ContextAddress address) {
        return address instanceof ContextAddress.Deployed deployed
                ? new Fields()
                        .put("host", deployed.host())
                        .put("context", deployed.name())
                        .put("app", (Object) null)
                : new Fields()
                        .put("host", (Object) null)
                        .put("context", (Object) null)
                        .put("app", address.title());
    }

    /** Of a context that is deployed here. */
    static Fields place(ContextAddress address) {
        return new Fields()
                .put("host", address instanceof ContextAddress.Deployed deployed ? deployed.host() : null)
                .put("context", address.title());
    }

    private static @Nullable String orNull(String name) {
        return name.isEmpty() ? null : name;
    }

    static String word(SessionBackup.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    // ------------------------------------------------------------------ a session

    /** As many sessions as an answer has room for; the others are on the next page. */
    Fields sessions(EngineSessions.Listing listing, List<ReplicaState> replicas) throws IOException {
        SessionsFound found = listing.found();
        List<Fields> sessions = found.items().stream()
                .map(item -> session(item.context(), item.entry(), found.now()))
                .toList();
        Fields notExact = new Fields();
        Fields answer = new Fields()
                .put("sessions", List.of())
                .put("total", found.total(), notExact)
                .put("next", (Object) null)
                .put("paused", false)
                .put("asOf", listing.asOf())
                .put("notExact", notExact)
                .put("problems", Sentences.of(found.problems()))
                .put("replicas", replicas(replicas));
        int more = answer.putFirst("sessions", sessions, Fields.ANSWER - CURSOR_BYTES - answer.bytes());
        SessionsFound shown = found.first(sessions.size() - more);
        return answer.put("next", shown.next() == null ? null : shown.next().text())
                .put("paused", shown.paused());
    }

    Fields session(ContextAddress context, SessionEntry entry, Instant now) {
        Instant saved = savedAt(entry);
        SessionEntry.LiveBackup backup = entry.backup();
        SessionBackup.State state = backup == null ? null : backup.state();
        SessionBackup.Failure failure = backup == null ? null : backup.known().failure();
        return address(context)
                .put("handle", entry.handle().hex())
                .put("state", entry.state().word())
                .put("stateReason", Sentences.of(entry.reason()))
                .put("backup", state == null ? null : word(state))
                .put("backupReason", failure == null ? null : failure.reason())
                .put("node", node(entry))
                .put("user", entry.user())
                .put("createdAt", entry.created())
                .put("lastAccessedAt", entry.lastAccess())
                .put("savedAt", saved)
                .put("backupAgeSeconds", saved == null ? null : seconds(saved, now))
                .put("expiresAt", entry.expires())
                .put("maxInactiveSeconds", maxInactive(entry))
                .put("bytes", entry.bytes());
    }

    /** Of a live session the node that has it in memory, else the one that saved it. */
    private @Nullable String node(SessionEntry entry) {
        StoredRow row = entry.row();
        return entry.live() != null ? node : row == null ? null : row.node();
    }

    private static @Nullable Instant savedAt(SessionEntry entry) {
        SessionEntry.LiveBackup backup = entry.backup();
        if (backup != null && backup.known().savedAt() != 0) {
            return Instant.ofEpochMilli(backup.known().savedAt());
        }
        StoredRow row = entry.row();
        return row == null || !row.valid() ? null : row.savedAt();
    }

    private static Optional<Integer> maxInactive(SessionEntry entry) {
        LiveSession live = entry.live();
        StoredRow row = entry.row();
        if (live != null) {
            return Optional.of(live.maxInactive());
        }
        return row == null || !row.valid() ? Optional.empty() : Optional.of(row.maxInactive());
    }

    Fields detail(ContextAddress context, SessionDetail detail) throws IOException {
        return session(context, detail.entry(), detail.now()).putAll(DetailShape.of(detail));
    }

    static long seconds(Instant since, Instant now) {
        return Math.max(0, Duration.between(since, now).toSeconds());
    }
}
