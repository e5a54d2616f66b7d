package io.sessionadmin.table;

/**
 * Which state of a row a copy comes from. Opaque to callers; two of the same row are equal when the state is.
 *
 * @param version as the table has it; 0 for a row of Tomcat's own store, or of a table without the column
 * @param lastAccess as the table has it where that tells states apart, which is where version is 0; else 0
 * @param whole the version that the row had when all of the session was written the last time; 0: not known
 */
public record RowVersion(long version, long lastAccess, long whole) {

    /** Of a session that was never saved. */
    public static final RowVersion NONE = new RowVersion(-1, -1, 0);

    static RowVersion of(long version, long lastAccess, long whole) {
        return new RowVersion(version, version > 0 ? 0 : lastAccess, whole);
    }

    /** Whether there never was a row. */
    public boolean isNone() {
        return version < 0;
    }
}
