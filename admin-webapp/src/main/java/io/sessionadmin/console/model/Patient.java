package io.sessionadmin.console.model;

import io.sessionadmin.table.TableIndex;
import io.sessionadmin.table.TableLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one context on this node for {@link FindingKind} to judge. Looked at, and not touched.
 *
 * @param console version of the WAR; empty when it is not known
 */
record Patient(
        ContextAddress.Deployed address,
        Keeper keeper,
        Background background,
        Storage storage,
        Table table,
        ClusterNodes nodes,
        Live live,
        String console) {

    /** Which manager keeps the sessions. */
    enum Kind {
        NONE,
        STANDARD,
        PERSISTENT,
        /** SharedPersistentManager, any node at any time. */
        STRICT,
        STICKY,
        UNKNOWN
    }

    /**
     * The manager's settings, as in Tomcat's documentation; seconds, and negative for off.
     *
     * @param activityCheck whether sessions in use are left alone
     */
    record Keeper(
            Kind kind,
            int maxIdleBackup,
            int minIdleSwap,
            int maxIdleSwap,
            int maxActiveSessions,
            boolean activityCheck,
            int idLength,
            boolean distributable) {

        boolean isPersistent() {
            return kind == Kind.PERSISTENT || isShared();
        }

        boolean isShared() {
            return kind == Kind.STRICT || kind == Kind.STICKY;
        }

        boolean swaps() {
            return maxIdleSwap >= 0 || (maxActiveSessions > 0 && minIdleSwap >= 0);
        }
    }

    /** @param delay seconds between two runs of the background thread; 0 and less: it does not run */
    record Background(int processExpiresFrequency, int delay) {

        /** Seconds from one pass of the manager to the next. */
        long pass() {
            return (long) processExpiresFrequency * Math.max(0, delay);
        }
    }

    /**
     * The store.
     *
     * @param className empty when there is none
     * @param ours whether it is a JdbcStore of the same copy of the jar as the console's
     * @param otherCopy whether it is a JdbcStore of another copy
     * @param version of its jar; empty when it does not announce one
     * @param listenState {@code listening}, {@code off}, {@code deaf since} a time; empty when it is not known
     * @param poolSize connections that the pool may have; 0 without a pool of its own
     * @param waiting threads that wait for a connection
     * @param failure why it can't be used now; none when it can
     */
    record Storage(
            String className,
            boolean ours,
            boolean otherCopy,
            String version,
            String listenState,
            int poolSize,
            long waiting,
            Reason failure) {}

    /** @param layout null when there is no table, or it could not be asked */
    record Table(@Nullable TableLayout layout, List<TableIndex> indexes) {
        static final Table UNKNOWN = new Table(null, List.of());
    }

    /**
     * What the sessions in memory tell.
     *
     * @param largest bytes of the largest saved copy; 0 when none is known
     * @param leftOut names of attributes that can't be saved, and why, in order
     */
    record Live(long sessions, long largest, List<String> leftOut) {}
}
