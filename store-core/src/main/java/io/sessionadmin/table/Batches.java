package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Saves many sessions as one transaction, in the order of their ids so that two nodes never wait for each other; when
 * PostgreSQL refuses one of them, each by itself.
 */
final class Batches {

    private static final Comparator<Saves.Write> BY_ID =
            Comparator.comparing(write -> write.row().key().id());

    private final TableAccess table;
    private final Saves saves;
    private final NewRows newRows;

    Batches(TableAccess table, Saves saves) {
        this.table = table;
        this.saves = saves;
        newRows = new NewRows(table);
    }

    /** One session, in a transaction of its own. */
    SaveResult one(Saves.Write write) throws StoreUnavailableException {
        // Twice at most: what stood in the way may be gone when it is asked why.
        for (int tries = 0; tries < 2; tries++) {
            Optional<RowVersion> written =
                    table.run(layout -> connection -> saves.execute(connection, layout, write, table.clocks()));
            if (written.isPresent()) {
                return new SaveResult.Saved(written.get());
            }
            Optional<SaveResult> why = table.run(layout -> connection -> saves.why(connection, layout, write));
            if (why.isPresent()) {
                return why.get();
            }
        }
        return new SaveResult.Stale();
    }

    /**
     * All of them, of one context, with inserts only or updates only among them.
     *
     * @return in the order of the argument
     * @throws StoreUnavailableException when PostgreSQL is away; then none is saved, as far as is known
     */
    List<SaveResult> all(List<Saves.Write> writes) throws StoreUnavailableException {
        int[] order = IntStream.range(0, writes.size())
                .boxed()
                .sorted(Comparator.comparing(writes::get, BY_ID))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Saves.Write> sorted = Arrays.stream(order).mapToObj(writes::get).toList();
        List<SaveResult> results = table.layout().ownColumns() && sorted.size() > 1 ? together(sorted) : singly(sorted);
        SaveResult[] inOrder = new SaveResult[order.length];
        for (int i = 0; i < order.length; i++) {
            inOrder[order[i]] = results.get(i);
        }
        return List.of(inOrder);
    }

    private List<SaveResult> together(List<Saves.Write> sorted) throws StoreUnavailableException {
        try {
            return sorted.get(0).basis().isNone()
                    ? inserted(sorted)
                    : table.transaction(layout -> connection -> updated(connection, layout, sorted));
        } catch (StoreUnavailableException e) {
            if (!e.isAboutTheRow() && !e.isAboutOthers() && !e.isAboutALock() && !e.isLostConnection()) {
                throw e;
            }
            return singly(sorted);
        }
    }

    private List<SaveResult> inserted(List<Saves.Write> sorted) throws StoreUnavailableException {
        Set<String> written = table.run(layout -> connection -> newRows.insert(connection, layout, sorted));
        List<SaveResult> results = new ArrayList<>();
        for (Saves.Write write : sorted) {
            boolean isWritten = written.contains(write.row().key().id());
            results.add(isWritten ? new SaveResult.Saved(Saves.written(write)) : byItself(write));
        }
        return results;
    }

    /** By a statement each: how PostgreSQL would join many is its choice, and with it the time and the order of locks. */
    private List<SaveResult> updated(Connection connection, TableLayout layout, List<Saves.Write> sorted)
            throws SQLException {
        Clocks clocks = table.clocks();
        int[] counts;
        try (PreparedStatement statement = table.statement(connection, Saves.sql(layout, sorted.get(0)))) {
            for (Saves.Write write : sorted) {
                saves.bind(statement, layout, write, clocks);
                statement.addBatch();
            }
            counts = statement.executeBatch();
        }
        List<SaveResult> results = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Saves.Write write = sorted.get(i);
            results.add(
                    counts[i] == 1
                            ? new SaveResult.Saved(Saves.written(write))
                            : saves.why(connection, layout, write).orElseGet(SaveResult.Stale::new));
        }
        return results;
    }

    /** Another one's row was in its way, which has to be looked at; what the others have written counts already. */
    private SaveResult byItself(Saves.Write write) {
        try {
            return one(write);
        } catch (StoreUnavailableException e) {
            return new SaveResult.NotSaved(e);
        }
    }

    /**
     * One that PostgreSQL refuses costs the others nothing, nor does one that somebody holds. When PostgreSQL goes away,
     * or the whole table is held, the rest need not be tried.
     */
    private List<SaveResult> singly(List<Saves.Write> sorted) throws StoreUnavailableException {
        List<SaveResult> results = new ArrayList<>();
        StoreUnavailableException away = null;
        int locked = 0;
        for (Saves.Write write : sorted) {
            try {
                results.add(away == null ? one(write) : new SaveResult.NotSaved(away));
            } catch (StoreUnavailableException e) {
                boolean isItsOwn = e.isAboutTheRow() || e.isAboutOthers() || (e.isAboutALock() && ++locked < 2);
                if (!isItsOwn && results.isEmpty()) {
                    throw e;
                }
                away = isItsOwn ? null : e;
                results.add(new SaveResult.NotSaved(e));
            }
        }
        return results;
    }
}
