package io.sessionadmin.table;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The table that keeps sessions: what a store writes and reads. What people look at is in {@link SessionCatalog}; no
 * SQL lives outside of this package.
 *
 * <p>Each method is one transaction where nothing else is said: after an exception nothing of it counts. Times are on
 * this node's clock, in milliseconds since 1970-01-01 UTC; the table has them on the database's. Safe for use by
 * several threads.
 */
public final class SessionTable implements AutoCloseable {

    /** Sessions whose data a batch of a sweep reads at most. */
    public static final int READ_AT_ONCE = 100;

    private final TableAccess table;
    private final NodeTable nodes;
    private final Saves saves;
    private final Batches batches;
    private final Lookups lookups;
    private final Tombstones tombstones;
    private final Accesses accesses;
    private final Notifier notifier;

    /** A table that is used as it is. */
    public SessionTable(ConnectionSource connections, TableNames names, String node) {
        this(connections, names, node, SchemaMode.NONE);
    }

    /** A table on the system's clock. */
    public SessionTable(ConnectionSource connections, TableNames names, String node, SchemaMode mode) {
        this(connections, names, node, mode, Clock.systemUTC());
    }

    /**
     * Touches nothing yet.
     *
     * @param node this node's name, for rows to say who saved them
     * @param mode what to do about the table at first contact, which may be long after the start
     * @param clock this node's, which the times of sessions are on
     */
    public SessionTable(ConnectionSource connections, TableNames names, String node, SchemaMode mode, Clock clock) {
        this.nodes = new NodeTable(connections, names);
        this.table = new TableAccess(new Database(connections), names, nodes, node, mode, clock);
        this.saves = new Saves(table);
        this.batches = new Batches(table, saves);
        this.lookups = new Lookups(table);
        this.tombstones = new Tombstones(table);
        this.accesses = new Accesses(table);
        this.notifier = new Notifier(table);
    }

    /**
     * Makes the table ready as {@code mode} says, and looks at what it can do.
     *
     * @throws TableMismatchException when it can't keep sessions
     */
    public TableLayout prepare(SchemaMode mode) throws StoreUnavailableException, TableMismatchException {
        return table.prepare(mode);
    }

    /** The same, as the constructor was told. */
    public TableLayout prepare() throws StoreUnavailableException, TableMismatchException {
        return table.prepare();
    }

    /** The same table, for people to look at. */
    public SessionCatalog catalog() {
        return table.catalog();
    }

    /** The same, with the nodes of another database: a copy of theirs may be too old to tell who is alive. */
    public SessionCatalog catalog(NodeTable announced) {
        return table.catalog(announced);
    }

    /** Where the nodes that use this table announce themselves. */
    public NodeTable nodes() {
        return nodes;
    }

    // ------------------------------------------------------------------ read

    /**
     * What the table says about a session: one read by its key, which fetches the data only when the row is in another
     * state than the known one.
     *
     * @param known the state that the caller has a copy of; {@link RowVersion#NONE} for no copy. Where the row's whole
     *     stream is still the one that the copy has, only the changes since are fetched
     * @param grace how long an expired session is still good, as touches may be on their way; a tenth of its max inactive
     *     interval at most
     */
    public Look look(SessionKey key, RowVersion known, Duration grace) throws StoreUnavailableException {
        return lookups.look(key, known, grace);
    }

    /** The stored session; empty when there is none, a tombstone, or an expired one, which is the sweep's to end. */
    public Optional<StoredSession> load(SessionKey key) throws StoreUnavailableException {
        return lookups.load(key);
    }

    /** The ids of all stored sessions of a context. */
    public List<String> ids(String context) throws StoreUnavailableException {
        return lookups.ids(context);
    }

    /** The ids of the stored sessions of a context that are past their last access + max inactive interval. */
    public List<String> expiredIds(String context) throws StoreUnavailableException {
        return lookups.expiredIds(context);
    }

    /** How many sessions of a context are stored; counts all of them. */
    public long size(String context) throws StoreUnavailableException {
        return lookups.size(context);
    }

    // ------------------------------------------------------------------ save

    /** Whether rows can have changes beside the whole stream: a table with Tomcat's six columns has no place for them. */
    public boolean takesChanges() throws StoreUnavailableException {
        return table.layout().ownColumns();
    }

    /**
     * Saves a session that was never saved. A valid row with this id is {@link SaveResult.Stale}. A tombstone of a
     * session that ended before this one was created gives way.
     */
    public SaveResult insert(SessionRow row) throws StoreUnavailableException {
        return batches.one(saves.write(row, RowVersion.NONE, false));
    }

