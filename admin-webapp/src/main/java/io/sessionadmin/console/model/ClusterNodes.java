package io.sessionadmin.console.model;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The nodes that run one context, as they have announced themselves in its store.
 *
 * @param nodes by name; of a node that was started again, the last start at the end
 * @param own the announcement of this node, see {@link io.sessionadmin.table.NodeReport.Origin#instance()}; empty when
 *     it makes none
 * @param unknown why it is not known who is there; none when it is
 */
public record ClusterNodes(List<ClusterNode> nodes, String own, Reason unknown) {

    private static final int NAMED_AT_MOST = 10;

    /** What was silent for longer holds nothing that anybody would wait for. */
    private static final Duration GONE_AFTER = Duration.ofHours(1);

    /** Of a context whose nodes announce themselves nowhere. */
    static ClusterNodes unknown(Reason reason) {
        return new ClusterNodes(List.of(), "", reason);
    }

    static ClusterNodes of(SessionCatalog catalog, String app, String own) {
        try {
            return new ClusterNodes(catalog.nodes(app), own, Reason.NONE);
        } catch (StoreUnavailableException e) {
            return unknown(Reason.of(e));
        } catch (TableMismatchException e) {
            return unknown(Reason.said(e.reason()));
        }
    }

    public boolean isKnown() {
        return !unknown.isGiven();
    }

    /** Whether a node of this name is there; what its rows say to be in memory is live then. */
    public boolean isAlive(String node) {
        return nodes.stream()
                .anyMatch(each -> each.alive() && each.report().origin().node().equals(node));
    }

    /** The names of those that are alive, but for this one: what it had in memory before it was started again is gone. */
    List<String> aliveBeside(String name) {
        return nodes.stream()
                .filter(ClusterNode::alive)
                .map(node -> node.report().origin().node())
                .filter(other -> !other.equals(name))
                .distinct()
                .toList();
    }

    public boolean isOwn(ClusterNode node) {
        return node.report().origin().instance().equals(own);
    }

    /** Those that are alive and not this one. */
    public List<ClusterNode> others() {
        return nodes.stream().filter(node -> node.alive() && !isOwn(node)).toList();
    }

    /**
     * Those that are not heard of in time, and did not stop: whether they hold sessions still, nobody knows. A node that is
     * back under its name is not among them.
     */
    public List<ClusterNode> late() {
        return nodes.stream()
                .filter(node -> node.state() == ClusterNode.State.SILENT && !isOwn(node))
                .filter(node -> node.heartbeatAge().compareTo(GONE_AFTER) < 0)
                .filter(node -> !isAlive(node.report().origin().node()))
                .toList();
    }

    /** Why what other nodes hold is not known in full; none when it is. */
    Reason doubt() {
        String names = late().stream()
                .map(node -> node.report().origin().node())
                .distinct()
                .limit(NAMED_AT_MOST)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Reason.NONE : Reason.of("reason.late", names);
    }

    /**
     * What to know of sessions that were never saved and are in the memory of other nodes. Where coherence is strict, there
     * are none: a session is saved before the end of its first response.
     */
    Optional<Reason> unseen(ContextAddress context) {
        String names = others().stream()
                .map(node -> node.report().origin())
                .filter(origin -> !origin.coherence().equals("strict"))
                .map(NodeReport.Origin::node)
                .distinct()
                .limit(NAMED_AT_MOST)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(Reason.of("preview.unseen", context.title(), names));
    }
}
