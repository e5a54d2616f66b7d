package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;

/**
 * Fills tables with rows of contexts: all are valid and long from their end. The stream in them is that of a session that
 * was last used a day ago, each with the id of its row.
 */
final class ManyRows {

    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int HALF_AN_HOUR = 1_800;

    /** Milliseconds since 1970-01-01 UTC. */
    private static final String NOW = "(extract(epoch from now()) * 1000)::bigint";

    private final TestDatabase database;
    private final byte[] stream;
    private final byte[] idInStream;

    ManyRows(TestDatabase database, EmbeddedTomcat tomcat) throws Exception {
        this.database = database;
        StandardManager manager = new StandardManager();
        manager.setPathname("");
        StandardContext context = tomcat.add("/template", manager);
        StandardSession session = (StandardSession) manager.createSession(null);
        session.setCreationTime(System.currentTimeMillis() - A_DAY.toMillis());
        session.setMaxInactiveInterval(HALF_AN_HOUR);
        session.setAttribute("user", "somebody");
        session.setAttribute("cart", "a".repeat(100));
        stream = serialised(session);
        idInStream = session.getIdInternal().getBytes(StandardCharsets.US_ASCII);
        manager.remove(session);
        tomcat.remove(context);
    }

    private static byte[] serialised(StandardSession session) throws IOException {
        return LimitContender.serialised(session);
    }

    /** Rows of a table that Tomcat documents, valid for a day. */
    void fillStock(String table, String context, int rows) {
        insert(table, context, "", "", rows, "live", 0);
    }

    /** Rows of our table, valid for a day, each fifth of a user; no attribute is to be told of the end. */
    void fillOurs(String table, String context, int rows) {
        insert(
                table,
                context,
                ", reap_after, binding_listener, node, user_name",
                ", " + NOW + " + 86400000, false, 'tc-1', case when i % 5 = 0 then 'user ' || i % 100 end",
                rows,
                "live",
                0);
    }

    /** Rows that expired a day ago. */
    void expireStock(String table, String context, int rows, String round) {
        insert(table, context, "", "", rows, round, A_DAY.toMillis());
    }

    void expireOurs(String table, String context, int rows, String round) {
        insert(
                table,
                context,
                ", reap_after, binding_listener",
                ", " + NOW + " - 80000000, false",
                rows,
                round,
                A_DAY.toMillis());
    }

    /** The ids are upper-case hexadecimal digits, as Tomcat's. */
    private void insert(
            String table, String context, String columns, String values, int rows, String round, long agoMillis) {
        int maxInactive = agoMillis == 0 ? 86_400 : HALF_AN_HOUR;
        database.update(
                "insert into " + table
                        + " (app_name, session_id, valid_session, max_inactive, last_access, session_data" + columns
                        + ") select ?, id, '1', ?, " + NOW + " - ?,"
                        + " overlay(?::bytea placing id::bytea from position(?::bytea in ?::bytea))" + values
                        + " from (select i, upper(md5(? || i)) as id from generate_series(1, ?) i) ids",
                context,
                maxInactive,
                agoMillis,
                stream,
                idInStream,
                stream,
                context + round,
                rows);
    }

    /** How many are valid and expired. */
    long expired(String table, String context) {
        return database.count(
                table + " where app_name = ? and valid_session = '1' and max_inactive = ?", context, HALF_AN_HOUR);
    }
}
