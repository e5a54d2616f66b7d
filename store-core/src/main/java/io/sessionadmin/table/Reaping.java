package io.sessionadmin.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one batch of a sweep removed.
 *
 * @param expired the sessions, as they were stored
 * @param tombstones how many tombstones had served their time
 * @param next where the next batch begins; null when this one reached the end
 */
public record Reaping(
        List<StoredSession> expired,
        int tombstones,
        @Nullable String next) {}
