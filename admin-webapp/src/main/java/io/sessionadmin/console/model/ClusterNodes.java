package io.sessionadmin.console.model;

import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.util.List;

/**
 * The nodes that run one context, as they have announced themselves in its store.
 *
 * @param nodes by name; of a node that was started again, the last start at the end
 * @param own the announcement of this node, see {@link io.sessionadmin.table.NodeReport.Origin#instance()}; empty when
 *     it makes none
 * @param unknown why it is not known who is there; none when it is
 */
public record ClusterNodes(List<ClusterNode> nodes, String own, Reason unknown) {

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
}
