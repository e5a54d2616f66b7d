package io.sessionadmin.table;

import java.util.Map;

/**
 * Which nodes hold sessions of a context in memory, as its rows say.
 *
 * @param byNode rows that are neither tombstones nor past their end, by the node that saved them last and holds them
 * @param looked rows that were looked at, tombstones not among them
 * @param all whether these are all rows; else they are a sample, as even as chance
 */
public record HeldRows(Map<String, Long> byNode, long looked, boolean all) {}
