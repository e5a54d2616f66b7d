package io.sessionadmin.table;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configured names of the session table and of its six documented columns, checked once.
 *
 * <p>All SQL of this package is written with the names of Tomcat's documentation; {@link #in} puts the configured ones
 * in their place. A name means what it means in Tomcat's own stores, which do not quote: PostgreSQL folds it to lower
 * case.
 */
public record TableNames(
        String table, String app, String id, String data, String valid, String maxInactive, String lastAccessed) {

    /** What the store adds to the six columns. */
    static final List<String> OWN_COLUMNS = List.of(
            "version",
            "base_version",
            "reap_after",
            "saved_at",
            "ended_at",
            "node",
            "held",
            "user_name",
            "binding_listener",
            "session_changes");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}");
    private static final Pattern DOCUMENTED_NAME = Pattern.compile("\\b(tomcat_sessions(_[a-z]+)?"
            + "|app_name|session_id|session_data|valid_session|max_inactive|last_access)\\b");
    private static final Map<TableNames, Map<String, String>> TRANSLATED = new ConcurrentHashMap<>();

    /** As Tomcat's documentation shows them, and as {@code sql/postgresql/schema.sql} creates them. */
    public static final TableNames DOCUMENTED = new TableNames(
            "tomcat_sessions",
            "app_name",
            "session_id",
            "session_data",
            "valid_session",
            "max_inactive",
            "last_access");

    public TableNames {
        table = checkedTable(table);
        app = checked("sessionAppCol", app);
        id = checked("sessionIdCol", id);
        data = checked("sessionDataCol", data);
        valid = checked("sessionValidCol", valid);
        maxInactive = checked("sessionMaxInactiveCol", maxInactive);
        lastAccessed = checked("sessionLastAccessedCol", lastAccessed);
        Set<String> taken = new HashSet<>(OWN_COLUMNS);
        for (String column : List.of(app, id, data, valid, maxInactive, lastAccessed)) {
            if (!taken.add(column)) {
                throw new IllegalArgumentException("<Store>: the column name \"" + column
                        + "\" is used twice; give each of the six columns a name of its own, other than "
                        + String.join(", ", OWN_COLUMNS));
            }
        }
    }

    /** The documented SQL with the configured names, quoted. */
    String in(String documentedSql) {
        return TRANSLATED
                .computeIfAbsent(this, names -> new ConcurrentHashMap<>())
                .computeIfAbsent(documentedSql, this::translate);
    }

    private String translate(String sql) {
        return DOCUMENTED_NAME.matcher(sql).replaceAll(m -> Matcher.quoteReplacement(configured(m.group())));
    }

    private String configured(String documented) {
        return switch (documented) {
            case "tomcat_sessions" -> quotedTable();
            case "app_name" -> quoted(app);
            case "session_id" -> quoted(id);
            case "session_data" -> quoted(data);
            case "valid_session" -> quoted(valid);
            case "max_inactive" -> quoted(maxInactive);
            case "last_access" -> quoted(lastAccessed);
            default -> quoted(bareTable() + documented.substring("tomcat_sessions".length()));
        };
    }

    String quotedTable() {
        return quoted(table).replace(".", "\".\"");
    }

    List<String> documentedColumns() {
        return List.of(app, id, valid, maxInactive, lastAccessed, data);
    }

    private String bareTable() {
        return table.substring(table.indexOf('.') + 1);
    }

    private static String quoted(String identifier) {
        return '"' + identifier + '"';
    }

    private static String checkedTable(String table) {
        for (String part : table.split("\\.", 2)) {
            checked("sessionTable", part, table);
        }
        return table.toLowerCase(Locale.ROOT);
    }

    private static String checked(String attribute, String name) {
        return checked(attribute, name, name);
    }

    private static String checked(String attribute, String name, String shown) {
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new IllegalArgumentException("<Store " + attribute + "=\"" + printable(shown)
                    + "\">: not a name that PostgreSQL takes without quotes; use letters, digits, _ and $,"
                    + " 63 characters at most" + (attribute.equals("sessionTable") ? ", or schema.table" : ""));
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() > 80 ? line.substring(0, 80) + "..." : line;
    }
}
