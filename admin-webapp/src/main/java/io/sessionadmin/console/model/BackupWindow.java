package io.sessionadmin.console.model;

import io.sessionadmin.store.SharedPersistentManager;
import java.time.Duration;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.session.PersistentManagerBase;
import org.jspecify.annotations.Nullable;

/**
 * How long a change of a live session may stay out of the store: an idle session is saved by the first background pass
 * after {@code maxIdleBackup} seconds; under {@link SharedPersistentManager}, unless it is sticky, before the response
 * that changed it ends.
 *
 * @param maxIdleBackup seconds; negative: sessions are not saved while they are live
 * @param withEachRequest whether changes are saved at once
 * @param pass seconds between two background passes of the manager; 0 and less: there are none
 */
public record BackupWindow(int maxIdleBackup, boolean withEachRequest, long pass) {

    static BackupWindow of(Context context, PersistentManagerBase manager) {
        return new BackupWindow(
                manager.getMaxIdleBackup(),
                manager instanceof SharedPersistentManager shared
                        && !shared.getCoherence().equals("sticky"),
                (long) manager.getProcessExpiresFrequency() * backgroundDelay(context));
    }

    /** The delay of the container whose background thread looks after this context. */
    private static int backgroundDelay(Context context) {
        for (Container container = context; container != null; container = container.getParent()) {
            if (container.getBackgroundProcessorDelay() > 0) {
                return container.getBackgroundProcessorDelay();
            }
        }
        return 0;
    }

    /** Null when no background pass saves sessions while they are live. */
    public @Nullable Duration length() {
        return withEachRequest || maxIdleBackup < 0 || pass <= 0 ? null : Duration.ofSeconds(maxIdleBackup + pass);
    }
}
