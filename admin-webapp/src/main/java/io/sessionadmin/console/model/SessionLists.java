package io.sessionadmin.console.model;

import io.sessionadmin.table.ReplicaState;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the contexts whose sessions somebody asks for, and looks through them. Safe for use by several threads. */
final class SessionLists {

    private final Deployments deployments;
    private final Clock clock;
    private final ReadingRounds rounds;

    SessionLists(Deployments deployments, Clock clock, ReadingRounds rounds) {
        this.deployments = deployments;
        this.clock = clock;
        this.rounds = rounds;
    }

    // ------------------------------------------------------------------ a page

    /** Empty when there is no such context, here or in a store. */
    Optional<EngineSessions.Listing> list(SessionQuery query) {
        Instant now = clock.instant();
        ContextAddress address = query.scope().address();
        if (address instanceof ContextAddress.Deployed deployed) {
            return deployments.find(deployed).map(context -> list(query, context, now));
        }
        if (address instanceof ContextAddress.Orphan orphan) {
            return deployments.orphan(orphan.app()).map(table -> list(query, orphan.app(), table, now));
        }
        SessionSearch search = new SessionSearch(places(query.scope(), now), query.filter(), query.sort(), now);
        return Optional.of(new EngineSessions.Listing(
                null, search.page(query.after(), query.limit(), query.counted()), now, source(null)));
    }

    /** What is in memory is looked at once, for the numbers and for the page. */
    private EngineSessions.Listing list(SessionQuery query, DeployedContext context, Instant now) {
        LiveSnapshot live = context.lately(now);
        ContextSummary summary = live.summary(() ->
                Census.guarded(context, now, () -> Census.of(context, live.sessions(), now, Census.FOR_LIST, rounds)));
        SessionSearch.Place place = new SessionSearch.Place(
                context.address(),
                context.app(),
                () -> SearchedContext.of(context, live, summary.stored(), now),
                () -> all(summary));
        return new EngineSessions.Listing(summary, page(query, place, now), live.at(), source(place.address()));
    }

    private EngineSessions.Listing list(SessionQuery query, String app, TableSessions table, Instant now) {
        ContextSummary summary = Census.of(app, table, now, rounds);
        SessionSearch.Place place = new SessionSearch.Place(
                summary.address(),
                app,
                () -> SearchedContext.of(app, table, summary.stored(), now),
                () -> all(summary));
        return new EngineSessions.Listing(summary, page(query, place, now), now, source(place.address()));
    }

    private static SessionsFound page(SessionQuery query, SessionSearch.Place place, Instant now) {
        return new SessionSearch(List.of(place), query.filter(), query.sort(), now)
                .page(query.after(), query.limit(), query.counted());
    }

    private Reason source(@Nullable ContextAddress address) {
        return replicas(address).stream().findFirst().map(Replicas::said).orElse(Reason.NONE);
    }

    /** Replicas that are read for these contexts; of all for null. */
    List<ReplicaState> replicas(@Nullable ContextAddress address) {
        return Replicas.of(deployments.all().stream()
                .filter(context -> address == null || context.address().equals(address))
                .toList());
    }

    // ------------------------------------------------------------------ all of them

    /** Empty when there is no such context, here or in a store. */
    Optional<SessionWalk.Walked> walk(
            SessionScope scope, SessionFilter filter, SessionSort sort, SessionVisitor visitor) {
        Instant now = clock.instant();
        List<SessionSearch.Place> places = places(scope, now);
        return places.isEmpty() && scope.address() != null
                ? Optional.empty()
                : Optional.of(new SessionWalk(places, filter, sort, now, SessionRun::new).run(visitor));
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
                () -> all(Census.guarded(context, now, () -> Census.of(context, now, Census.FOR_LIST, rounds))));
    }

    private SessionSearch.Place place(String app, TableSessions table, Instant now) {
        return new SessionSearch.Place(
                new ContextAddress.Orphan(app),
                app,
                () -> SearchedContext.of(app, table, null, now),
                () -> all(Census.of(app, table, now, rounds)));
    }

    private static Figure all(ContextSummary context) {
        return context.sessions().plus(context.invalidated());
    }
}
