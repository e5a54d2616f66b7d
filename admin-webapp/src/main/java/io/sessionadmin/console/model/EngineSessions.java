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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.catalina.Engine;
import org.apache.catalina.util.SessionConfig;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of all contexts of one Tomcat engine and of the stores behind them, for people to look at and to end.
 * Looking changes nothing. Safe for use by several threads.
 */
public final class EngineSessions {

    private static final Log log = LogFactory.getLog(EngineSessions.class);

    /** So many contexts that are not deployed here are counted: each costs some queries. */
    private static final int ORPHANS_AT_MOST = 100;

    private final Engine engine;
    private final Deployments deployments;
    private final Clock clock;
    private final ReadingRounds rounds = new ReadingRounds();
    private final LastHour lastHour = new LastHour();

    public EngineSessions(Engine engine, Clock clock) {
        this.engine = engine;
        this.deployments = new Deployments(engine);
        this.clock = clock;
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

    /** What was in memory of this node over the last hour, the oldest first. */
    public List<Sample> lastHour(ContextAddress context) {
        return lastHour.of(context);
    }

    public Overview overview() {
        Instant now = clock.instant();
        List<DeployedContext> deployed = deployments.all();
        List<ContextSummary> contexts = deployed.stream()
                .map(context -> count(context, now, Census.FOR_OVERVIEW))
                .toList();
        List<Reason> problems = new ArrayList<>();
        List<ContextSummary> orphans = new ArrayList<>();
        Map<String, TableSessions> tables = deployments.orphans(deployed, problems);
        tables.entrySet().stream()
                .limit(ORPHANS_AT_MOST)
                .forEach(table -> orphans.add(Census.of(table.getKey(), table.getValue(), now, rounds)));
        return new Overview(contexts, orphans, tables.size() - orphans.size(), problems, now);
    }

    private ContextSummary count(DeployedContext context, Instant now, int askedAtMost) {
        return guarded(context, now, () -> Census.of(context, now, askedAtMost, rounds));
    }

    /** What goes wrong in one context must not hide the others. */
    private static ContextSummary guarded(DeployedContext context, Instant now, Supplier<ContextSummary> census) {
        try {
            return census.get();
        } catch (RuntimeException | LinkageError e) {
            StackTraceElement[] trace = e.getStackTrace();
            log.warn("The sessions of " + context.app() + " can't be counted: "
                    + e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]));
            return Census.failed(context, Reason.threw(e), now);
        }
    }

    /**
     * A page of sessions.
     *
     * @param context in numbers; null for all contexts
     * @param source where stored sessions are read, if that is not where they are saved
     */
    public record Listing(@Nullable ContextSummary context, SessionsFound found, Reason source) {}

    /** A page for people to look at; empty when there is no such context, here or in a store. */
    public Optional<Listing> list(SessionQuery query) {
        Instant now = clock.instant();
        ContextAddress address = query.scope().address();
        if (address instanceof ContextAddress.Deployed deployed) {
            return deployments.find(deployed).map(context -> list(query, context, now));
        }
        if (address instanceof ContextAddress.Orphan orphan) {
            return deployments.orphan(orphan.app()).map(table -> list(query, orphan.app(), table, now));
        }
        SessionSearch search = new SessionSearch(places(query.scope(), now), query.filter(), query.sort(), now);
        return Optional.of(new Listing(null, search.page(query.after(), query.limit()), source(null)));
    }

    /** What is in memory is looked at once, for the numbers and for the page. */
    private Listing list(SessionQuery query, DeployedContext context, Instant now) {
        LiveSnapshot live = context.lately(now);
        ContextSummary summary = live.summary(
                () -> guarded(context, now, () -> Census.of(context, live.sessions(), now, Census.FOR_LIST, rounds)));
        return list(
                query,
                summary,
                new SessionSearch.Place(
                        context.address(),
                        context.app(),
                        () -> SearchedContext.of(context, live, now),
                        () -> all(summary)),
                now);
    }

    private Listing list(SessionQuery query, String app, TableSessions table, Instant now) {
        ContextSummary summary = Census.of(app, table, now, rounds);
        return list(
                query,
                summary,
                new SessionSearch.Place(
                        summary.address(), app, () -> SearchedContext.of(app, table, now), () -> all(summary)),
                now);
    }

    private Listing list(SessionQuery query, ContextSummary summary, SessionSearch.Place place, Instant now) {
        SessionSearch search = new SessionSearch(List.of(place), query.filter(), query.sort(), now);
        return new Listing(summary, search.page(query.after(), query.limit()), source(place.address()));
    }

    private Reason source(@Nullable ContextAddress address) {
        return replicas(address).stream().findFirst().map(Replicas::said).orElse(Reason.NONE);
    }

    /** Replicas that are read for these contexts; of all for null. */
    public List<ReplicaState> replicas(@Nullable ContextAddress address) {
        return Replicas.of(deployments.all().stream()
                .filter(context -> address == null || context.address().equals(address))
                .toList());
    }

    /** The contexts that have a session with this handle, in memory or in a store. */
    public List<ContextAddress> contextsOf(Handle handle) throws IOException {
        List<ContextAddress> found = new ArrayList<>();
        for (SessionSearch.Place place : places(new SessionScope.AllContexts(), clock.instant())) {
            if (find(place.address(), handle).isPresent()) {
                found.add(place.address());
            }
        }
        return found;
    }

    /**
     * One page of the sessions that meet a filter, in memory and in the store; empty when there is no such context.
     *
     * @param limit {@link SessionQuery#LIMIT} at most
     */
    public Optional<SessionsFound> query(
            SessionScope scope, SessionFilter filter, SessionSort sort, @Nullable SessionCursor after, int limit) {
        return list(new SessionQuery(scope, filter, sort, after, limit)).map(Listing::found);
    }

    /**
     * Walks through all sessions that meet a filter, however many there are, in the order of their contexts and handles.
     *
     * @return what was missing on the way; empty when there is no such context
     */
    public Optional<List<Reason>> walk(SessionScope scope, SessionFilter filter, Visitor visitor) {
        return search(scope, filter, SessionSort.HANDLE).map(search -> {
            Set<Reason> problems = new LinkedHashSet<>();
            SessionCursor after = null;
            do {
                SessionsFound page = search.next(after, SessionQuery.LIMIT);
                problems.addAll(page.problems());
                for (SessionsFound.Item item : page.items()) {
                    if (!visitor.test(item)) {
                        return List.copyOf(problems);
                    }
                }
                after = page.next();
            } while (after != null && visitor.hasTime());
            return List.copyOf(problems);
        });
    }

    /** Takes sessions one by one. */
    @FunctionalInterface
    public interface Visitor {

        /** Answers whether to go on. */
        boolean test(SessionsFound.Item item);

        /** Whether to go on to the next page; one that goes on costs a moment, even when nothing in it matches. */
        default boolean hasTime() {
            return true;
        }
    }

    /** Nodes that may have sessions in memory which were never saved, so that nobody here sees them; with the way out. */
    public List<Reason> unseen(SessionScope scope) {
        return deployments.all().stream()
                .filter(context -> scope.address() == null || context.address().equals(scope.address()))
                .flatMap(context -> context.nodes().unseen(context.address()).stream())
                .toList();
    }

    private Optional<SessionSearch> search(SessionScope scope, SessionFilter filter, SessionSort sort) {
        Instant now = clock.instant();
        List<SessionSearch.Place> places = places(scope, now);
        return places.isEmpty() && scope.address() != null
                ? Optional.empty()
                : Optional.of(new SessionSearch(places, filter, sort, now));
    }

    private List<SessionSearch.Place> places(SessionScope scope, Instant now) {
        ContextAddress address = scope.address();
        if (address instanceof ContextAddress.Deployed deployed) {
            return deployments.find(deployed).stream()
                    .map(context -> place(context, now))
                    .toList();
        }
        if (address instanceof ContextAddress.Orphan orphan) {
            return deployments.orphan(orphan.app()).stream()
                    .map(table -> place(orphan.app(), table, now))
                    .toList();
        }
        List<DeployedContext> deployed = deployments.all();
        List<SessionSearch.Place> places = new ArrayList<>();
        deployed.forEach(context -> places.add(place(context, now)));
        deployments.orphans(deployed, new ArrayList<>()).forEach((app, table) -> places.add(place(app, table, now)));
        return places;
    }

    private SessionSearch.Place place(DeployedContext context, Instant now) {
        return new SessionSearch.Place(
                context.address(),
                context.app(),
                () -> SearchedContext.of(context, now),
                () -> all(count(context, now, Census.FOR_LIST)));
    }

    private SessionSearch.Place place(String app, TableSessions table, Instant now) {
        return new SessionSearch.Place(
                new ContextAddress.Orphan(app),
                app,
                () -> SearchedContext.of(app, table, now),
                () -> all(Census.of(app, table, now, rounds)));
    }

    private static Figure all(ContextSummary context) {
        return context.sessions().plus(context.invalidated());
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
