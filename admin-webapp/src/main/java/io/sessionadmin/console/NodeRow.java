package io.sessionadmin.console;

import io.sessionadmin.console.model.NodeSummary;
import io.sessionadmin.table.ClusterNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node in words.
 *
 * @param share of the live sessions of all nodes that are alive, in hundredths of a bar; empty for one that is not
 * @param trouble how old its oldest unsaved change is, what is overdue, and what fails with the reason
 * @param notes what there is to say about its state
 */
public record NodeRow(
        String name,
        boolean own,
        Tag state,
        List<String> notes,
        String live,
        String liveNote,
        String share,
        String atRisk,
        List<String> trouble,
        String lastSign,
        String clock,
        Tag listening,
        String version,
        String contexts) {

    /** What a row takes beside its texts. */
    private static final int ROW_BYTES = 1_300;

    /** So many are shown; those that are alive come first. */
    private static final int SHOWN_AT_MOST = 50;

    private static final Duration CLOCKS_APART = Duration.ofSeconds(2);

    static List<NodeRow> of(List<NodeSummary> nodes, Wording words) {
        long all = nodes.stream()
                .filter(node -> node.state() == ClusterNode.State.ALIVE)
                .mapToLong(NodeSummary::live)
                .sum();
        return nodes.stream()
                .limit(SHOWN_AT_MOST)
                .map(node -> of(node, all, words))
                .toList();
    }

    int bytes() {
        return ROW_BYTES
                + Room.of(
                        Stream.concat(Stream.of(name, name, version), Stream.concat(notes.stream(), trouble.stream())));
    }

    private static NodeRow of(NodeSummary node, long all, Wording words) {
        boolean alive = node.state() == ClusterNode.State.ALIVE;
        boolean died = node.state() == ClusterNode.State.SILENT;
        long percent = all == 0 ? 0 : Math.round(100.0 * node.live() / all);
        return new NodeRow(
                Room.brief(node.name()),
                node.own(),
                state(node, words),
                notes(node, words),
                died ? words.say("figure.unknown") : words.number(node.live()),
                alive
                        ? words.say("node.share", percent)
                        : died ? words.say("node.lastSeen", words.number(node.live())) : words.say("node.whenLastSeen"),
                alive && all > 0 ? BackupBar.hundredths(100.0 * node.live() / all) : "",
                died ? words.say("figure.unknown") : words.number(node.atRisk()),
                trouble(node, words),
                words.say("time.ago", words.duration(node.heartbeatAge())),
                clock(node.clockAhead(), words),
                !alive || died ? Tag.NONE : listening(node, words),
                words.say("node.version", String.join(", ", node.store()), String.join(", ", node.tomcat())),
                words.say("node.contexts", node.contexts().size()));
    }

    private static Tag state(NodeSummary node, Wording words) {
        return switch (node.state()) {
            case ALIVE ->
                node.usedTwice()
                        ? Tag.bad("used-twice", words.say("node.state.usedTwice"))
                        : Tag.ok("alive", words.say("node.state.alive"));
            case SILENT -> Tag.bad("dead", words.say("node.state.dead"));
            case STOPPED -> Tag.plain("stopped", words.say("node.state.stopped"));
        };
    }

    private static List<String> notes(NodeSummary node, Wording words) {
        if (node.state() != ClusterNode.State.SILENT) {
            return List.of();
        }
        String held = words.say("node.dead.held", node.heldRows());
        return node.atRisk() == 0 ? List.of(held) : List.of(held, words.say("node.dead.lost", node.atRisk()));
    }

    /** As of its last sign; of a node that is silent it is what it said then. */
    private static List<String> trouble(NodeSummary node, Wording words) {
        List<String> trouble = new ArrayList<>();
        if (node.state() == ClusterNode.State.SILENT) {
            trouble.add(words.say("node.lastSeen", words.number(node.atRisk())));
        }
        Duration oldest = node.oldestUnsaved();
        if (node.atRisk() > 0 && oldest != null) {
            trouble.add(words.say("node.oldest", words.number(oldest.toSeconds())));
        }
        if (node.overdue() > 0) {
            trouble.add(words.say("node.overdue", node.overdue()));
        }
        if (node.failing() > 0) {
            trouble.add(words.say("node.failing", node.failing()) + ": " + Room.brief(why(node.failure(), words)));
        }
        return trouble;
    }

    static String why(@Nullable String failure, Wording words) {
        return failure == null ? words.say("node.failing.untold") : failure;
    }

    private static Tag listening(NodeSummary node, Wording words) {
        return node.listening()
                ? Tag.ok("listening", words.say("node.listening"))
                : Tag.warn("deaf", words.say("node.deaf"));
    }

    private static String clock(Duration ahead, Wording words) {
        if (ahead.abs().compareTo(CLOCKS_APART) < 0) {
            return words.say("node.clock.right");
        }
        return words.say(ahead.isNegative() ? "node.clock.behind" : "node.clock.ahead", words.duration(ahead.abs()));
    }
}
