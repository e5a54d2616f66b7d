package io.sessionadmin.console.model;

import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.ReplicaState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.Engine;
import org.apache.catalina.util.SessionConfig;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of all contexts of one Tomcat engine and of the stores behind them, for people to look at and to end.
 * Looking changes nothing. Safe for use by several threads.
 */
public final class EngineSessions {

    /** So many contexts that are not deployed here are counted: each costs some queries. */
    private static final int ORPHANS_AT_MOST = 100;

    private final Engine engine;
    private final Deployments deployments;
    private final Clock clock;
    private final ReadingRounds rounds = new ReadingRounds();
    private final SessionLists lists;
    private final LastHour lastHour = new LastHour();

    public EngineSessions(Engine engine, Clock clock) {
        this.engine = engine;
        this.deployments = new Deployments(engine);
        this.clock = clock;
        this.lists = new SessionLists(deployments, clock, rounds);
    }

    /** How this node is called: its route, else its engine's name. */
    public String node() {
        return deployments.node();
    }

    /** Whether the name of a context says too little without its host. */
    public boolean hasSeveralHosts() {
        return engine.findChildren().length > 1;
    }

    /** Where a context is that is named without its host. */
    public String defaultHost() {
        String host = engine.getDefaultHost();
        return host == null ? "localhost" : host;
    }

    /** All contexts: those that are deployed here, and those that only a store knows, as far as it answers. */
    public List<ContextAddress> contexts() {
        List<DeployedContext> deployed = deployments.all();
        List<ContextAddress> found = new ArrayList<>();
        deployed.forEach(context -> found.add(context.address()));
        deployments
                .orphans(deployed, new ArrayList<>())
                .keySet()
                .forEach(app -> found.add(new ContextAddress.Orphan(app)));
        return found;
    }

    /** What the stores of this JVM count, those that are JdbcStores and run. */
    public List<StoreNumbers> stores() {
        return deployments.all().stream()
                .flatMap(context -> StoreNumbers.of(context.context()).stream())
                .toList();
    }

    /**
     * All contexts in numbers.
     *
     * @param orphans contexts that are not deployed here, and of which a store has rows
     * @param moreOrphans how many of them are not shown
     * @param problems of stores that could not be asked for orphans
     */
    public record Overview(
            List<ContextSummary> contexts,
            List<ContextSummary> orphans,
            int moreOrphans,
            List<Reason> problems,
            Instant now) {}

    /** What is wrong with the managers and stores of this node, and what they are set to. */
    public Health health(String consoleVersion) {
        return Doctor.examine(deployments.all(), node(), consoleVersion, clock.instant());
    }

    /** Takes one sample of what is in memory of this node. */
    void sample() {
        List<DeployedContext> contexts = deployments.all();
        Instant now = clock.instant();
        lastHour.sample(contexts, now);
        contexts.forEach(context -> context.forgetOld(now));
    }

    /** What was in memory of this node over the last hour, the oldest first, and what is now. */
    public List<Sample> lastHour(ContextSummary context) {
        return Stream.concat(lastHour.of(context.address()).stream(), Sample.now(context).stream())
                .toList();
    }

    public Overview overview() {
        Instant now = clock.instant();
        List<DeployedContext> deployed = deployments.all();
        List<ContextSummary> contexts = deployed.stream()
                .map(context ->
                        Census.guarded(context, now, () -> Census.of(context, now, Census.FOR_OVERVIEW, rounds)))
                .toList();
        List<Reason> problems = new ArrayList<>();
        List<ContextSummary> orphans = new ArrayList<>();
        Map<String, TableSessions> tables = deployments.orphans(deployed, problems);
        tables.entrySet().stream()
                .limit(ORPHANS_AT_MOST)
                .forEach(table -> orphans.add(Census.of(table.getKey(), table.getValue(), now, rounds)));
        return new Overview(contexts, orphans, tables.size() - orphans.size(), problems, now);
    }

    /**
     * A page of sessions.
     *
     * @param context in numbers; null for all contexts
     * @param asOf when memory was looked at, which pages over many sessions share; each that is drawn is looked at again
     * @param source where stored sessions are read, if that is not where they are saved
     */
    public record Listing(@Nullable ContextSummary context, SessionsFound found, Instant asOf, Reason source) {}

    /** A page for people to look at; empty when there is no such context, here or in a store. */
    public Optional<Listing> list(SessionQuery query) {
        return lists.list(query);
    }

    /** Replicas that are read for these contexts; of all for null. */
    public List<ReplicaState> replicas(@Nullable ContextAddress address) {
        return lists.replicas(address);
    }

    /** The contexts that have a session with this handle, in memory or in a store. */
    public List<ContextAddress> contextsOf(Handle handle) throws IOException {
        List<ContextAddress> found = new ArrayList<>();
        for (ContextAddress context : contexts()) {
            if (find(context, handle).isPresent()) {
                found.add(context);
            }
        }
        return found;
    }

