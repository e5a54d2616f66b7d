package io.sessionadmin.console.script;

import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.store.SessionBackup;
import java.time.Duration;
import java.time.Instant;

/** Numbers of a context that a page says in words. */
final class Numbers {

    private Numbers() {}

    /** How many live sessions of this node have a backup in this state. */
    static Figure backups(ContextSummary context, SessionBackup.State state) {
        boolean counted = !context.backups().isEmpty();
        if (!counted) {
            return isNothingLive(context)
                    ? Figure.ZERO
                    : Figure.unknown(context.atRiskHere().reason());
        }
        // What lets the sum be doubted lets its parts be doubted, too.
        return new Figure(
                context.backups(state),
                context.atRiskHere().isKnown() ? context.atRiskHere().certainty() : Figure.Certainty.AT_LEAST,
                context.atRiskHere().reason());
    }

    /** Seconds since the oldest change on this node that is not in the store; 0 when all are. */
    static Figure oldestUnsaved(ContextSummary context) {
        Instant oldest = context.oldestUnsaved();
        if (oldest != null) {
            return new Figure(
                    Shapes.seconds(oldest, context.now()),
                    context.atRiskHere().isKnown() ? context.atRiskHere().certainty() : Figure.Certainty.AT_LEAST,
                    context.atRiskHere().reason());
        }
        boolean nothing = context.atRiskHere().equals(Figure.ZERO) || isNothingLive(context);
        return nothing ? Figure.ZERO : Figure.unknown(reason(context));
    }

    /** On all nodes: what is late here, and what the others announced. */
    static Figure overdue(ContextSummary context) {
        return backups(context, SessionBackup.State.OVERDUE)
                .plus(context.elsewhere().overdueFigure());
    }

    /** On all nodes. */
    static Figure failing(ContextSummary context) {
        return backups(context, SessionBackup.State.FAILING)
                .plus(context.elsewhere().failingFigure());
    }

    /** On all nodes: seconds since the oldest change that is not in the store, as far as each node told; 0 when all are. */
    static Figure oldestUnsavedAnywhere(ContextSummary context) {
        Figure here = oldestUnsaved(context);
        Figure others = context.elsewhere().atRisk();
        Duration oldest = context.elsewhere().oldestUnsaved();
        Figure there = new Figure(oldest == null ? 0 : oldest.toSeconds(), others.certainty(), others.reason());
        Figure sum = here.plus(there);
        return sum.isKnown() ? new Figure(Math.max(here.value(), there.value()), sum.certainty(), sum.reason()) : sum;
    }

    private static Reason reason(ContextSummary context) {
        return context.atRiskHere().reason();
    }

    private static boolean isNothingLive(ContextSummary context) {
        return context.liveHere().equals(Figure.ZERO);
    }
}
