package io.sessionadmin.store;

import io.sessionadmin.table.InvalidationListener;
import java.time.Instant;
import org.apache.juli.logging.Log;
import org.jspecify.annotations.Nullable;

/** Hears of sessions that end elsewhere, and knows since when it does not. Safe for use by several threads. */
final class Hearing implements InvalidationListener.Ears {

    private final Log log;
    private final String context;
    private final StoreWork work;
    private final boolean listens;
    private volatile boolean heard;
    private volatile @Nullable Instant deafSince;

    Hearing(Log log, String context, StoreWork work, boolean listens) {
        this.log = log;
        this.context = context;
        this.work = work;
        this.listens = listens;
    }

    @Override
    public void invalidated() {
        if (deafSince != null) {
            deafSince = null;
            log.info("Sessions of " + context + " that end elsewhere are heard of at once again");
            work.hearsAgain();
        }
        heard = true;
        work.endInvalidated();
    }

    @Override
    public void deaf(Exception reason) {
        if (deafSince == null) {
            deafSince = Instant.now();
            log.warn("Sessions of " + context + " that end elsewhere are not heard of at once, only looked for: "
                    + reason.getMessage());
            log.debug("The reason", reason);
        }
    }

    boolean isListening() {
        return heard && deafSince == null;
    }

    /** In a word, and since when. */
    String state() {
        Instant since = deafSince;
        return !listens ? "off" : since != null ? "deaf since " + since : "listening";
    }
}
