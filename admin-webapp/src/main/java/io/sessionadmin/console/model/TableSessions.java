package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredRow;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of one context in a table of PostgreSQL, as JdbcStore and DataSourceStore keep them.
 *
 * @param app the name of the context in the rows
 * @param notes whether live sessions carry a note of their saved copy, as those of JdbcStore do
 */
record TableSessions(SessionCatalog catalog, String app, boolean notes) implements StoredSessions {

    /** So many live sessions are looked up in the table; above, their notes have to do. */
    private static final int LOOKED_UP_AT_MOST = 2_000;

    @Override
    public StoredCounts counts() throws StoreUnavailableException {
        return StoredCounts.of(catalog.counts(app));
    }

    @Override
    public List<StoredRow> page(@Nullable Handle after, int limit) throws StoreUnavailableException {
        return catalog.page(app, after, limit);
    }

    @Override
    public Optional<StoredRow> find(Handle handle) throws StoreUnavailableException {
        return catalog.find(app, List.of(handle)).stream().findFirst();
    }

    @Override
    public Optional<byte[]> data(StoredRow row) throws StoreUnavailableException {
        return row.hasAllData() ? Optional.of(row.data()) : catalog.data(row.key(), READ_AT_MOST);
    }

    @Override
    public Map<String, SavedCopy> copies(Collection<LiveSession> live) throws StoreUnavailableException {
        Map<String, LiveSession> byId = new HashMap<>();
        live.forEach(session -> byId.put(session.id(), session));
        return notes && live.size() > LOOKED_UP_AT_MOST ? fromNotes(byId) : fromRows(byId);
    }

    private Map<String, SavedCopy> fromRows(Map<String, LiveSession> live) throws StoreUnavailableException {
        long now = System.currentTimeMillis();
        Map<String, SavedCopy> copies = new HashMap<>();
        for (SessionCatalog.Backup row : catalog.backups(app, live.keySet())) {
            LiveSession session = live.get(row.id());
            if (session == null) {
                continue;
            }
            SessionBackup backup =
                    notes ? session.note() : new SessionBackup(row.lastAccess(), row.savedAt(), -1, 0, List.of(), null);
            copies.put(row.id(), new SavedCopy(row.valid(), expired(session, row.lastAccess(), now), backup));
        }
        return copies;
    }

    private static Map<String, SavedCopy> fromNotes(Map<String, LiveSession> live) {
        long now = System.currentTimeMillis();
        Map<String, SavedCopy> copies = new HashMap<>();
        live.forEach((id, session) -> {
            SessionBackup note = session.note();
            if (note.savedAccess() != 0) {
                copies.put(id, new SavedCopy(true, expired(session, note.savedAccess(), now), note));
            }
        });
        return copies;
    }

    /** Whether the row would be reaped if the session were not in memory. */
    private static boolean expired(LiveSession session, long lastAccess, long now) {
        return session.maxInactive() > 0 && lastAccess + session.maxInactive() * 1000L < now;
    }

    /** JdbcStore saves the time of the last access, DataSourceStore that of the end of the last request. */
    @Override
    public long latestAccess(LiveSession live) {
        return notes ? live.lastAccess().toEpochMilli() : live.lastAccessed();
    }
}
