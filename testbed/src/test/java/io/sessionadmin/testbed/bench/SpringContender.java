package io.sessionadmin.testbed.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.sessionadmin.testbed.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Spring Session JDBC with its defaults, on the tables of its own script, on HikariCP, as Spring Boot sets it up. Its filter
 * reads a session at the begin of a request and saves it at the end; what is timed is the save, or the reading for itself.
 *
 * @param <S> what the repository calls a session
 */
final class SpringContender<S extends Session> implements Contender {

    private final TestDatabase database;
    private final HikariDataSource pool;
    private final SessionRepository<S> sessions;

    private SpringContender(TestDatabase database, HikariDataSource pool, SessionRepository<S> sessions) {
        this.database = database;
        this.pool = pool;
        this.sessions = sessions;
    }

    static Contender open(TestDatabase database) throws IOException {
        database.update(script());
        HikariDataSource pool = Pools.hikari(database);
        TransactionTemplate transactions = new TransactionTemplate(new DataSourceTransactionManager(pool));
        transactions.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        return of(database, pool, new JdbcIndexedSessionRepository(new JdbcTemplate(pool), transactions));
    }

    private static <S extends Session> Contender of(
            TestDatabase database, HikariDataSource pool, SessionRepository<S> sessions) {
        return new SpringContender<>(database, pool, sessions);
    }

    private static String script() throws IOException {
        try (InputStream script = Objects.requireNonNull(
                JdbcIndexedSessionRepository.class.getResourceAsStream("schema-postgresql.sql"))) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public String name() {
        return "Spring Session JDBC";
    }

    @Override
    public boolean does(Operation operation) {
        return operation != Operation.LOOK;
    }

    @Override
    public long stored() {
        return database.count("spring_session");
    }

    @Override
    public Client client(Payload payload) {
        return new Visitor(payload, sessions.createSession());
    }

    @Override
    public void close() {
        pool.close();
    }

    private final class Visitor implements Client {

        private final Payload payload;
        private final String id;
        private final S created;

        Visitor(Payload payload, S created) {
            this.payload = payload;
            this.created = created;
            this.id = created.getId();
        }

        @Override
        public Step prepare(Operation operation) {
            switch (operation) {
                case LOAD -> {
                    return () -> TomcatContender.found(sessions.findById(id));
                }
                case REMOVE -> {
                    return () -> sessions.deleteById(id);
                }
                default -> {
                    S session = operation == Operation.NEW ? created : found();
                    session.setLastAccessedTime(java.time.Instant.now());
                    payload.changes(operation).forEach(session::setAttribute);
                    return () -> sessions.save(session);
                }
            }
        }

        private S found() {
            return Objects.requireNonNull(sessions.findById(id), "The session is not there");
        }

        @Override
        public @Nullable Object read(String attribute) {
            S session = sessions.findById(id);
            return session == null ? null : session.getAttribute(attribute);
        }
    }
}
