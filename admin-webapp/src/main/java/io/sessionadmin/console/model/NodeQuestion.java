package io.sessionadmin.console.model;

import io.sessionadmin.console.model.NodeResult.State;
import io.sessionadmin.store.ClusterAnswers;
import io.sessionadmin.table.AnswerTable;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks all nodes what became of their copies of some ended sessions of one context. Safe for use by several threads. */
final class NodeQuestion {

    private final ContextAddress context;
    private final Ender ender;
    private final Clock clock = Clock.systemUTC();
    private List<Handle> handles = List.of();
    private int endedHere;
    private @Nullable Instant asked;
    private Instant askedHere = Instant.EPOCH;
    private Reason unknown = Reason.NONE;
    private List<NodeResult> others = List.of();

    NodeQuestion(ContextAddress context, Ender ender) {
        this.context = context;
        this.ender = ender;
    }

    /** A copy on this node has ended. */
    synchronized void endedHere() {
        endedHere++;
    }

    /** Asks about sessions that have been ended. */
    synchronized void ask(List<Handle> ended) {
        handles = List.copyOf(ended);
        askedHere = clock.instant();
        if (handles.isEmpty()) {
            return;
        }
        ClusterAnswers answers = ender.answers();
        if (answers == null) {
            unknown = ender.isAlone() ? Reason.NONE : Reason.of("nodes.notKnown");
            return;
        }
        try {
            asked = answers.ask();
        } catch (StoreUnavailableException e) {
            unknown = Reason.of(e);
        } catch (TableMismatchException e) {
            unknown = Reason.said(e.reason());
        }
    }

    /** Whether everybody has answered who will at once. */
    synchronized boolean isSettled() {
        hear(List.of());
        return others.stream().noneMatch(other -> other.state() == State.NO_ANSWER);
    }

    /** What was said until now. */
    synchronized void hear() {
        hear(handles);
    }

    private void hear(List<Handle> about) {
        ClusterAnswers answers = ender.answers();
        if (asked == null) {
            return;
        }
        if (answers == null) {
            unknown = Reason.of("reason.storeStopped");
            return;
        }
        try {
            others = Ender.said(context, answers, about, asked);
            unknown = Reason.NONE;
        } catch (StoreUnavailableException e) {
            unknown = Reason.of(e);
        } catch (TableMismatchException e) {
            unknown = Reason.said(e.reason());
        }
    }

    /** The same for somebody who looks later: who has not answered may have since, as long as answers are kept. */
    synchronized List<NodeResult> hearAgain() {
        boolean fresh = askedHere.plus(AnswerTable.MEMORY).isAfter(clock.instant());
        if (fresh && others.stream().anyMatch(other -> other.state() != State.LOOKED)) {
            hear(handles);
        }
        return results();
    }

    private List<NodeResult> results() {
        List<NodeResult> results = new ArrayList<>();
        if (ender instanceof Ender.Running) {
            results.add(new NodeResult(context, ender.here(), State.HERE, endedHere, null, Reason.NONE));
        }
        results.addAll(others);
        if (unknown.isGiven()) {
            results.add(new NodeResult(context, "", State.UNKNOWN, 0, null, unknown));
        }
        return results;
    }

    /** In a line for the audit trail, as in: tc-1: ended 2; tc-2: ended 1, holds no other; tc-3: no answer. */
    synchronized String line() {
        return results().stream()
                .map(result -> (result.node().isEmpty() ? "other nodes" : result.node()) + ": "
                        + switch (result.state()) {
                            case HERE -> "ended " + result.ended();
                            case LOOKED -> "ended " + result.ended() + ", holds no other";
                            case NO_ANSWER -> "ended " + result.ended() + ", no answer yet";
                            case LATER -> "not yet, it does not hear of ends";
                            case SILENT -> "not heard of";
                            case UNKNOWN -> "not known";
                        })
                .collect(Collectors.joining("; "));
    }
}
