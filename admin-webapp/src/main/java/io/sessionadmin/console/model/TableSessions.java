package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.RowFacts;
import io.sessionadmin.table.SessionCatalog;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.StoredRow;
import java.time.Instant;
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
 * @param late whether the rows are read from a replica, which may not have the latest ones yet
 * @param notes whether live sessions carry a note of their saved copy, as those of JdbcStore do
 */
record TableSessions(SessionCatalog catalog, String app, boolean notes, boolean late) implements StoredSessions {

    TableSessions(SessionCatalog catalog, String app, boolean notes) {
        this(catalog, app, notes, false);
    }

    /**
     * What is known of the saved copy of a live session, where its row was looked for. A replica that is behind does not
     * know better than the node that saved it.
     *
     * @param storedAccess the last access in the row; 0 when there is none
     */
    SessionBackup known(LiveSession session, long storedAccess) {
        return late ? session.note() : session.note(storedAccess);
    }

    /** So many live sessions are looked up in the table; above, their notes have to do. */
    private static final int LOOKED_UP_AT_MOST = 2_000;

    /** The nodes other than this one that say to be there; a table of Tomcat's columns does not say what they hold. */
    List<String> aliveBeside(String node) {
        try {
            return catalog.layout().ownColumns()
                    ? ClusterNodes.of(catalog, app, "").aliveBeside(node)
                    : List.of();
        } catch (StoreUnavailableException e) {
            return List.of(); // said by whoever asks for rows
        }
    }

    @Override
    public StoredCounts counts() throws StoreUnavailableException {
        return StoredCounts.of(catalog.counts(app));
    }

    @Override
    public List<StoredRow> page(@Nullable Handle after, int limit) throws StoreUnavailableException {
        return catalog.page(app, after, limit);
    }

    @Override
    public List<StoredRow> find(Collection<Handle> handles) throws StoreUnavailableException {
        return catalog.find(app, handles);
    }

    @Override
    public boolean holds(String id) throws StoreUnavailableException {
        return !catalog.backups(app, List.of(id)).isEmpty();
    }

    @Override
    public Optional<byte[]> data(StoredRow row) throws StoreUnavailableException {
        return row.hasAllData() ? Optional.of(row.data()) : catalog.data(row.key(), READ_AT_MOST);
    }

    @Override
    public Optional<RowFacts> facts(StoredRow row) throws StoreUnavailableException {
        return catalog.facts(row.key());
    }

    @Override
    public SavedCopies copies(Collection<LiveSession> live, Instant asOf) throws StoreUnavailableException {
        return notes && live.size() > LOOKED_UP_AT_MOST ? fromNotes(asOf) : fromRows(live, asOf);
    }

    private SavedCopies fromRows(Collection<LiveSession> live, Instant asOf) throws StoreUnavailableException {
        Map<String, LiveSession> byId = new HashMap<>();
        live.forEach(session -> byId.put(session.id(), session));
        Map<String, SavedCopy> copies = new HashMap<>();
        for (SessionCatalog.Backup row : catalog.backups(app, byId.keySet())) {
            LiveSession session = byId.get(row.id());
            if (session != null) {
                SessionBackup backup = notes
                        ? known(session, row.lastAccess())
                        : new SessionBackup(row.lastAccess(), row.savedAt(), -1, 0, List.of(), null);
                boolean expired = expired(row.maxInactive(), row.lastAccess(), asOf);
                copies.put(row.id(), new SavedCopy(row.valid(), expired, backup, row.holder()));
            }
        }
        return SavedCopies.of(copies);
    }

    private static SavedCopies fromNotes(Instant asOf) {
        return new SavedCopies(session -> fromNote(session, asOf), Reason.of("reason.fromNotes", LOOKED_UP_AT_MOST));
    }

    private static @Nullable SavedCopy fromNote(LiveSession session, Instant asOf) {
        SessionBackup note = session.note();
        return note.savedAccess() == 0
                ? null
                : new SavedCopy(true, expired(session.maxInactive(), note.savedAccess(), asOf), note);
    }

    /** Whether the row would be reaped if the session were not in memory. */
    private static boolean expired(int maxInactive, long lastAccess, Instant asOf) {
        return maxInactive > 0 && lastAccess + maxInactive * 1000L < asOf.toEpochMilli();
    }

    /** JdbcStore saves the time of the last access, DataSourceStore that of the end of the last request. */
    @Override
    public long latestAccess(LiveSession live) {
        return notes ? live.lastAccess().toEpochMilli() : live.lastAccessed();
    }
}
