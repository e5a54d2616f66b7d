package io.sessionadmin.store;

import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Accesses that changed nothing: remembered when they are due, and written by one statement for all. What could not be
 * written stays remembered. Safe for use by several threads.
 */
final class SharedAccesses {

    private final String context;
    private final SharingSettings settings;
    private final SessionTable table;
    private final StoreHealth saving;
    private final StoreStatistics statistics;
    private final Map<String, SharedSession> due = new ConcurrentHashMap<>();

    SharedAccesses(
            String context,
            SharingSettings settings,
            SessionTable table,
            StoreHealth saving,
            StoreStatistics statistics) {
        this.context = context;
        this.settings = settings;
        this.table = table;
        this.saving = saving;
        this.statistics = statistics;
    }

    /** Remembers the session's access when its row is late enough. */
    void noteIfDue(SharedSession session) {
        long late = session.getThisAccessedTimeInternal() - session.savedAccess();
        if (session.isStored() && late >= settings.intervalMillis(session.getMaxInactiveInterval())) {
            note(session);
        }
    }

    void note(SharedSession session) {
        due.put(session.getIdInternal(), session);
    }

    /**
     * Writes what is remembered.
     *
     * @return those whose rows were not written: they know a later access, are locked, or gone
     */
    Collection<SharedSession> writeDue() throws StoreUnavailableException {
        if (due.isEmpty()) {
            return List.of();
        }
        Map<String, SharedSession> taken = new HashMap<>();
        due.forEach((id, session) -> {
            due.remove(id, session);
            if (session.isValid() && session.isStored() && id.equals(session.getIdInternal())) {
                taken.put(id, session);
            }
        });
        try {
            Collection<SharedSession> others = write(taken.values());
            saving.worked();
            return others;
        } catch (StoreUnavailableException e) {
            taken.forEach(due::putIfAbsent);
            throw e;
        }
    }

    /** Writes the accesses of these; answers as {@link #writeDue} does. */
    Collection<SharedSession> write(Collection<SharedSession> sessions) throws StoreUnavailableException {
        Map<String, Long> accesses = new HashMap<>();
        for (SharedSession session : sessions) {
            accesses.put(session.getIdInternal(), session.getThisAccessedTimeInternal());
        }
        if (accesses.isEmpty()) {
            return List.of();
        }
        Set<String> written = table.touch(context, accesses);
        statistics.touched(written.size());
        List<SharedSession> others = new ArrayList<>();
        for (SharedSession session : sessions) {
            String id = session.getIdInternal();
            if (written.contains(id)) {
                session.touched(accesses.getOrDefault(id, 0L));
            } else {
                others.add(session);
            }
        }
        return others;
    }
}
