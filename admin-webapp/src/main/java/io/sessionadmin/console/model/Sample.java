package io.sessionadmin.console.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What was in memory of this node at one moment.
 *
 * @param atRisk -1 where that can't be told from memory
 */
public record Sample(Instant at, long live, long atRisk) {

    /** Empty where nobody knows what is in memory. */
    static Optional<Sample> now(ContextSummary context) {
        return context.liveHere().isKnown()
                ? Optional.of(new Sample(
                        context.now(),
                        context.liveHere().value(),
                        context.atRiskHere().isKnown() ? context.atRiskHere().value() : -1))
                : Optional.empty();
    }
}
