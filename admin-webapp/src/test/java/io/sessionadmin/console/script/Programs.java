package io.sessionadmin.console.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sessionadmin.console.ConsoleTomcat;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Session;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardManager;
import org.jspecify.annotations.Nullable;

/**
 * A Tomcat whose console programs ask: /memory keeps its sessions in memory, /silent has a store that does not answer,
 * and /stored has ours.
 */
final class Programs implements AutoCloseable {

    /** What somebody calls themselves who wants a line, a tag or a label of their own. */
    static final String MALLORY = "<b>\"mallory\\\"\r\nOK - all is well\u2028{x=\"1\"} 1\n";

    private final ConsoleTomcat tomcat;
    private final Context memory;
    private final Context stored;
    private final String jdbcUrl;

    Programs(Path directory, String jdbcUrl) throws Exception {
        this.jdbcUrl = jdbcUrl;
        tomcat = new ConsoleTomcat(directory);
        tomcat.tomcat().getEngine().setBackgroundProcessorDelay(3_600);
        memory = context("/memory", new StandardManager());
        var silent = new PersistentManager();
        var files = new FileStore();
        files.setDirectory(Files.createFile(directory.resolve("no directory")).toString());
        silent.setStore(files);
        context("/silent", silent);
        var manager = new PersistentManager();
        var store = new JdbcStore();
        store.setProperty("connectionURL", jdbcUrl);
        store.setProperty("schema", "create");
        Map.of(
                        "sessionTable", "tomcat_sessions",
                        "sessionAppCol", "app_name",
                        "sessionIdCol", "session_id",
                        "sessionDataCol", "session_data",
                        "sessionValidCol", "valid_session",
                        "sessionMaxInactiveCol", "max_inactive",
                        "sessionLastAccessedCol", "last_access")
                .forEach(store::setProperty);
        manager.setStore(store);
        manager.setMaxIdleBackup(0);
        stored = context("/stored", manager);
        tomcat.tomcat().addUser("seer", "secret");
        tomcat.tomcat().addRole("seer", "manager-script");
        tomcat.tomcat().addRole("seer", "session-values");
        tomcat.start();
    }

    private Context context(String path, org.apache.catalina.Manager manager) {
        Context context = tomcat.tomcat().addContext(path, tomcat.directory().toString());
        context.setManager(manager);
        return context;
    }

    /** A session in memory. */
    Session visit(String id, @Nullable String user) {
        return visit(memory, id, user);
    }

    /** A session in memory of the context with a store. */
    Session visitStored(String id, String user) {
        return visit(stored, id, user);
    }

    /** A session that is saved; its attribute is saved with it. */
    Session stored(String id, @Nullable String user) throws IOException {
        Session session = visit(stored, id, user);
        session.getSession().setAttribute("cart", "one book");
        save(session);
        return session;
    }

    void save(Session session) throws IOException {
        manager().getStore().save(session);
    }

    /** In the database of /stored. */
    void update(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Out of memory, as a swap-out does. */
    void forget(Session session) {
        manager().removeSuper(session);
    }

    private PersistentManager manager() {
        return (PersistentManager) stored.getManager();
    }

    private static Session visit(Context context, String id, @Nullable String user) {
        Session session = context.getManager().createSession(id);
        if (user != null) {
            session.setPrincipal(new GenericPrincipal(user, List.of()));
            session.setAuthType("FORM");
        }
        return session;
    }

    boolean isLive(String id) {
        for (Session session : memory.getManager().findSessions()) {
            if (id.equals(session.getIdInternal())) {
                return true;
            }
        }
        return false;
    }

    static String handle(String id) {
        return Handle.of(id).hex();
    }

    /** An answer of the console. */
    record Answer(int status, String head, String body) {

        static Answer of(String text) {
            String[] parts = text.split("\r\n\r\n", 2);
            String body = parts[0].toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")
                    ? parts[1].replaceAll("(?m)^[0-9a-f]+\r\n", "").replaceAll("\r\n", "")
                    : parts[1];
            return new Answer(ConsoleTomcat.status(text), parts[0], body);
        }

        JsonNode json() {
            try {
                return new JsonMapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(body, e);
            }
        }
    }

    Answer get(String path, String... headers) {
        return ask("manager-script", "GET", path, "", headers);
    }

    /** JSON where the body is, a form otherwise. */
    Answer post(String path, String body) {
        String type = body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
        return ask("manager-script", "POST", path, body, "Content-Type: " + type);
    }

    Answer ask(String user, String method, String path, String body, String... headers) {
        return Answer.of(tomcat.ask(method, user, "/session-admin" + path, body, headers));
    }

    ConsoleTomcat tomcat() {
        return tomcat;
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.close();
    }
}
