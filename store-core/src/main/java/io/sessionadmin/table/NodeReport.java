package io.sessionadmin.table;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells about the sessions of one context in its memory.
 *
 * @param uptime since the context was started
 * @param nodeTime this node's clock, milliseconds since 1970-01-01 UTC, for others to see how far it is from theirs
 * @param live sessions in memory
 * @param atRisk of them, those whose latest change is not in the store
 * @param overdue of them, those that should have been saved by now
 * @param failing of them, those whose last save failed
 * @param oldestUnsaved how long ago the oldest change happened that is not in the store; null when all are
 * @param failure why the save of one of the failing sessions failed last, in one line without ids or values, of
 *     {@link #FAILURE_AT_MOST} characters at most; empty when none fails; null of a node that does not tell: it is older,
 *     or the table has no place for it
 * @param listening whether it hears at once of sessions that end elsewhere
 */
public record NodeReport(
        Origin origin,
        Duration uptime,
        long nodeTime,
        long live,
        long atRisk,
        long overdue,
        long failing,
        @Nullable Duration oldestUnsaved,
        @Nullable String failure,
        boolean listening) {

    /** So long a reason may be; what is longer is cut, and ends with an ellipsis. */
    public static final int FAILURE_AT_MOST = 300;

    public NodeReport {
        failure = failure == null ? null : oneLine(failure);
    }

    private static String oneLine(String text) {
        String line =
                text.replaceAll("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]+", " ").strip();
        return line.length() <= FAILURE_AT_MOST ? line : line.substring(0, FAILURE_AT_MOST - 1) + "\u2026";
    }

    /**
     * One start of one context on one node: what does not change while it runs.
     *
     * @param context the name of the context as Tomcat's stores write it: {@code /Engine/host/path##version}
     * @param node the node's name; two that use the same one by mistake are told apart by {@code instance}
     * @param instance random, another one with each start
     * @param tomcat the server's version
     * @param store the version of this store
     * @param coherence how sessions are shared, as configured: {@code strict} or {@code sticky}
     * @param maxIdleBackup of the manager, seconds; -1: no backups
     * @param window how old an unsaved change can get when all is well; null when nothing bounds it
     */
    public record Origin(
            String context,
            String node,
            String instance,
            String tomcat,
            String store,
            String coherence,
            int maxIdleBackup,
            @Nullable Duration window) {}
}
