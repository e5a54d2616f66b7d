package io.sessionadmin.table;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement, in the order in which its text names them. */
final class Parameters {

    private final PreparedStatement statement;
    private int next = 1;

    Parameters(PreparedStatement statement) {
        this.statement = statement;
    }

    Parameters key(SessionKey key) throws SQLException {
        return text(key.context()).text(key.id());
    }

    Parameters text(@Nullable String value) throws SQLException {
        statement.setString(next++, value);
        return this;
    }

    Parameters number(int value) throws SQLException {
        statement.setInt(next++, value);
        return this;
    }

    Parameters number(long value) throws SQLException {
        statement.setLong(next++, value);
        return this;
    }

    Parameters numberOrNull(@Nullable Long value) throws SQLException {
        if (value != null) {
            return number(value.longValue());
        }
        statement.setNull(next++, Types.BIGINT);
        return this;
    }

    /** With microseconds, as PostgreSQL has them. */
    Parameters moment(@Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(next++, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(next++, value.atOffset(ZoneOffset.UTC));
        }
        return this;
    }

    Parameters uuid(UUID value) throws SQLException {
        statement.setObject(next++, value);
        return this;
    }

    Parameters flag(boolean value) throws SQLException {
        statement.setBoolean(next++, value);
        return this;
    }

    Parameters bytes(byte @Nullable [] value) throws SQLException {
        statement.setBytes(next++, value);
        return this;
    }

    /** Of a type of PostgreSQL's, as {@code int8}. */
    Parameters array(String type, @Nullable Object[] values) throws SQLException {
        return array(statement.getConnection().createArrayOf(type, values));
    }

    Parameters array(Array value) throws SQLException {
        statement.setArray(next++, value);
        return this;
    }

    /** Runs the query, and answers the first column of all rows. */
    List<String> queryTexts() throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (row.next()) {
                texts.add(row.getString(1));
            }
            return texts;
        }
    }

    /** Lives as long as the transaction. */
    static Array texts(Connection connection, Object... values) throws SQLException {
        return connection.createArrayOf("text", values);
    }
}
