package io.sessionadmin.table;

import java.time.Instant;
import java.util.List;

/**
 * Sessions that somebody ended.
 *
 * @param asOf on the database's clock: whatever was ended before is among them, once its transaction was done
 * @param oldestRunning the number of the oldest transaction that was not done yet: what those before it wrote is among
 *     them (<a href="https://www.postgresql.org/docs/current/functions-info.html">xmin</a>). 0 where the table does not
 *     tell when a tombstone was written
 * @param nextTransaction the number of the first transaction that had not begun. That is not xmax, which is one more
 *     than the latest that was done: later ones may be running
 */
public record TombstoneList(List<Tombstone> tombstones, Instant asOf, long oldestRunning, long nextTransaction) {}
