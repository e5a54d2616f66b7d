package io.sessionadmin.store;

import io.sessionadmin.table.AnswerTable;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.NodeTable;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the other nodes say about their copies of sessions that this one has ended. A node answers when it has looked:
 * at once where it hears of ends, else with its next background pass. Safe for use by several threads.
 */
public final class ClusterAnswers {

    private static final int ASKED_AT_ONCE = 1_000;

    private final String context;
    private final NodeReport.Origin here;
    private final NodeTable nodes;
    private final AnswerTable answers;

    ClusterAnswers(NodeReport.Origin here, NodeTable nodes, AnswerTable answers) {
        this(here.context(), here, nodes, answers);
    }

    private ClusterAnswers(String context, NodeReport.Origin here, NodeTable nodes, AnswerTable answers) {
        this.context = context;
        this.here = here;
        this.nodes = nodes;
        this.answers = answers;
    }

    /** What is said about sessions of another context in the same table. */
    public ClusterAnswers of(String other) {
        return new ClusterAnswers(other, here, nodes, answers);
    }

    /** How this node is called in rows. */
    public String here() {
        return here.node();
    }

    /** Whether a node has dealt with its copies. */
    public enum State {
        /** It has ended those that it had, and holds no other. */
        LOOKED,
        /** It hears of ends, and has not answered yet. */
        ASKED,
        /** It is there, and does not hear of ends: it will find out at its next look-up or background pass. */
        DEAF,
        /** It has not announced itself for a while: it crashed, hangs, or can't reach PostgreSQL. */
        SILENT
    }

    /**
     * What another node says.
     *
     * @param ended the sessions whose copies it has ended, of those that were asked for
     * @param heartbeatAge how long ago it announced itself
     */
    public record Answer(String node, State state, Set<Handle> ended, Duration heartbeatAge) {}

    /**
     * Asks the other nodes to look.
     *
     * @return on the database's clock: who has looked until then has seen all that this node has ended before
     * @throws TableMismatchException when nodes can't answer; says what to do
     */
    public Instant ask() throws StoreUnavailableException, TableMismatchException {
        return answers.ask(context);
    }

    /**
     * What the other nodes of this context have said until now, by name.
     *
     * @param ended sessions that this node has ended before it asked
     * @param asked as {@link #ask} answered
     */
    public List<Answer> answers(Collection<Handle> ended, Instant asked)
            throws StoreUnavailableException, TableMismatchException {
        Map<String, Set<Handle>> endedBy = new HashMap<>();
        Map<String, Instant> lookedUntil = new HashMap<>();
        List<Handle> all = List.copyOf(ended);
        for (int from = 0; from == 0 || from < all.size(); from += ASKED_AT_ONCE) {
            List<Handle> some = all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE));
            for (AnswerTable.Answer answer : answers.answers(context, some)) {
                endedBy.computeIfAbsent(answer.instance(), instance -> new HashSet<>())
                        .addAll(answer.ended());
                lookedUntil.putIfAbsent(answer.instance(), answer.lookedUntil()); // what was said later is not read yet
            }
        }
        List<Answer> said = new ArrayList<>();
        for (ClusterNode node : nodes.nodes()) {
            NodeReport.Origin origin = node.report().origin();
            if (origin.context().equals(context)
                    && !origin.instance().equals(here.instance())
                    && node.state() != ClusterNode.State.STOPPED) {
                Instant until = lookedUntil.getOrDefault(origin.instance(), Instant.EPOCH);
                said.add(new Answer(
                        origin.node(),
                        state(node, !until.isBefore(asked)),
                        endedBy.getOrDefault(origin.instance(), Set.of()),
                        node.heartbeatAge()));
            }
        }
        return said;
    }

    private static State state(ClusterNode node, boolean looked) {
        if (looked) {
            return State.LOOKED;
        }
        if (!node.alive()) {
            return State.SILENT;
        }
        return node.report().listening() ? State.ASKED : State.DEAF;
    }
}
