package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL itself can do: one prepared statement by key for each operation, in a transaction of its own, with the
 * same bytes, which are serialised before. The data is stored outside of the row as it is, as it hardly compresses.
 */
final class LimitContender implements Contender {

    private final EmbeddedTomcat tomcat;
    private final TestDatabase database;
    private final HikariDataSource pool;
    private final StandardManager manager = new StandardManager();
    private final StandardContext context;

    LimitContender(EmbeddedTomcat tomcat, TestDatabase database) throws Exception {
        this.tomcat = tomcat;
        this.database = database;
        pool = Pools.hikari(database);
        manager.setPathname("");
        context = tomcat.add("/limit", manager);
        database.update("""
                create table ideal (
                    session_id   varchar(100) collate "C" primary key,
                    last_access  bigint not null,
                    changes      bytea,
                    session_data bytea
                ) with (fillfactor = 80)""");
        database.update("alter table ideal alter column session_data set storage external");
    }

    @Override
    public String name() {
        return "the limit";
    }

    @Override
    public boolean does(Operation operation) {
        return true;
    }

    @Override
    public long stored() {
        return database.count("ideal");
    }

    @Override
    public Client client(Payload payload) {
        return new Visitor(payload, (StandardSession) manager.createSession(null));
    }

    @Override
    public void close() throws Exception {
        tomcat.remove(context);
        pool.close();
    }

    /** Serialised as Tomcat does it. */
    static byte[] serialised(StandardSession session) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            session.writeObjectData(out);
        }
        return bytes.toByteArray();
    }

    private final class Visitor implements Client {

        private final Payload payload;
        private final StandardSession session;
        private final String id;

        Visitor(Payload payload, StandardSession session) {
            this.payload = payload;
            this.session = session;
            this.id = session.getIdInternal();
            manager.remove(session);
        }

        @Override
        public Step prepare(Operation operation) throws IOException {
            long now = System.currentTimeMillis();
            switch (operation) {
                case NEW -> {
                    byte[] data = attributesSet(operation);
                    return () -> write(
                            "insert into ideal (last_access, session_data, session_id) values (?, ?, ?)"
                                    + " on conflict (session_id) do update set last_access = excluded.last_access,"
                                    + " session_data = excluded.session_data",
                            now,
                            data,
                            id);
                }
                case ALL -> {
                    byte[] data = attributesSet(operation);
                    return () -> write(
                            "update ideal set last_access = ?, session_data = ?, changes = null where session_id = ?",
                            now,
                            data,
                            id);
                }
                case FIRST, CHANGED -> {
                    byte[] change = serialised(payload.changes(operation).get(Payload.SMALL));
                    return () -> write(
                            "update ideal set last_access = ?, changes = ? where session_id = ?", now, change, id);
                }
                case UNCHANGED -> {
                    return () -> write("update ideal set last_access = ? where session_id = ?", now, id);
                }
                case LOOK -> {
                    return () -> TomcatContender.found(select("select last_access from ideal where session_id = ?"));
                }
                case LOAD -> {
                    return () -> TomcatContender.found(load());
                }
                case REMOVE -> {
                    return () -> write("delete from ideal where session_id = ?", id);
                }
            }
            throw new IllegalArgumentException(operation.name());
        }

        private byte[] attributesSet(Operation operation) throws IOException {
            payload.changes(operation).forEach((name, value) -> session.setAttribute(name, value, false));
            return LimitContender.serialised(session);
        }

        private byte[] serialised(@Nullable Object value) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(Payload.SMALL);
                out.writeObject(value);
            }
            return bytes.toByteArray();
        }

        private void write(String sql, Object... parameters) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                if (statement.executeUpdate() != 1) {
                    throw new IllegalStateException("no row was written: " + sql);
                }
            }
        }

        private @Nullable Object select(String sql) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, id);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next() ? rows.getObject(1) : null;
                }
            }
        }

        private @Nullable StandardSession load() throws Exception {
            byte[] data = (byte[]) select("select session_data from ideal where session_id = ?");
            return data == null ? null : deserialised(data);
        }

        private StandardSession deserialised(byte[] data) throws Exception {
            StandardSession loaded = (StandardSession) manager.createEmptySession();
            loaded.readObjectData(new ObjectInputStream(new ByteArrayInputStream(data)));
            return loaded;
        }

        @Override
        public @Nullable Object read(String attribute) throws Exception {
            byte[] change = (byte[]) select("select changes from ideal where session_id = ?");
            if (change != null && attribute.equals(Payload.SMALL)) {
                ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(change));
                in.readObject();
                return in.readObject();
            }
            StandardSession loaded = load();
            return loaded == null ? null : loaded.getAttribute(attribute);
        }
    }
}