    /**
     * Walks through all sessions that meet a filter, however many there are, in the order of a list.
     *
     * @return what was missing on the way; empty when there is no such context
     */
    public Optional<SessionWalk.Walked> walk(
            SessionScope scope, SessionFilter filter, SessionSort sort, SessionVisitor visitor) {
        return lists.walk(scope, filter, sort, visitor);
    }

    /** Nodes that may have sessions in memory which were never saved, so that nobody here sees them; with the way out. */
    public List<Reason> unseen(SessionScope scope) {
        return deployments.all().stream()
                .filter(context -> scope.address() == null || context.address().equals(scope.address()))
                .flatMap(context -> context.nodes().unseen(context.address()).stream())
                .toList();
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
        return find(address, handle, Values.HIDDEN);
    }

    /** The same, with what its reader may see. */
    public Optional<SessionDetail> find(ContextAddress address, Handle handle, Values values) throws IOException {
        SessionDetail.View view = new SessionDetail.View(values, node(), clock.instant());
        if (address instanceof ContextAddress.Deployed deployed) {
            Optional<DeployedContext> context = deployments.find(deployed);
            return context.isEmpty() ? Optional.empty() : SessionDetail.find(context.get(), handle, view);
        }
        Optional<TableSessions> table = deployments.orphan(((ContextAddress.Orphan) address).app());
        return table.isEmpty() ? Optional.empty() : SessionDetail.find(table.get(), handle, view);
    }

    /** These sessions, as far as they are there, in the order of their handles; empty when there is no such context. */
    public Optional<SessionPage> entries(ContextAddress address, List<Handle> handles) {
        return address instanceof ContextAddress.Deployed deployed
                ? deployments.find(deployed).map(context -> SessionPage.read(context, handles, clock.instant()))
                : deployments
                        .orphan(((ContextAddress.Orphan) address).app())
                        .map(table -> SessionPage.read(table, handles, clock.instant()));
    }

    /** How many nodes see an invalidation, and how long it holds. */
    public enum Reach {
        /** JdbcStore: a tombstone for all nodes. */
        ALL_NODES,
        /** Another store: here, and its row or file. */
        THIS_NODE_AND_STORE,
        /** No store: here. */
        THIS_NODE,
        /** The context does not run here: a tombstone for all nodes, and no listener is told. */
        ROWS_ONLY,
        /** A manager that the console does not know: here, and nothing else can be promised. */
        THIS_NODE_AT_LEAST
    }

    /** What an invalidation in this context reaches; empty when there is no way. */
    public Optional<Reach> reach(ContextAddress address) {
        return ender(address)
                .map(ender -> ender instanceof Ender.Running running ? reach(running.context()) : Reach.ROWS_ONLY);
    }

    /** The name of a context as rows carry it; its address where it is not deployed here. */
    public String app(ContextAddress address) {
        return address instanceof ContextAddress.Deployed deployed
                ? deployments.find(deployed).map(DeployedContext::app).orElse(deployed.host() + deployed.name())
                : ((ContextAddress.Orphan) address).app();
    }

    Optional<Ender> ender(ContextAddress address) {
        return deployments.ender(address);
    }

    private static Reach reach(DeployedContext context) {
        if (context.stored() instanceof StoredSessions.InMemoryOnly) {
            return Reach.THIS_NODE;
        }
        return context.store()
                .map(store -> store instanceof JdbcStore ? Reach.ALL_NODES : Reach.THIS_NODE_AND_STORE)
                .orElse(Reach.THIS_NODE_AT_LEAST);
    }

    /** The trail of what administrators did, kept beside the sessions for so long. */
    public AuditTrail auditTrail(Duration retention) {
        return new AuditTrail(deployments::auditTables, retention, clock);
    }

    /**
     * The sessions of a browser in any context of this engine.
     *
     * @param cookies the values of its cookies, by name
     */
    public Set<Handle> sessionsOf(Map<String, List<String>> cookies) {
        Set<Handle> own = new HashSet<>();
        for (DeployedContext context : deployments.all()) {
            String name = SessionConfig.getSessionCookieName(context.context());
            cookies.getOrDefault(name, List.of()).forEach(value -> own.add(Handle.of(value)));
        }
        return own;
    }

    /** Saves a live session now; empty when no such context runs here. */
    public Optional<ActionResult> backUp(ContextAddress address, Handle handle) {
        return actions(address).map(actions -> actions.backUp(handle));
    }

    /** Removes an attribute of a live session, and saves the session; empty when no such context runs here. */
    public Optional<ActionResult> removeAttribute(ContextAddress address, Handle handle, String name) {
        return actions(address).map(actions -> actions.removeAttribute(handle, name));
    }

    private Optional<SessionActions> actions(ContextAddress address) {
        return address instanceof ContextAddress.Deployed deployed
                ? deployments
                        .find(deployed)
                        .filter(DeployedContext::isRunning)
                        .map(context -> new SessionActions(context, clock))
                : Optional.empty();
    }

    /** What the error of a store says to an operator. */
    public static Reason reason(IOException e) {
        return Reason.of(e);
    }
}
