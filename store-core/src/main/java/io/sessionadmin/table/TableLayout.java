package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the table in the database can do, read from PostgreSQL's catalogue.
 *
 * @param ownColumns whether it has the columns that the store adds to the six documented ones
 * @param keyOnIdAlone whether its key is the id, so that two contexts can't use the same one
 * @param handleIndex whether there is an index for handles: without it the console reads all keys for each page
 * @param userIndex whether there is an index for users: without it the console looks through other sessions, too
 */
public record TableLayout(boolean ownColumns, boolean keyOnIdAlone, boolean handleIndex, boolean userIndex) {

    private static final String REMEDY = "run sql/postgresql/upgrade-from-tomcat.sql, or set schema=\"upgrade\"";

    /**
     * True of a table without our columns; the statement does not fit any other: {@code version} is ambiguous there. So a
     * node notices at its next save or look that the table was upgraded, and does not leave a version as it is.
     */
    static final String HAS_SIX_COLUMNS =
            "not exists (select version from (select 0 as version) as absent, tomcat_sessions where false)";

    /** What is set in our columns of each tombstone. */
    static final String TOMBSTONE =
            ", reap_after = 0, held = false, saved_at = clock_timestamp(), ended_at = clock_timestamp(), base_version = 0,"
                    + " session_changes = null";

    /** The columns of the key, as documented. */
    String key() {
        return keyOnIdAlone ? "session_id" : "app_name, session_id";
    }

    /** What this table cannot do, in words for the log and the console; empty for a complete one. */
    public List<String> shortcomings() {
        List<String> found = new ArrayList<>();
        if (!ownColumns) {
            found.add("it has Tomcat's six columns only: each sweep for expired sessions reads all rows,"
                    + " and who saved a session, when, and for which user is not known; " + REMEDY);
        }
        if (keyOnIdAlone) {
            found.add("its primary key is the id alone: a session whose id another context uses too is not saved; "
                    + REMEDY);
        }
        if (!handleIndex) {
            found.add("it has no index for handles: each page of the console reads all keys of the context; " + REMEDY);
        }
        if (ownColumns && !userIndex) {
            found.add("it has no index for users: the console finds the sessions of a user by looking through all; "
                    + REMEDY);
        }
        return List.copyOf(found);
    }

    /**
     * Reads the layout.
     *
     * @throws TableMismatchException when sessions can't be kept there
     */
    static TableLayout read(Connection connection, TableNames names) throws SQLException, TableMismatchException {
        checkKind(connection, names);
        Map<String, String> types = columnTypes(connection, names);
        for (String column : names.documentedColumns()) {
            if (!types.containsKey(column)) {
                throw new TableMismatchException("table " + names.table() + " has no column " + column
                        + ": correct the attribute of <Store> that names it, or add the column"
                        + " (sql/postgresql/schema.sql shows all of them)");
            }
        }
        String dataType = types.get(names.data());
        if (!"bytea".equals(dataType)) {
            throw new TableMismatchException("column " + names.data() + " of table " + names.table() + " is " + dataType
                    + ": it must be bytea (sql/postgresql/schema.sql)");
        }
        String validType = String.valueOf(types.get(names.valid()));
        if (!validType.startsWith("character") && !validType.equals("text")) {
            throw new TableMismatchException("column " + names.valid() + " of table " + names.table() + " is "
                    + validType + ": it must be char(1) (sql/postgresql/schema.sql)");
        }
        if (!"bigint".equals(types.get(names.lastAccessed()))) {
            throw new TableMismatchException("column " + names.lastAccessed() + " of table " + names.table() + " is "
                    + types.get(names.lastAccessed()) + ": it must be bigint (sql/postgresql/schema.sql)");
        }
        List<String> missing = TableNames.OWN_COLUMNS.stream()
                .filter(own -> !types.containsKey(own))
                .toList();
        if (!missing.isEmpty() && missing.size() < TableNames.OWN_COLUMNS.size()) {
            throw new TableMismatchException(
                    "table " + names.table() + " has no column " + String.join(", ", missing) + ": " + REMEDY);
        }
        return new TableLayout(
                missing.isEmpty(),
                keyOnIdAlone(connection, names),
                hasIndex(connection, names, "%sha256(%", "%user_name%"),
                hasIndex(connection, names, "%user_name, %sha256(%", ""));
    }

    private static final String KIND = """
            select relkind::text
              from pg_class
             where oid = to_regclass(?)""";

    private static void checkKind(Connection connection, TableNames names) throws SQLException, TableMismatchException {
        try (PreparedStatement statement = connection.prepareStatement(KIND)) {
            statement.setString(1, names.quotedTable());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new TableMismatchException("there is no table " + names.table() + " in the database or on its"
                            + " search_path: run sql/postgresql/schema.sql, set schema=\"create\","
                            + " or correct <Store sessionTable>");
                }
                switch (row.getString(1)) {
                    case "r", "p" -> {
                        return;
                    }
                    case "v", "m" ->
                        throw new TableMismatchException(names.table()
                                + " is a view: sessions are written; name the table itself in <Store sessionTable>");
                    default ->
                        throw new TableMismatchException(
                                names.table() + " is not a table: name one in <Store sessionTable>");
                }
            }
        }
    }

    private static final String COLUMNS = """
            select attname, format_type(atttypid, null)
              from pg_attribute
             where attrelid = to_regclass(?) and attnum > 0 and not attisdropped""";

    private static Map<String, String> columnTypes(Connection connection, TableNames names) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, names.quotedTable());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    types.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return types;
    }

    private static final String UNIQUE_KEYS = """
            select i.indexrelid, a.attname
              from pg_index i
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
             where i.indrelid = to_regclass(?) and i.indisunique and i.indisvalid and i.indimmediate
               and i.indpred is null and i.indexprs is null""";

    private static boolean keyOnIdAlone(Connection connection, TableNames names)
            throws SQLException, TableMismatchException {
        Map<Long, Set<String>> keys = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(UNIQUE_KEYS)) {
            statement.setString(1, names.quotedTable());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.computeIfAbsent(rows.getLong(1), index -> new TreeSet<>())
                            .add(rows.getString(2));
                }
            }
        }
        if (keys.containsValue(Set.of(names.id()))) {
            return true;
        }
        if (keys.containsValue(Set.of(names.app(), names.id()))) {
            return false;
        }
        throw new TableMismatchException("table " + names.table() + " has no primary key on (" + names.app() + ", "
                + names.id() + "): " + REMEDY);
    }

    private static final String INDEX = """
            select exists (
                select from pg_index
                 where indrelid = to_regclass(?) and indisvalid
                   and pg_get_indexdef(indexrelid) like ? and pg_get_indexdef(indexrelid) not like ?)""";

    private static boolean hasIndex(Connection connection, TableNames names, String with, String without)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INDEX)) {
            statement.setString(1, names.quotedTable());
            statement.setString(2, with);
            statement.setString(3, without);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
