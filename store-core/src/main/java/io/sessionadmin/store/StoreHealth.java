package io.sessionadmin.store;

import io.sessionadmin.table.StoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.juli.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Whether PostgreSQL can be used: one line in the log when that changes, and counts in between instead of a line for
 * each request. Safe for use by several threads.
 */
final class StoreHealth {

    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final Log log;
    private final String context;
    private final String work;
    private final Clock clock;
    private @Nullable StoreFailure failure;
    private @Nullable StoreFailure last;
    private @Nullable Instant recovered;

    /**
     * @param work what this is about, in the log: "saved" or "read". A standby or a full disk fails one of them only
     */
    StoreHealth(Log log, String context, String work, Clock clock) {
        this.log = log;
        this.context = context;
        this.work = work;
        this.clock = clock;
    }

    synchronized Optional<StoreFailure> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Whether it failed, and has worked again for a short while only: nodes have that long to say what they could not,
     * such as accesses. Until then nothing is taken for expired or gone.
     */
    synchronized boolean isRecovering() {
        return recovered != null && Duration.between(recovered, clock.instant()).compareTo(RECOVERY) < 0;
    }

    /** One that is over. */
    synchronized Optional<StoreFailure> lastFailure() {
        return Optional.ofNullable(last);
    }

    synchronized void failed(StoreUnavailableException e) {
        Instant now = clock.instant();
        String reason = String.valueOf(e.getMessage());
        if (failure == null) {
            failure = new StoreFailure(reason, now, 1);
            log.error("Sessions of " + context + " can't be " + work + ": " + reason
                    + ". Sessions in memory are kept and served");
            log.debug("The first failure", e);
            return;
        }
        if (!withoutFigures(failure.reason()).equals(withoutFigures(reason))) {
            log.error("Sessions of " + context + " still can't be " + work + ", now because: " + reason);
        }
        failure = new StoreFailure(reason, failure.since(), failure.count() + 1);
    }

    synchronized void worked() {
        if (failure == null) {
            return;
        }
        log.info("Sessions of " + context + " can be " + work + " again, after "
                + Duration.between(failure.since(), clock.instant()).toSeconds() + " s and " + failure.count()
                + " failures");
        last = failure;
        failure = null;
        recovered = clock.instant();
    }

    /** Counts in a message, such as a pool's, change with each failure; its kind does not. */
    private static String withoutFigures(String reason) {
        return reason.replaceAll("\\d+", "#");
    }
}
