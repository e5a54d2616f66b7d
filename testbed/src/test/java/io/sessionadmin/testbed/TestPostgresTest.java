package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class TestPostgresTest {
    @Test
    void itIsOfACurrentMajorVersion() {
        try (var db = TestPostgres.shared().database()) {
            assertThat(db.query("show server_version")).startsWith("18.");
        }
    }

    @Test
    void databasesOfTwoTestsShareNothing() {
        try (var one = TestPostgres.shared().database();
                var two = TestPostgres.shared().database()) {
            one.update("create table thing (name text)");
            one.update("insert into thing values (?)", "lamp");
            assertThat(one.query("select name from thing")).isEqualTo("lamp");
            assertThatThrownBy(() -> two.count("thing")).hasRootCauseMessage("""
                    ERROR: relation "thing" does not exist
                      Position: 22""");
        }
    }

    @Test
    void aServerThatIsStoppedOrKilledComesBackWithItsRowsOnItsPort() {
        try (var server = TestPostgres.own();
                var db = server.database()) {
            db.update("create table thing (name text)");
            db.update("insert into thing values ('lamp')");
            server.stop();
            assertThatThrownBy(() -> db.count("thing")).hasStackTraceContaining("refused");
            server.start();
            assertThat(db.count("thing")).isEqualTo(1);
            server.kill();
            assertThatThrownBy(() -> db.count("thing")).hasStackTraceContaining("refused");
            server.start();
            assertThat(db.count("thing")).isEqualTo(1);
        }
    }

    @Test
    void aSuspendedServerAnswersWhenItIsResumed() throws Exception {
        try (var server = TestPostgres.own();
                var db = server.database()) {
            server.suspend();
            var answer = CompletableFuture.supplyAsync(() -> db.query("select 'here'"));
            assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            server.resume();
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("here");
        }
    }
}
