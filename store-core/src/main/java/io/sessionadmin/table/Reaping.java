package io.sessionadmin.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one batch of a sweep removed.
 *
 * @param expired the sessions that somebody is to be told of, as they were stored
 * @param untold the ids of the others, whose data was not read
 * @param tombstones how many tombstones had served their time
 * @param next where the next batch begins; null when this one reached the end
 */
public record Reaping(
        List<StoredSession> expired,
        List<String> untold,
        int tombstones,
        @Nullable String next) {

    /** How many sessions have ended. */
    public int ended() {
        return expired.size() + untold.size();
    }
}
