package io.sessionadmin.table;

import java.time.Instant;
import java.util.List;

/**
 * Sessions that somebody ended.
 *
 * @param asOf on the database's clock: whatever was ended before is among them
 */
public record TombstoneList(List<Tombstone> tombstones, Instant asOf) {}
