package io.sessionadmin.table;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far the replica that the console reads is behind the database where sessions are saved.
 *
 * @param place its URL without what may hold a password
 * @param behind how long ago the last transaction was committed that it shows; null when that is not known, or it has all
 *     that it received. Of a standby that is behind it is the most that it may be
 * @param problem why it can't be asked, and what to do; empty when it can
 */
public record ReplicaState(
        String place, Kind kind, @Nullable Duration behind, String problem) {

    /**
     * The last replayed commit alone would call a primary that writes nothing a lag. Of pg_stat_wal_receiver only the
     * number of rows is asked for, which every user sees.
     */
    private static final String STATE = """
            select pg_is_in_recovery(),
                   pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(),
                   exists (select from pg_stat_wal_receiver),
                   greatest(0, extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint""";

    /** What is known of it. */
    public enum Kind {
        /** It receives what is written, and shows all that it received: an idle primary is no lag. */
        CURRENT("current"),
        /** It has received what it does not show yet. */
        BEHIND("behind"),
        /** It receives nothing: what was saved since is not there, however much that is. */
        CUT_OFF("cutOff"),
        /** A database of its own, which does not say how old its rows are. */
        NO_STANDBY("noStandby"),
        /** It can't be asked. */
        AWAY("away");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** For programs. */
        public String word() {
            return word;
        }
    }

    /** One that can't be asked. */
    public static ReplicaState away(String place, String problem) {
        return new ReplicaState(place, Kind.AWAY, null, problem);
    }

    /** Asks the server at the other end of a connection. */
    public static ReplicaState ask(Connection connection, String place) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            if (!row.getBoolean(1)) {
                return new ReplicaState(place, Kind.NO_STANDBY, null, "");
            }
            boolean showsAll = row.getBoolean(2);
            boolean receives = row.getBoolean(3);
            long millis = row.getLong(4);
            Duration behind = row.wasNull() ? null : Duration.ofMillis(millis);
            if (!receives) {
                return new ReplicaState(place, Kind.CUT_OFF, behind, "");
            }
            return showsAll
                    ? new ReplicaState(place, Kind.CURRENT, null, "")
                    : new ReplicaState(place, Kind.BEHIND, behind, "");
        }
    }
}
