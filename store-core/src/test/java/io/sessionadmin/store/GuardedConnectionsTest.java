package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.table.ConnectionSource;
import io.sessionadmin.table.Postgres;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GuardedConnectionsTest {

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2_000);

    private DataSource database;
    private int tries;
    private @Nullable SQLException refusal;
    private final ConnectionSource source = this::connect;
    private final GuardedConnections guarded = new GuardedConnections(source);

    @BeforeEach
    void aDatabase() throws Exception {
        database = Postgres.freshSchema();
    }

    private Connection connect() throws SQLException {
        tries++;
        if (refusal != null) {
            throw refusal;
        }
        return database.getConnection();
    }

    @Test
    void aProbeOpensNothingWhileAllIsWell() throws Exception {
        guarded.open().close();
        guarded.probe();
        assertThat(tries).isOne();
    }

    @Test
    void afterAFailureTheOthersAreToldAtOnce() {
        refusal = new SQLException("Connection refused", "08001", new ConnectException());
        assertThatThrownBy(guarded::open).isSameAs(refusal);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(guarded::open)
                    .isInstanceOf(SQLException.class)
                    .isNotSameAs(refusal)
                    .hasMessage("Connection refused")
                    .hasCauseInstanceOf(ConnectException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08001");
        }
        assertThat(tries).isOne();
    }

    @Test
    void aProbeThatGetsAConnectionLetsEverybodyInAtOnce() throws Exception {
        refusal = new SQLException("Connection refused", "08001", new ConnectException());
        assertThatThrownBy(guarded::open).isSameAs(refusal);
        refusal = null;
        guarded.probe();
        assertThatCode(() -> guarded.open().close()).doesNotThrowAnyException();
    }

    @Test
    void aProbeThatFailsIsNotThrownAndKeepsTheOthersOut() {
        refusal = new SQLException("Connection refused", "08001", new ConnectException());
        assertThatThrownBy(guarded::open).isSameAs(refusal);
        refusal = new SQLException("the database system is starting up", "57P03");
        assertThatCode(guarded::probe).doesNotThrowAnyException();

        assertThat(tries).isEqualTo(2);
        assertThatThrownBy(guarded::open).hasMessage("the database system is starting up");
        assertThat(tries).isEqualTo(2);
    }

    @Test
    void whereSomebodyProbesNobodyElseTriesAndElseOneDoes() {
        GuardedConnections probed = new GuardedConnections(source);
        refusal = new SQLException("Connection refused", "08001", new ConnectException());
        assertThatThrownBy(guarded::open).isSameAs(refusal);
        assertThatThrownBy(probed::open).isSameAs(refusal);
        probed.probe();
        tries = 0;
        long end = System.nanoTime() + PAUSE;
        while (System.nanoTime() - end < 0) {
            assertThatThrownBy(probed::open).isNotSameAs(refusal);
            LockSupport.parkNanos(1_000_000);
        }
        assertThatThrownBy(probed::open).isNotSameAs(refusal);
        assertThat(tries).isZero();

        assertThatThrownBy(guarded::open).isSameAs(refusal);
        assertThat(tries).isOne();
        assertThatThrownBy(guarded::open).isNotSameAs(refusal);
        assertThat(tries).isOne();
    }

    @Test
    void aConnectionThatDoesNotAnswerIsNoneAndIsClosed() {
        boolean[] closed = {false};
        Connection silent = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    closed[0] |= method.getName().equals("close");
                    return method.getName().equals("isValid") ? false : null;
                });
        GuardedConnections dead = new GuardedConnections(() -> silent);
        dead.gaveUp(new SQLException("no answer in 5 s", "08006"));
        dead.probe();

        assertThat(closed[0]).isTrue();
        assertThatThrownBy(dead::open).hasMessage("PostgreSQL does not answer");
    }

    @Test
    void whoGaveUpOnAConnectionKeepsTheOthersFromWaitingToo() throws Exception {
        guarded.open().close();
        guarded.gaveUp(new SQLException("no answer in 5 s", "08006"));
        assertThatThrownBy(guarded::open).hasMessage("no answer in 5 s");
        guarded.probe();
        guarded.open().close();
    }

    @Test
    void aPoolThatIsMerelyExhaustedKeepsNobodyOut() throws Exception {
        refusal = new SQLTransientConnectionException("Connection is not available, request timed out after 5000ms");
        assertThatThrownBy(guarded::open).isSameAs(refusal);
        refusal = null;
        guarded.open().close();
    }
}
