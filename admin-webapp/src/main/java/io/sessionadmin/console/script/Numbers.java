package io.sessionadmin.console.script;

import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.store.SessionBackup;
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

    private static Reason reason(ContextSummary context) {
        return context.atRiskHere().reason();
    }

    private static boolean isNothingLive(ContextSummary context) {
        return context.liveHere().equals(Figure.ZERO);
    }
}
