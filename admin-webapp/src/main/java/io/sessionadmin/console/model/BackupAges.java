package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import java.time.Duration;
import java.util.List;

/**
 * How old the saved copies of the live sessions of this node are, in classes whose limits do not depend on the sessions.
 *
 * @param current sessions by the age of a copy that has all of them; the last class has no upper limit
 * @param atRisk sessions by the age of a copy that lacks their latest change
 * @param never sessions without a copy
 */
public record BackupAges(List<Long> current, List<Long> atRisk, long never) {

    /** Upper limits of the classes. */
    public static final List<Duration> LIMITS = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1));

    public static final BackupAges NONE = new Counter().result();

    public boolean isEmpty() {
        return never == 0
                && current.stream().allMatch(count -> count == 0)
                && atRisk.stream().allMatch(count -> count == 0);
    }

    /** Counts one session after the other. */
    static final class Counter {

        private final Long[] current = zeros();
        private final Long[] atRisk = zeros();
        private long never;

        private static Long[] zeros() {
            Long[] zeros = new Long[LIMITS.size() + 1];
            java.util.Arrays.fill(zeros, 0L);
            return zeros;
        }

        /** @param age of the copy; without meaning when there is none */
        void add(SessionBackup.State state, boolean saved, Duration age) {
            if (!saved) {
                never++;
                return;
            }
            int limit = 0;
            while (limit < LIMITS.size() && age.compareTo(LIMITS.get(limit)) >= 0) {
                limit++;
            }
            (state == SessionBackup.State.CURRENT ? current : atRisk)[limit]++;
        }

        BackupAges result() {
            return new BackupAges(List.of(current), List.of(atRisk), never);
        }
    }
}
