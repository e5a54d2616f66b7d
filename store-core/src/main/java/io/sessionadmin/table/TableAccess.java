package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to one session table: runs statements that fit what the table can do, and looks at it again when one does not
 * fit any more. Safe for use by several threads.
 */
final class TableAccess {

    private final Database database;
    private final TableNames names;
    private final NodeTable nodes;
    private final String node;
    private final Clock clock;
    private volatile SchemaMode mode;
    private volatile @Nullable TableLayout layout;

    TableAccess(Database database, TableNames names, NodeTable nodes, String node, SchemaMode mode, Clock clock) {
        this.database = database;
        this.names = names;
        this.nodes = nodes;
        this.node = node;
        this.mode = mode;
        this.clock = clock;
    }

    String node() {
        return node;
    }

    Clock clock() {
        return clock;
    }

    TableNames names() {
        return names;
    }

    SessionCatalog catalog() {
        return catalog(nodes);
    }

    SessionCatalog catalog(NodeTable announced) {
        return new SessionCatalog(database, names, this::layout, announced);
    }

    PreparedStatement statement(Connection connection, String documentedSql) throws SQLException {
        return connection.prepareStatement(names.in(documentedSql));
    }

    /** To be called where a transaction begins. */
    Clocks clocks() {
        return new Clocks(clock.millis());
    }

    /** Runs one statement, or several that only read; a second time when the connection turns out to be dead. */
    <T> T run(Function<TableLayout, Database.Work<T>> work) throws StoreUnavailableException {
        return fitting(layout -> database.statement(work.apply(layout)));
    }

    /** Runs several statements of which all count, or none. Not tried again: what became of them may be unknown. */
    <T> T transaction(Function<TableLayout, Database.Work<T>> work) throws StoreUnavailableException {
        return fitting(layout -> database.transaction(work.apply(layout)));
    }

    @FunctionalInterface
    private interface Attempt<T> {
        T with(TableLayout layout) throws StoreUnavailableException;
    }

    private <T> T fitting(Attempt<T> attempt) throws StoreUnavailableException {
        TableLayout known = layout();
        try {
            return attempt.with(known);
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheTable()) {
                throw e;
            }
            layout = null;
            return attempt.with(layout());
        }
    }

    TableLayout prepare(SchemaMode mode) throws StoreUnavailableException, TableMismatchException {
        this.mode = mode;
        return prepare();
    }

    TableLayout prepare() throws StoreUnavailableException, TableMismatchException {
        new Schema(database, names).apply(mode);
        TableLayout found = readLayout();
        layout = found;
        return found;
    }

    TableLayout layout() throws StoreUnavailableException {
        TableLayout known = layout;
        if (known != null) {
            return known;
        }
        try {
            return prepare();
        } catch (TableMismatchException e) {
            throw new StoreUnavailableException(e.reason());
        }
    }

    private TableLayout readLayout() throws StoreUnavailableException, TableMismatchException {
        Object found = database.statement(connection -> {
            try {
                return TableLayout.read(connection, names);
            } catch (TableMismatchException e) {
                return e;
            }
        });
        if (found instanceof TableMismatchException mismatch) {
            throw mismatch;
        }
        return (TableLayout) found;
    }
}
