package io.sessionadmin.console.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.console.script.Programs.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a monitor reads. */
final class MetricsTest {

    private static Programs programs;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        programs = new Programs(directory, Postgres.freshUrl());
        programs.visit("5E551077", "alice");
        programs.stored("50FA", "alice");
        programs.forget(programs.stored("5107", "alice"));
        programs.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access)
                values (E'/Catalina/localhost/a"b\\\\c\\nd', 'A', '1', 1800, extract(epoch from now()) * 1000)""");
    }

    @AfterAll
    static void stop() throws Exception {
        programs.close();
    }

    @Test
    void contextsAndStoresAreMeasuredInOpenMetrics() {
        Answer answer = metrics();

        assertThat(answer.head())
                .containsIgnoringCase("content-type: application/openmetrics-text;version=1.0.0;charset=utf-8");
        assertThat(answer.body().lines())
                .contains(
                        "session_admin_node_info{node=\"Tomcat\"} 1",
                        "session_admin_live_sessions{context=\"/memory\",host=\"localhost\"} 1.0",
                        "session_admin_at_risk_sessions{context=\"/memory\",host=\"localhost\"} 1.0",
                        "session_admin_live_sessions{context=\"/stored\",host=\"localhost\"} 1.0",
                        "session_admin_swapped_out_sessions{context=\"/stored\",host=\"localhost\"} 1.0",
                        "session_admin_at_risk_sessions{context=\"/stored\",host=\"localhost\"} 0.0",
                        "session_admin_overdue_sessions{context=\"/stored\",host=\"localhost\"} 0.0",
                        "session_admin_oldest_unsaved_seconds{context=\"/stored\",host=\"localhost\"} 0.0",
                        "session_admin_backup_window_seconds{context=\"/stored\",host=\"localhost\"} 21600.0",
                        "session_admin_store_up{context=\"/stored\",host=\"localhost\"} 1.0",
                        "session_admin_store_saves_total{context=\"/stored\",host=\"localhost\"} 2.0",
                        "session_admin_store_failures_total{context=\"/stored\",host=\"localhost\"} 0.0",
                        "# EOF")
                .anyMatch(
                        line -> line.matches(
                                "session_admin_store_save_seconds\\{context=\"/stored\",host=\"localhost\",quantile=\"0.99\"} .*"))
                .anyMatch(line -> line.startsWith("session_admin_store_pool_idle_connections{"))
                .anyMatch(line -> line.equals("# TYPE session_admin_store_saves counter"));
        assertThat(answer.body()).endsWith("# EOF\n");
    }

    @Test
    void whatIsNotKnownIsAbsent() {
        assertThat(metrics().body().lines())
                .noneMatch(line -> line.startsWith("session_admin_swapped_out_sessions{context=\"/silent\""))
                .noneMatch(line -> line.startsWith("session_admin_backup_window_seconds{context=\"/memory\""))
                .noneMatch(line -> line.startsWith("session_admin_store_up{context=\"/memory\""))
                .as("nothing was loaded, so it took no time")
                .noneMatch(line -> line.startsWith("session_admin_store_load_seconds{"));
    }

    @Test
    void aNameMakesNoLabelAndNoLineOfItsOwn() {
        assertThat(metrics().body().lines())
                .contains(
                        "session_admin_swapped_out_sessions{context=\"/Catalina/localhost/a\\\"b\\\\c\\nd\",host=\"\"} 1.0");
    }

    @Test
    void itIsReadByItsRoleAndByGetAlone() {
        assertThat(programs.ask("manager-script", "GET", "/metrics", "").status())
                .isEqualTo(403);
        assertThat(programs.ask("manager-gui", "GET", "/metrics", "").body()).contains("manager-status");
        assertThat(programs.ask("manager-status", "POST", "/metrics", "").status())
                .isEqualTo(405);
        assertThat(programs.ask("manager-status", "GET", "/metrics/all", "").status())
                .isEqualTo(404);
        assertThat(programs.ask("manager-status", "GET", "/metrics?name=x", "").status())
                .isEqualTo(400);
    }

    private static Answer metrics() {
        Answer answer = programs.ask("manager-status", "GET", "/metrics", "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer;
    }
}
