package io.sessionadmin.console.model;

import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.catalina.Engine;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of all contexts of one Tomcat engine and of the stores behind them, for people to look at and to end.
 * Looking changes nothing. Safe for use by several threads.
 */
public final class EngineSessions {

    private final Engine engine;
    private final Deployments deployments;
    private final Clock clock;

    public EngineSessions(Engine engine, Clock clock) {
        this.engine = engine;
        this.deployments = new Deployments(engine);
        this.clock = clock;
    }

    /** How this node is called: its route, else its engine's name. */
    public String node() {
        String route = engine.getJvmRoute();
        return route == null || route.isBlank() ? engine.getName() : route;
    }

    /**
     * All contexts in numbers.
     *
     * @param orphans contexts that are not deployed here, and of which a store has rows
     * @param problems of stores that could not be asked for orphans
     */
    public record Overview(
            List<ContextSummary> contexts, List<ContextSummary> orphans, List<Reason> problems, Instant now) {}

    public Overview overview() {
        Instant now = clock.instant();
        List<DeployedContext> deployed = deployments.all();
        List<ContextSummary> contexts =
                deployed.stream().map(context -> Census.of(context, now)).toList();
        List<Reason> problems = new ArrayList<>();
        List<ContextSummary> orphans = new ArrayList<>();
        Map<String, TableSessions> tables = deployments.orphans(deployed, problems);
        tables.forEach((app, table) -> orphans.add(Census.of(app, table, now)));
        return new Overview(contexts, orphans, problems, now);
    }

    /** Sessions of one context, with the context in numbers. */
    public record Listing(ContextSummary context, SessionPage page) {}

    /** Empty when there is no such context, here or in a store. */
    public Optional<Listing> list(ContextAddress address, @Nullable Handle after) {
        Instant now = clock.instant();
        if (address instanceof ContextAddress.Deployed deployed) {
            return deployments
                    .find(deployed)
                    .map(context -> new Listing(Census.of(context, now), SessionPage.read(context, after, now)));
        }
        String app = ((ContextAddress.Orphan) address).app();
        return deployments
                .orphan(app)
                .map(table -> new Listing(Census.of(app, table, now), SessionPage.read(table, after, now)));
    }

    /** Whether there is such a context, here or in a store. */
    public boolean knows(ContextAddress address) {
        return address instanceof ContextAddress.Deployed deployed
                ? deployments.find(deployed).isPresent()
                : deployments.orphan(((ContextAddress.Orphan) address).app()).isPresent();
    }

    /**
     * One session; empty when there is none.
     *
     * @throws IOException when it is not in memory and the store did not answer
     */
    public Optional<SessionDetail> find(ContextAddress address, Handle handle) throws IOException {
        Instant now = clock.instant();
        if (address instanceof ContextAddress.Deployed deployed) {
            Optional<DeployedContext> context = deployments.find(deployed);
            return context.isEmpty() ? Optional.empty() : SessionDetail.find(context.get(), handle, now);
        }
        Optional<TableSessions> table = deployments.orphan(((ContextAddress.Orphan) address).app());
        return table.isEmpty() ? Optional.empty() : SessionDetail.find(table.get(), handle, now);
    }

    /** These sessions, as far as they are there, in the order of their handles; empty when there is no such context. */
    public Optional<SessionPage> entries(ContextAddress address, List<Handle> handles) {
        return address instanceof ContextAddress.Deployed deployed
                ? deployments.find(deployed).map(context -> SessionPage.read(context, handles, clock.instant()))
                : Optional.empty();
    }

    /** How many nodes see an invalidation, and how long it holds. */
    public enum Reach {
        /** JdbcStore: a tombstone for all nodes. */
        ALL_NODES,
        /** Another store: here, and its row or file. */
        THIS_NODE_AND_STORE,
        /** No store: here. */
        THIS_NODE
    }

    /** What an invalidation in this context reaches; empty when there is none that could tell the listeners. */
    public Optional<Reach> reach(ContextAddress address) {
        if (!(address instanceof ContextAddress.Deployed deployed)) {
            return Optional.empty();
        }
        return deployments.find(deployed).filter(DeployedContext::isRunning).map(context -> context.store()
                .map(store -> store instanceof JdbcStore ? Reach.ALL_NODES : Reach.THIS_NODE_AND_STORE)
                .orElse(Reach.THIS_NODE));
    }

    /** Ends sessions of a running context; empty when there is no such context. */
    public Optional<List<InvalidationResult>> invalidate(ContextAddress.Deployed address, List<Handle> handles) {
        return deployments.find(address).filter(DeployedContext::isRunning).map(context -> new Invalidator(
                        context, clock.instant())
                .invalidate(handles));
    }

    /** What the error of a store says to an operator. */
    public static Reason reason(IOException e) {
        return Reason.of(e);
    }
}
