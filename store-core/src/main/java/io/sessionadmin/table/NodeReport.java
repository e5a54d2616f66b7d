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
        boolean listening) {

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
