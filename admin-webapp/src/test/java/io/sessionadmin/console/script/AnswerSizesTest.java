package io.sessionadmin.console.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sessionadmin.console.Postgres;
import io.sessionadmin.console.script.Programs.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.catalina.session.StandardManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages and answers over much, all of it with names as long as they may be and made of letters that take the most room
 * when written.
 */
final class AnswerSizesTest {

    private static final int BYTES = 200_000;

    /** A name of 255 letters, as SQL has it. */
    private static final String LONG = "left(repeat('\"<&''>\u20ac\u0001', 40), 245) || (i % 1000)";

    private static OpenApi description;
    private static Programs programs;

    @BeforeAll
    static void fill(@TempDir Path directory) throws Exception {
        description = new OpenApi();
        programs = new Programs(directory, Postgres.freshUrl());
        for (int i = 0; i < 20; i++) {
            var context = programs.tomcat().tomcat().addContext("/" + "c".repeat(200) + i, directory.toString());
            context.setManager(new StandardManager());
        }
        for (int i = 0; i < 110; i++) {
            programs.visitStored("11FE" + i, Programs.MALLORY.repeat(200));
        }
        programs.stored("50FA", "alice");
        programs.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                             session_data, node, user_name)
                select app_name, 'ROW' || i, '1', 1800, last_access, session_data, %1$s, %1$s
                  from tomcat_sessions, generate_series(1, 1000) i where session_id = '50FA'""".formatted(LONG));
        programs.update("""
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
                select left(%s, 250) || i, session_id, '1', 1800, last_access, session_data
                  from tomcat_sessions, generate_series(1, 40) i where session_id = '50FA'""".formatted(LONG));
        programs.update("""
                insert into tomcat_sessions_nodes (app_name, node, instance, tomcat, store, coherence, max_idle_backup,
                    started_at, heartbeat, node_time, live, at_risk, overdue, failing, listening, failure)
                select app_name, repeat(%1$s, 5), i::text, %1$s, %1$s, 'sticky', 0, now(), now(), 0, 1, 1, 1, 1, true,
                       repeat(%1$s, 5)
                  from tomcat_sessions, generate_series(1, 150) i where app_name like '%%/stored' and session_id = '50FA'""".formatted(LONG));
        programs.update("""
                insert into tomcat_sessions_audit (id, begun_at, who, address, node, action, app_name, scope, reason,
                                                   asked, done, failed, details, handles)
                select gen_random_uuid(), now() - i * interval '1 second', %1$s, %1$s, %1$s, 'invalidate', %1$s,
                       repeat(%1$s, 5), repeat(%1$s, 5), 1000, 1000, 0, repeat(%1$s, 5),
                       (select array_agg(md5((i * 1000 + j)::text)) from generate_series(1, 1000) j)
                  from generate_series(1, 60) i""".formatted(LONG));
    }

    @AfterAll
    static void stop() throws Exception {
        programs.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/contexts",
                "/nodes",
                "/health",
                "/audit",
                "/sessions",
                "/sessions?context=/stored",
                "/sessions?context=/stored&state=live",
                "/sessions?context=/stored&state=swappedOut&sort=-idle"
            })
    void anAnswerHasLessThan200KilobytesAndIsAsDescribed(String path) {
        Answer answer = programs.get("/api/v1" + path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(bytes(answer)).as(path).isLessThan(BYTES);
        description.holds("get", path.replaceFirst("\\?.*", ""), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/health",
                "/activity",
                "/sessions",
                "/sessions?host=localhost&context=/stored",
                "/sessions?host=localhost&context=/stored&state=live",
                "/sessions?host=localhost&context=/stored&state=swappedOut&sort=-idle"
            })
    void aPageHasLessThan200Kilobytes(String path) {
        Answer page = programs.ask("manager-gui", "GET", path, "", "Accept-Language: de");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("</html>");
        assertThat(bytes(page)).as(path).isLessThan(BYTES);
    }

    @Test
    void pagesThatHaveFewerEntriesLeaveNoneOut() {
        Set<String> seen = new HashSet<>();
        String after = "";
        do {
            JsonNode page = programs.get("/api/v1/audit?limit=100" + after).json();
            page.path("actions")
                    .forEach(action ->
                            assertThat(seen.add(action.path("id").asText())).isTrue());
            after = page.path("next").isNull()
                    ? ""
                    : "&after=" + page.path("next").asText();
        } while (!after.isEmpty());

        assertThat(seen).hasSize(60);
    }

    /** Each page is as full as it can be: the next one begins behind what it shows. */
    @ParameterizedTest
    @ValueSource(strings = {"&sort=-size", "&sort=user"})
    void pagesOfSessionsThatHaveFewerLeaveNoneOut(String sort) {
        Set<String> seen = new HashSet<>();
        int pages = 0;
        String after = "";
        do {
            JsonNode page = programs.get("/api/v1/sessions?context=/stored" + sort + after)
                    .json();
            assertThat(page.path("sessions").size()).isPositive();
            page.path("sessions").forEach(session -> assertThat(
                            seen.add(session.path("handle").asText()))
                    .isTrue());
            after = page.path("next").isNull()
                    ? ""
                    : "&after=" + URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8);
            pages++;
        } while (!after.isEmpty());

        assertThat(seen).hasSize(1_111);
        assertThat(pages).isGreaterThan(12);
    }

    private static int bytes(Answer answer) {
        return answer.body().getBytes(StandardCharsets.UTF_8).length;
    }
}
