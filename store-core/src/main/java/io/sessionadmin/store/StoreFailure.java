package io.sessionadmin.store;

import java.time.Instant;

/**
 * The store can't use PostgreSQL at present.
 *
 * @param since when the first of the failures in a row happened
 * @param count how many there were since
 */
public record StoreFailure(String reason, Instant since, long count) {}
