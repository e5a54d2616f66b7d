package io.sessionadmin.console.script;

import io.sessionadmin.console.model.LiveSession;
import io.sessionadmin.console.model.NodeState;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.console.model.ValueNode;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.table.RowFacts;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The shape of one session with all that its page shows; whatever was saved in it, the answer has less than 200 kB. */
final class DetailShape {

    /** The attributes get what the rest may leave of 200 kB. */
    private static final int ATTRIBUTES_BYTES = 150_000;

    private static final int NODES_AT_MOST = 100;

    private final SessionDetail detail;

    /** What did not go into the answer for its size, or the model had no room for. */
    private boolean cut;

    private int moreAttributes;

    private DetailShape(SessionDetail detail) {
        this.detail = detail;
        this.cut = detail.moreAttributes() > 0 || detail.moreLeftOut() > 0;
        this.moreAttributes = detail.moreAttributes();
    }

    /** What a page shows of it beside the line of the list. */
    static Fields of(SessionDetail detail) throws IOException {
        return new DetailShape(detail).fields();
    }

    private Fields fields() throws IOException {
        List<Fields> attributes = attributes();
        List<NodeState> nodes = detail.nodes();
        cut |= nodes.size() > NODES_AT_MOST;
        SessionHead head = detail.entry().head();
        return new Fields()
                .put("endedAt", endedAt())
                .put("authType", authType())
                .put("principalClass", head == null ? null : head.principalClass())
                .put("failedSaves", failedSaves())
                .put(
                        "nodes",
                        nodes.stream().limit(NODES_AT_MOST).map(this::node).toList())
                .put("otherNodesUnknown", Sentences.of(detail.othersUnknown()))
                .put("row", row())
                .put("attributes", attributes)
                .put("moreAttributes", moreAttributes)
                .put("values", JobShapes.word(detail.values()))
                .put("compared", detail.compared())
                .put("leftOut", detail.leftOut())
                .put("truncated", cut)
                .put("asOf", detail.now())
                .put("problems", Sentences.of(problems()))
                .put("replicas", Shapes.replicas(detail.replicas()));
    }

    private @Nullable Object endedAt() {
        StoredRow row = detail.entry().row();
        return row == null || detail.entry().state() != SessionState.INVALIDATED ? null : row.savedAt();
    }

    private @Nullable String authType() {
        LiveSession live = detail.entry().live();
        SessionHead head = detail.entry().head();
        return live != null ? live.authType().orElse(null) : head == null ? null : head.authType();
    }

    private @Nullable Integer failedSaves() {
        return Optional.ofNullable(detail.entry().backup())
                .map(backup -> backup.known().failure())
                .map(failure -> failure.tries())
                .orElse(null);
    }

    private List<Reason> problems() {
        List<Reason> problems = new ArrayList<>();
        if (detail.storeProblem().isGiven()) {
            problems.add(detail.storeProblem());
        }
        if (detail.unreadable().isGiven()) {
            problems.add(detail.unreadable());
        }
        return problems;
    }

    // ------------------------------------------------------------------ where it is

    private Fields node(NodeState state) {
        return new Fields()
                .put("node", state.node())
                .put("thisNode", state.here())
                .put("holds", JobShapes.word(state.held()))
                .put("saidAt", state.said())
                .put(
                        "silentSeconds",
                        state.silent() == null ? null : state.silent().toSeconds());
    }

    private @Nullable Fields row() {
        StoredRow row = detail.entry().row();
        if (row == null) {
            return null;
        }
        RowFacts facts = detail.facts();
        boolean valid = row.valid();
        return new Fields()
                .put("tombstone", !valid)
                .put("version", facts == null ? null : facts.version())
                .put("savedAt", row.savedAt())
                .put("savedBy", row.node())
                .put("heldBySaver", row.held())
                .put("lastAccessedAt", row.lastAccess())
                .put("maxInactiveSeconds", valid ? row.maxInactive() : null)
                .put("bytes", valid ? row.bytes() : null)
                .put("reapAfter", facts == null ? null : facts.reapAfter());
    }

    // ------------------------------------------------------------------ what is in it

    /** In the order of their names; one that is too large loses its tree, and the rest is counted. */
    private List<Fields> attributes() throws IOException {
        List<Fields> attributes = new ArrayList<>();
        long left = ATTRIBUTES_BYTES;
        for (SessionDetail.Attribute held : detail.attributes()) {
            Fields whole = attribute(held, held.saved());
            Fields fits = whole.bytes() <= left ? whole : attribute(held, null);
            long bytes = fits.bytes();
            if (bytes > left) {
                moreAttributes += detail.attributes().size() - attributes.size();
                cut = true;
                break;
            }
            cut |= fits != whole || (held.saved() == null && held.storedClass() != null);
            left -= bytes + 1;
            attributes.add(fits);
        }
        return attributes;
    }

    private static Fields attribute(SessionDetail.Attribute held, @Nullable ValueNode saved) {
        return new Fields()
                .put("name", held.name())
                .put("className", held.memoryClass() != null ? held.memoryClass() : held.storedClass())
                .put("savedAs", held.storedClass())
                .put("bytes", held.bytes() < 0 ? null : held.bytes())
                .put("newerInMemory", held.newer())
                .put("notSaved", Sentences.of(held.notSaved()))
                .put("saved", saved == null ? null : value(saved));
    }

    private static Fields value(ValueNode node) {
        return new Fields()
                .put("name", node.name())
                .put("place", JobShapes.word(node.place()))
                .put("kind", JobShapes.word(node.kind()))
                .put("className", node.className())
                .put("bytes", node.bytes() < 0 ? null : node.bytes())
                .put("size", node.size() < 0 ? null : node.size())
                .put("access", JobShapes.word(node.access()))
                .put("value", node.access() == ValueNode.Access.SHOWN ? node.value() : null)
                .put("cut", node.cut())
                .put(
                        "children",
                        node.children().stream().map(DetailShape::value).toList())
                .put("notShown", node.notShown());
    }
}
