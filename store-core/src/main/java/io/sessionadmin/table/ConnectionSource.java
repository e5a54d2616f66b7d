package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.SQLException;

/** Where connections to PostgreSQL come from. Closing a connection gives it back. Safe for use by several threads. */
@FunctionalInterface
public interface ConnectionSource {

    Connection open() throws SQLException;

    /** Told when a connection that this source gave got no answer in time. */
    default void gaveUp(SQLException reason) {}
}
