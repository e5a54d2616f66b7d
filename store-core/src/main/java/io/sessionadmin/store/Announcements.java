package io.sessionadmin.store;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.NodeTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.catalina.Manager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.util.ServerInfo;
import org.apache.juli.logging.Log;

/** Tells the cluster about the sessions of one context on this node. Called by one thread, but for {@link #alive}. */
final class Announcements {

    private final Log log;
    private final NodeTable nodes;
    private final Manager manager;
    private final Clock clock;
    private final NodeReport.Origin process;
    private final long started;
    private boolean warned;
    private final Pace pace = Pace.atOnceAndAfter(NodeTable.INTERVAL, System::nanoTime);

    Announcements(Log log, NodeTable nodes, Manager manager, String node, Clock clock) {
        this.log = log;
        this.nodes = nodes;
        this.manager = manager;
        this.clock = clock;
        this.started = clock.millis();
        this.process = new NodeReport.Origin(
                ContextName.of(manager.getContext()),
                node,
                UUID.randomUUID().toString(),
                ServerInfo.getServerNumber(),
                Objects.requireNonNullElse(Announcements.class.getPackage().getImplementationVersion(), "unknown"),
                manager instanceof SharedPersistentManager shared ? shared.getCoherence() : "",
                manager instanceof PersistentManagerBase base ? base.getMaxIdleBackup() : -1,
                LiveGauges.window(manager));
    }

    /** What does not change while this node runs. */
    NodeReport.Origin origin() {
        return process;
    }

    /** @param listening whether this node hears at once of sessions that end elsewhere */
    void everySecond(boolean listening) throws StoreUnavailableException {
        if (!pace.isDue()) {
            return;
        }
        try {
            nodes.announce(report(listening));
        } catch (TableMismatchException e) {
            if (!warned) {
                warned = true;
                log.warn(process.context() + ": other nodes and consoles do not see this one: " + e.reason());
            }
        }
    }

    private NodeReport report(boolean listening) {
        long now = clock.millis();
        StoreGauges.Backlog backlog = LiveGauges.backlog(manager, now);
        return new NodeReport(
                process,
                Duration.ofMillis(now - started),
                now,
                backlog.live(),
                backlog.atRisk(),
                backlog.overdue(),
                backlog.failing(),
                backlog.atRisk() == 0 ? null : Duration.ofSeconds(backlog.oldestUnsavedSeconds()),
                backlog.failure(),
                listening);
    }

    /** Of these nodes, those that have this context and have announced themselves lately; all where nobody does. */
    Set<String> alive(Set<String> candidates) {
        try {
            return nodes.nodes().stream()
                    .filter(ClusterNode::alive)
                    .map(each -> each.report().origin())
                    .filter(origin -> origin.context().equals(process.context()))
                    .map(NodeReport.Origin::node)
                    .filter(candidates::contains)
                    .collect(Collectors.toSet());
        } catch (StoreUnavailableException | TableMismatchException e) {
            log.debug("Nobody knows which nodes are there", e);
            return candidates;
        }
    }

    /** This node stops. */
    void leave() {
        try {
            nodes.leave(process);
        } catch (StoreUnavailableException | TableMismatchException e) {
            log.debug("Nobody is told that this node stops: its silence will do", e);
        }
    }
}
