package io.sessionadmin.table;

import java.util.Set;

/**
 * An index of the session table.
 *
 * @param columns by their documented names, that it, its expressions and its predicate name: an update of one of them is not heap-only
 */
public record TableIndex(String name, Set<String> columns, String definition) {}
