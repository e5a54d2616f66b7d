package io.sessionadmin.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.catalina.Container;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.PersistentManagerBase;
import org.jspecify.annotations.Nullable;

/** What the store and the sessions in memory are like now. Looks, and accesses none. */
final class LiveGauges implements StoreGauges {

    private final Manager manager;
    private final Hearing hearing;
    private final StoreHealth saving;
    private final StoreHealth reading;
    private final DataSource connections;

    LiveGauges(Manager manager, Hearing hearing, StoreHealth saving, StoreHealth reading, DataSource connections) {
        this.manager = manager;
        this.hearing = hearing;
        this.saving = saving;
        this.reading = reading;
        this.connections = connections;
    }

    @Override
    public Backlog backlog() {
        return backlog(manager, System.currentTimeMillis());
    }

    static Backlog backlog(Manager manager, long now) {
        Duration window = window(manager);
        long live = 0;
        long atRisk = 0;
        long overdue = 0;
        long failing = 0;
        long oldest = now;
        SessionBackup.@Nullable Failure latest = null;
        String failure = "";
        for (Session session : manager.findSessions()) {
            SessionBackup backup = SessionBackup.of(session);
            live++;
            switch (backup.state(session.getThisAccessedTimeInternal(), now, window)) {
                case CURRENT -> {
                    continue;
                }
                case OVERDUE -> overdue++;
                case FAILING -> {
                    failing++;
                    SessionBackup.Failure its = backup.failure();
                    if (its != null && (latest == null || its.since() > latest.since())) {
                        latest = its;
                        // A trigger of the operator's may name what it refuses.
                        failure = its.reason().replace(session.getIdInternal(), "...");
                    }
                }
                case PENDING, NEVER -> {
                    // at risk, and for no longer than it may be
                }
            }
            atRisk++;
            long since = backup.unsavedSince() > 0 ? backup.unsavedSince() : session.getThisAccessedTimeInternal();
            oldest = Math.min(oldest, since);
        }
        return new Backlog(live, atRisk, overdue, failing, (now - oldest) / 1000, failure);
    }

    /** How old an unsaved change can get when all is well; null when nothing bounds it. */
    static @Nullable Duration window(Manager manager) {
        if (manager instanceof SharedPersistentManager shared
                && shared.getCoherence().equals("strict")) {
            return Duration.ZERO;
        }
        return manager instanceof PersistentManagerBase base && base.getMaxIdleBackup() >= 0
                ? Duration.ofSeconds(base.getMaxIdleBackup()).plus(period(base))
                : null;
    }

    /** From one background pass of a manager to the next. */
    private static Duration period(ManagerBase manager) {
        Container container = manager.getContext();
        while (container.getBackgroundProcessorDelay() <= 0 && container.getParent() != null) {
            container = container.getParent();
        }
        return Duration.ofSeconds(
                (long) Math.max(0, container.getBackgroundProcessorDelay()) * manager.getProcessExpiresFrequency());
    }

    @Override
    public String listenState() {
        return hearing.state();
    }

    @Override
    public Optional<StoreFailure> failure() {
        return saving.failure().or(reading::failure);
    }

    @Override
    public Optional<StoreFailure> lastFailure() {
        return failure().or(saving::lastFailure).or(reading::lastFailure);
    }

    @Override
    public Optional<Pool> pool() {
        if (!(connections instanceof HikariDataSource pool)) {
            return Optional.empty();
        }
        HikariPoolMXBean now = pool.getHikariPoolMXBean();
        return Optional.of(
                new Pool(now.getActiveConnections(), now.getIdleConnections(), now.getThreadsAwaitingConnection()));
    }
}
