package io.sessionadmin.console.script;

import static io.sessionadmin.console.script.Programs.handle;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.console.script.Programs.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands of scripts, in the manner of Tomcat's Manager. */
final class TextTest {

    private static Programs programs;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        programs = new Programs(directory, Postgres.freshUrl());
        programs.visit("5E551077", "alice");
        programs.visit("BAD", Programs.MALLORY);
        programs.forget(programs.stored("5107", "alice"));
    }

    @AfterAll
    static void stop() throws Exception {
        programs.close();
    }

    @Test
    void contextsAreListedInNumbersAndWhatIsNotKnownIsAQuestionMark() {
        List<String> lines = ok("list");

        assertThat(lines.get(0)).startsWith("OK - 4 contexts on node [Tomcat]");
        assertThat(lines)
                .anyMatch(line -> line.startsWith("context=/memory host=localhost state=running live=2 swappedOut=0")
                        && line.contains(" atRisk=2 "))
                .anyMatch(line ->
                        line.matches("context=/stored host=localhost state=running live=\\d+ swappedOut=[1-9].*"))
                .anyMatch(line -> line.startsWith("context=/silent") && line.contains(" swappedOut=? "))
                .anyMatch(line -> line.startsWith("NOTE - /silent: ") && line.contains("FileStore"));
    }

    @Test
    void whatACrashWouldLoseIsOneNumber() {
        assertThat(ok("atrisk").get(0)).startsWith("OK - At risk now on node [Tomcat]: 2 sessions, the oldest change");
    }

    @Test
    void sessionsOfAContextAreListedByCondition() {
        assertThat(ok("sessions?path=/stored&user=alice"))
                .hasSize(2)
                .satisfies(lines -> assertThat(lines.get(0))
                        .startsWith(
                                "OK - Context [/stored] on host [localhost] has 1 such sessions, of which 1 follow"))
                .satisfies(lines -> assertThat(lines.get(1))
                        .startsWith("handle=" + handle("5107") + " state=swappedOut backup=none"));
        assertThat(ok("sessions?path=/memory&host=localhost&limit=1").get(2)).startsWith("NEXT - after=");
    }

    @Test
    void nodesAndFindingsAreLines() {
        assertThat(ok("nodes").get(0)).matches("OK - \\d+ nodes have announced themselves, as of .*");
        List<String> health = ok("health");
        assertThat(health.get(0)).matches("OK - \\d+ findings on node \\[Tomcat], as of .*");
        assertThat(health.subList(1, health.size()))
                .isNotEmpty()
                .allMatch(line -> line.matches("(DANGER|WARNING|NOTE) - .+"));
    }

    @Test
    void anIdIsFoundByPostAndNotGivenBack() {
        Answer found = programs.post("/text/find", "id=5107");

        assertThat(found.body())
                .startsWith("OK - Session [" + handle("5107") + "] is in 1 contexts\n")
                .contains("context=/stored host=localhost handle=" + handle("5107")
                        + " state=swappedOut backup=none user=alice idle=")
                .doesNotContain("=5107 ");
    }

    @Test
    void aNameMakesNoLineAndNoWordOfItsOwn() {
        String body = programs.post("/text/find", "id=BAD").body();

        assertThat(body.lines().filter(line -> line.startsWith("OK"))).hasSize(1);
        assertThat(body)
                .contains("user=<b>\"mallory\\\"%0D%0AOK%20-%20all%20is%20well%E2%80%A8{x=\"1\"}%201%0A idle=")
                .doesNotContain("\r", "\u2028");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | ''           | 404 | The commands are list, atrisk, sessions, nodes, health, find, expire, invalidate, job",
                "GET  | shutdown     | 404 | The commands are list",
                "GET  | list/        | 404 | The commands are list",
                "GET  | list?all=1   | 400 | This takes no parameters",
                "POST | list         | 405 | curl -u USER .../session-admin/text/list",
                "GET  | sessions     | 400 | Give path=/shop",
                "GET  | sessions?path=/x | 404 | text/list names those",
                "GET  | sessions?path=/memory&stat=live | 400 | The parameters are",
                "GET  | sessions?path=/memory&state=dead | 400 | state: use one of live",
                "GET  | expire?path=/memory&idle=0 | 405 | is sent by POST, as in: curl -u USER -d path=/shop -d idle=30",
                "GET  | invalidate?path=/memory&user=alice | 405 | is sent by POST, as in: curl -u USER",
                "POST | expire?path=/memory | 400 | curl -u USER -d path=/shop -d idle=30",
                "POST | expire?path=/memory&idle=soon | 400 | a number of minutes",
                "POST | expire?path=/nowhere&idle=0 | 404 | text/list names those",
                "POST | invalidate?path=/memory | 400 | curl -u USER -d path=/shop -d user=alice",
                "POST | invalidate?path=/memory&handle=5107 | 400 | A handle has 32 digits",
                "GET  | job          | 400 | as in: curl",
                "GET  | job?job=x    | 404 | There is no such job",
                "GET  | find         | 405 | is sent by POST, as in: curl -u USER -d id=",
                "GET  | find?id=5107 | 405 | is sent by POST",
                "POST | find?id=5107 | 400 | in the body of a POST, not in a URL",
                "POST | find         | 400 | curl -u USER -d id="
            })
    void whatIsNotUnderstoodSaysWhatToDo(String method, String command, int status, String advice) {
        Answer answer = programs.ask("manager-script", method, "/text/" + command, "");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).startsWith("FAIL - ").contains(advice).doesNotContain("5107");
        assertThat(answer.head()).containsIgnoringCase("content-type: text/plain;charset=utf-8");
    }

    @Test
    void tomcatsOwnRefusalsAreFailuresToo() {
        assertThat(programs.ask("", "GET", "/text/list", "").body())
                .startsWith("FAIL - Sign in. Send BASIC credentials");
        assertThat(programs.ask("manager-gui", "GET", "/text/list", "").body())
                .startsWith("FAIL - Not allowed. The user needs the role manager-script");
    }

    @Test
    void sessionsEndByUserByHandleAndByIdleTimeWhenPosted() throws Exception {
        programs.stored("E4E1", "eve");
        programs.stored("E4E2", "eve");
        assertThat(programs.post("/text/invalidate", "path=/stored&user=eve&reason=gone")
                        .body()
                        .lines())
                .anyMatch(line -> line.startsWith("OK - Invalidated 2 of 2 sessions; ended=2"))
                .anyMatch(line -> line.startsWith("context=/stored host=localhost node="));
        assertThat(programs.post("/text/invalidate", "path=/stored&user=eve").body())
                .startsWith("OK - Invalidated 0 of 0 sessions");
        programs.stored("E4E3", "eve");
        assertThat(programs.post("/text/invalidate", "path=/stored&handle=" + handle("E4E3"))
                        .body())
                .startsWith("OK - Invalidated 1 of 1 sessions; ended=1");
        programs.stored("E4E4", "eve");
        programs.forget(programs.stored("1D1E", "ivan"));
        programs.update("update tomcat_sessions set last_access = last_access - 3600000 where session_id = '1D1E'");
        assertThat(programs.post("/text/expire", "path=/stored&idle=30").body())
                .as("the one that is idle, and no other")
                .startsWith("OK - Invalidated 1 of 1 sessions");
        assertThat(ok("sessions?path=/stored&state=live&user=eve")).hasSize(2);
    }

    private static List<String> ok(String command) {
        Answer answer = programs.get("/text/" + command);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head()).containsIgnoringCase("content-type: text/plain;charset=utf-8");
        return answer.body().lines().toList();
    }
}
