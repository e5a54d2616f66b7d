package io.sessionadmin.console.model;

import io.sessionadmin.console.model.InvalidationResult.Outcome;
import io.sessionadmin.store.ClusterAnswers;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ends sessions of one context, and asks the nodes what became of their copies. */
sealed interface Ender {

    /** The context as rows carry it. */
    String app();

    /** Ends a batch of sessions; answers in the same order. */
    List<InvalidationResult> end(List<Target> batch);

    /** When each was accessed last, in memory or in the store, by id; what is not known is missing. */
    Map<String, Instant> lastAccesses(Collection<Target> targets) throws IOException;

    /** What other nodes say; null where nobody can be asked. */
    @Nullable
    ClusterAnswers answers();

    /**
     * A context that runs here.
     *
     * @param node how this node is called where the store does not say
     */
    record Running(DeployedContext context, String node) implements Ender {

        @Override
        public String app() {
            return context.app();
        }

        @Override
        public List<InvalidationResult> end(List<Target> batch) {
            return new Invalidator(context).invalidate(batch);
        }

        @Override
        public Map<String, Instant> lastAccesses(Collection<Target> targets) throws IOException {
            // Whoever came back since a replica got its rows is not to be ended as idle.
            Optional<SessionCatalog> saved = context.jdbcStore().flatMap(JdbcStore::savedCatalog);
            Map<String, Instant> accesses = context.stored() instanceof TableSessions table
                    ? Ender.stored(saved.orElse(table.catalog()), app(), targets)
                    : new HashMap<>();
            Set<String> ids = Set.copyOf(targets.stream().map(Target::id).toList());
            context.lastAccesses(ids)
                    .forEach((id, access) -> accesses.merge(id, access, (a, b) -> a.isAfter(b) ? a : b));
            return accesses;
        }

        @Override
        public @Nullable ClusterAnswers answers() {
            return context.jdbcStore().flatMap(JdbcStore::answers).orElse(null);
        }

        @Override
        public boolean isAlone() {
            return context.stored() instanceof StoredSessions.InMemoryOnly;
        }

        @Override
        public String here() {
            ClusterAnswers answers = answers();
            return answers == null ? node : answers.here();
        }
    }

    /** A context that does not run here, and whose rows another one's store reaches: tombstones, and no listener. */
    record RowsOnly(String app, JdbcStore store, SessionCatalog catalog) implements Ender {

        @Override
        public List<InvalidationResult> end(List<Target> batch) {
            Set<String> found;
            try {
                found = store.invalidateElsewhere(
                        app, batch.stream().map(Target::id).toList());
            } catch (IOException e) {
                Reason reason = Reason.of(e);
                return batch.stream()
                        .map(target ->
                                new InvalidationResult(target.handle(), target.user(), Outcome.FAILED, List.of(reason)))
                        .toList();
            }
            List<InvalidationResult> results = new ArrayList<>();
            for (Target target : batch) {
                results.add(new InvalidationResult(
                        target.handle(),
                        target.user(),
                        found.contains(target.id()) ? Outcome.ENDED : Outcome.GONE,
                        List.of(Reason.of("result.tombstone"), Reason.of("result.listenersNotHere"))));
            }
            return results;
        }

        @Override
        public Map<String, Instant> lastAccesses(Collection<Target> targets) throws IOException {
            return Ender.stored(store.savedCatalog().orElse(catalog), app, targets);
        }

        @Override
        public @Nullable ClusterAnswers answers() {
            return store.answers().map(answers -> answers.of(app)).orElse(null);
        }

        @Override
        public boolean isAlone() {
            return false;
        }

        @Override
        public String here() {
            return "";
        }
    }

    private static Map<String, Instant> stored(SessionCatalog catalog, String app, Collection<Target> targets)
            throws StoreUnavailableException {
        Map<String, Instant> accesses = new HashMap<>();
        List<String> ids = targets.stream().map(Target::id).toList();
        for (SessionCatalog.Backup row : catalog.backups(app, ids)) {
            accesses.put(row.id(), Instant.ofEpochMilli(row.lastAccess()));
        }
        return accesses;
    }

    /** Whether no other node can have these sessions, as no store is there to share them. */
    boolean isAlone();

    /** How this node is called. */
    String here();

    /** What each node has said about these sessions until now. */
    static List<NodeResult> said(
            ContextAddress context, ClusterAnswers answers, Collection<Handle> ended, Instant asked)
            throws StoreUnavailableException, TableMismatchException {
        List<NodeResult> results = new ArrayList<>();
        for (ClusterAnswers.Answer answer : answers.answers(ended, asked)) {
            NodeResult.State state =
                    switch (answer.state()) {
                        case LOOKED -> NodeResult.State.LOOKED;
                        case ASKED -> NodeResult.State.NO_ANSWER;
                        case DEAF -> NodeResult.State.LATER;
                        case SILENT -> NodeResult.State.SILENT;
                    };
            results.add(new NodeResult(
                    context, answer.node(), state, answer.ended().size(), answer.heartbeatAge(), Reason.NONE));
        }
        return results;
    }
}
