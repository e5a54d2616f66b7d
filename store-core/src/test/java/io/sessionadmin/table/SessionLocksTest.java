package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SessionLocksTest {

    private static final SessionKey KEY = new SessionKey("/Catalina/localhost/shop", "A1");
    private static final Duration LEASE = Duration.ofSeconds(30);

    private DataSource database;
    private SessionLocks locks;

    @BeforeEach
    void aFreshTable() throws Exception {
        database = Postgres.freshSchema();
        new SessionTable(database::getConnection, TableNames.DOCUMENTED, "tc-1").prepare(SchemaMode.CREATE);
        locks = new SessionLocks(database::getConnection, TableNames.DOCUMENTED);
    }

    @Test
    void oneOwnerHoldsASession() throws Exception {
        assertThat(locks.tryAcquire(KEY, "one", LEASE)).isTrue();
        assertThat(locks.tryAcquire(KEY, "two", LEASE)).isFalse();
        assertThat(locks.tryAcquire(new SessionKey("/other", "A1"), "two", LEASE))
                .as("the same id in another context")
                .isTrue();
    }

    @Test
    void theSameOwnerMayAskTwiceAsAStatementThatIsTriedAgainDoes() throws Exception {
        assertThat(locks.tryAcquire(KEY, "one", LEASE)).isTrue();
        assertThat(locks.tryAcquire(KEY, "one", LEASE)).isTrue();
    }

    @Test
    void aLeaseThatIsGivenBackIsFree() throws Exception {
        locks.tryAcquire(KEY, "one", LEASE);
        locks.release(KEY, "one");

        assertThat(rows()).isEqualTo("0");
        assertThat(locks.tryAcquire(KEY, "two", LEASE)).isTrue();
    }

    @Test
    void nobodyGivesBackTheLeaseOfAnother() throws Exception {
        locks.tryAcquire(KEY, "one", LEASE);
        locks.release(KEY, "two");

        assertThat(locks.tryAcquire(KEY, "two", LEASE)).isFalse();
    }

    @Test
    void theLeaseOfADeadHolderEndsByItself() throws Exception {
        locks.tryAcquire(KEY, "dead", LEASE);
        timePasses("29 seconds");
        assertThat(locks.tryAcquire(KEY, "two", LEASE)).isFalse();

        timePasses("1 second");
        assertThat(locks.tryAcquire(KEY, "two", LEASE)).isTrue();
        assertThat(locks.tryAcquire(KEY, "three", LEASE)).isFalse();
    }

    @Test
    void aRenewedLeaseLastsOn() throws Exception {
        SessionKey other = new SessionKey("/other", "B2");
        locks.tryAcquire(KEY, "one", LEASE);
        locks.tryAcquire(other, "two", LEASE);
        timePasses("29 seconds");

        assertThat(locks.renew(Map.of(KEY, "one", other, "two"), LEASE)).containsExactlyInAnyOrder(KEY, other);
        timePasses("29 seconds");
        assertThat(locks.tryAcquire(KEY, "three", LEASE)).isFalse();
        assertThat(locks.tryAcquire(other, "three", LEASE)).isFalse();
    }

    @Test
    void whoeverLostItsLeaseIsTold() throws Exception {
        SessionKey unlogged = new SessionKey("/shop", "gone in a crash of PostgreSQL");
        locks.tryAcquire(KEY, "slow", LEASE);
        timePasses("31 seconds");
        locks.tryAcquire(KEY, "two", LEASE);

        assertThat(locks.renew(Map.of(KEY, "slow", unlogged, "slow"), LEASE)).isEmpty();
        assertThat(locks.renew(Map.of(KEY, "two"), LEASE)).containsExactly(KEY);
        assertThat(locks.renew(Map.of(), LEASE)).isEmpty();
    }

    @Test
    void ofManyThatAskAtOnceOneGetsIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 10; round++) {
                SessionKey key = new SessionKey("/shop", "R" + round);
                List<Callable<Boolean>> requests = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    String owner = "request " + i;
                    requests.add(() -> locks.tryAcquire(key, owner, LEASE));
                }
                int winners = 0;
                for (Future<Boolean> request : threads.invokeAll(requests)) {
                    winners += request.get() ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void leasesOfTheDeadAreRemovedSomeTimeAfterTheirEnd() throws Exception {
        locks.tryAcquire(KEY, "dead", LEASE);
        timePasses("11 minutes");
        locks.tryAcquire(new SessionKey("/shop", "B2"), "alive", LEASE);

        assertThat(locks.removeEnded()).isEqualTo(1);
        assertThat(locks.removeEnded()).isZero();
        assertThat(rows()).isEqualTo("1");
    }

    @Test
    void noWalIsWrittenForALease() throws Exception {
        assertThat(Postgres.value(
                        database, "select relpersistence from pg_class where oid = 'tomcat_sessions_locks'::regclass"))
                .isEqualTo("u");
    }

    private String rows() throws Exception {
        return Postgres.value(database, "select count(*) from tomcat_sessions_locks");
    }

    private void timePasses(String time) throws Exception {
        Postgres.execute(database, "update tomcat_sessions_locks set until = until - interval '" + time + "'");
    }
}
