package io.sessionadmin.store;

/**
 * What invalidating a session did.
 *
 * @param tombstone a tombstone is in the table: no node saves or loads this id again. False while PostgreSQL is away:
 *     then the store remembers it and leaves the tombstone as soon as it can
 * @param rowFound a valid row was there
 * @param liveCopyExpired this node held the session in memory and expired it
 */
public record Invalidation(boolean tombstone, boolean rowFound, boolean liveCopyExpired) {}