    /** Saves a session over the very state of the row that its copy comes from, and over no other. */
    public SaveResult update(SessionRow row, RowVersion basis) throws StoreUnavailableException {
        return batches.one(saves.write(row, known(basis), false));
    }

    /**
     * Saves a session for a manager that does not merge: it also replaces a row in another state that was accessed
     * earlier. With a basis and no row it writes nothing.
     */
    public SaveResult save(SessionRow row, RowVersion basis) throws StoreUnavailableException {
        return batches.one(saves.write(row, basis, true));
    }

    /**
     * {@link #update} of many sessions of a context in one transaction, or each in its own when PostgreSQL refuses one of them.
     *
     * @param bases of the rows, in the same order
     * @return in the same order
     * @throws StoreUnavailableException when PostgreSQL is away; when only the answer was lost, some may be saved
     */
    public List<SaveResult> updateAll(List<SessionRow> rows, List<RowVersion> bases) throws StoreUnavailableException {
        if (rows.size() != bases.size()) {
            throw new IllegalArgumentException(rows.size() + " rows and " + bases.size() + " bases");
        }
        List<Saves.Write> writes = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            writes.add(saves.write(rows.get(i), known(bases.get(i)), false));
        }
        return batches.all(writes);
    }

    /** {@link #insert} of many sessions, as {@link #updateAll} does it. */
    public List<SaveResult> insertAll(List<SessionRow> rows) throws StoreUnavailableException {
        return batches.all(rows.stream()
                .map(row -> saves.write(row, RowVersion.NONE, false))
                .toList());
    }

    /**
     * Moves a session to another id: leaves a tombstone at the old one, of which the other nodes are told, and inserts
     * the row at the new one. Anything but {@link SaveResult.Saved} changed nothing.
     *
     * @param basis the state of the row at the old id; {@link RowVersion#NONE} when there never was one
     * @param row with the new id, in its data too
     */
    public SaveResult move(SessionKey old, RowVersion basis, SessionRow row) throws StoreUnavailableException {
        SaveResult result = new Moves(table, saves).move(old, basis, saves.write(row, RowVersion.NONE, false));
        if (result instanceof SaveResult.Saved && !basis.isNone()) { // nobody else has what was never saved
            notifier.ended(old.context());
        }
        return result;
    }

    private static RowVersion known(RowVersion basis) {
        if (basis.isNone()) {
            throw new IllegalArgumentException("a session that was never saved is inserted, not updated");
        }
        return basis;
    }

    // ------------------------------------------------------------------ keep up

    /**
     * Writes accesses that changed nothing. Never back, never to a tombstone; it leaves the state of a row as it is, and
     * does not wait for rows that others work on.
     *
     * <p>A table with Tomcat's six columns has nothing else to tell states apart: there a touched row is in another.
     *
     * @return the ids of those that were written; the row of another one knows a later access, is gone, or is locked
     */
    public Set<String> touch(String context, Map<String, Long> lastAccessById) throws StoreUnavailableException {
        return accesses.touch(context, lastAccessById);
    }

    /** This node has dropped its copies of these sessions. Says so where it is the one that saved them last. */
    public void release(String context, Collection<String> ids) throws StoreUnavailableException {
        accesses.release(context, ids);
    }

    /** Removes a session whose copy here was idle for too long, unless another node has used it since. A tombstone stays. */
    public void removeIdle(SessionKey key, long lastAccess) throws StoreUnavailableException {
        accesses.removeIdle(key, lastAccess);
    }

    /** Removes all sessions of a context; tombstones stay. */
    public void clear(String context) throws StoreUnavailableException {
        accesses.clear(context);
    }

    // ------------------------------------------------------------------ end

    /**
     * Puts a tombstone in the place of a session that has ended here, so that no other node saves its copy; the other
     * nodes are told within some milliseconds. This node tells the listeners. Where there is no row nobody has a copy,
     * and nothing is done.
     *
     * @param endedAt a session with this id that was created later is another one
     */
    public void bury(SessionKey key, long endedAt) throws StoreUnavailableException {
        if (tombstones.bury(key, endedAt)) {
            notifier.ended(key.context());
        }
    }

    /**
     * The same of an end that could not be written when it happened. It may have been, and only the answer was lost: the
     * other nodes are told in any case.
     */
    public void buryLate(SessionKey key, long endedAt) throws StoreUnavailableException {
        tombstones.bury(key, endedAt);
        notifier.ended(key.context());
    }

    /** The same of a session whose id has been given to another one since, which is not in the table yet. */
    public void buryPredecessor(SessionKey key, long endedAt) throws StoreUnavailableException {
        buryLate(key, endedAt - 2 * Clocks.APART); // or it might seem to be the other one's
    }

    /**
     * Invalidates sessions for all nodes from outside, in one transaction: leaves tombstones, whether there were rows or
     * not, so that nobody saves these ids again. Nobody has told the listeners then: whoever wins {@link #claim} does.
     *
     * @param ids not more than a hundred or so: their rows are locked meanwhile, and their data is read
     * @param endedAt a session with one of these ids that was created later is another one
     * @return the sessions as they were stored, for their listeners to be told; those of which no valid row was there
     *     are missing
     */
    public List<StoredSession> invalidate(String context, Collection<String> ids, long endedAt)
            throws StoreUnavailableException {
        return tombstones.invalidate(context, ids, endedAt);
    }

    /**
     * Takes it upon this node to tell the listeners of sessions that were ended from outside: each is answered to
     * exactly one caller. A table with Tomcat's six columns can't tell: it answers all to each, and only the node that
     * invalidates may ask.
     *
     * @throws StoreUnavailableException when PostgreSQL is away; what this node has won is then not known
     */
    public Set<String> claim(String context, Collection<String> ids) throws StoreUnavailableException {
        return tombstones.claim(context, ids);
    }

    /** Of these sessions that were ended from outside, those of which nobody has told the listeners yet. */
    public Set<String> unclaimed(String context, Collection<String> ids) throws StoreUnavailableException {
        return tombstones.unclaimed(context, ids);
    }

    /**
     * Takes it upon this node to tell the listeners of a session whose row was deleted rather than made a tombstone:
     * leaves one, true for exactly one caller. A table with Tomcat's six columns can't tell: false for each.
     */
    public boolean claimGone(SessionKey key) throws StoreUnavailableException {
        return tombstones.claimGone(key);
    }

    /**
     * The sessions that somebody ended, for a node to end its copies of them; those that were ended by an SQL statement of
     * somebody's own in any case. All of them where the table has Tomcat's six columns.
     *
     * @param since on the database's clock, as {@link TombstoneList#asOf()}; {@link Instant#EPOCH} for all
     */
    public TombstoneList tombstones(String context, Instant since) throws StoreUnavailableException {
        return tombstones.since(context, since, true);
    }

    /**
     * The same, at a price that does not grow with how many tombstones there are: not of sessions that somebody ended by
     * an SQL statement of their own.
     */
    public TombstoneList latestTombstones(String context, Instant since) throws StoreUnavailableException {
        return tombstones.since(context, since, false);
    }

    // ------------------------------------------------------------------ sweep

    /**
     * Takes at most {@code limit} rows that may have expired, removes those that have, and answers what it removed. Data
     * is read, of {@value #READ_AT_ONCE} sessions at most, where somebody is to be told of a session's end. Rows that
     * another node works on are skipped: each expired session is answered to exactly one caller. A caller that dies
     * before it has told the session's listeners never will.
     *
     * @param after empty for the first batch of a sweep, then {@link Reaping#next()}
     * @param grace how long an expired session is left alone, as touches may be on their way; a tenth of its max inactive
     *     interval at most
     */
    public Reaping reap(String context, String after, int limit, Duration grace, LiveSessions live)
            throws StoreUnavailableException {
        return table.transaction(layout -> connection -> new ReapingSweep(
                        connection, table.names(), layout.ownColumns(), table.clocks(), grace.toMillis())
                .run(context, after, limit, live));
    }

    /**
     * Removes rows of contexts that no node has: those that expired longer ago than {@code after}, and, of a context that
     * was announced once, those that never expire and were not accessed for as long. A context that was announced less
     * than {@code after} ago is left alone: its node may be starting again. In transactions of 1,000 rows each; no
     * listener is told.
     *
     * @param silence how long ago each context was last announced by a node; a context that is missing never was
     * @return how many rows are gone
     */
    public int removeOrphans(Duration after, Map<String, Duration> silence) throws StoreUnavailableException {
        return new Orphans(table).remove(after, silence);
    }

    /**
     * Starts the thread that tells other nodes of ends; without this the first end does.
     *
     * @param whenRefused called when PostgreSQL refuses it, once until it does not
     */
    public void startNotifier(Consumer<StoreUnavailableException> whenRefused) {
        notifier.start(whenRefused);
    }

    /** Tells the other nodes what they were not told yet, and ends the thread. Connections stay open. */
    @Override
    public void close() {
        notifier.close();
    }
}
