package io.sessionadmin.console;

import static io.sessionadmin.console.ConsoleTomcat.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ActionResult;
import io.sessionadmin.console.model.NodeState;
import io.sessionadmin.table.Handle;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.session.FileStore;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of one session, over HTTP, for people with different roles. */
final class SessionDetailPageTest {

    private static final String ID = "5E551077";
    private static final String OTHER = "07E5";
    private static final String HANDLE = Handle.of(ID).hex();
    private static final String SHOP = "host=localhost&context=/shop";
    private static final String PAGE = "/session-admin/sessions/" + HANDLE + "?" + SHOP;
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static final String VALUE = "to-be-seen-by-few";
    private static final String MASKED = "to-be-seen-by-nobody";

    private static ConsoleTomcat tomcat;
    private static StandardSession session;
    private static StandardSession other;
    private static Path files;

    @SuppressWarnings("UnusedVariable")
    private static final class User implements Serializable {
        private static final long serialVersionUID = 1;

        private final String nickname = VALUE;
        private final String password = MASKED;
        private final Map<String, List<String>> roles = Map.of(VALUE, List.of(VALUE));
    }

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        tomcat = new ConsoleTomcat(directory);
        tomcat.tomcat().addUser("seer", "secret");
        tomcat.tomcat().addRole("seer", "session-viewer");
        tomcat.tomcat().addRole("seer", "session-values");
        Context shop = tomcat.tomcat().addContext("/shop", directory.toString());
        var manager = new PersistentManager();
        var store = new FileStore();
        files = directory.resolve("sessions");
        store.setDirectory(files.toString());
        manager.setStore(store);
        shop.setManager(manager);
        tomcat.start();
        session = visit(manager, ID);
        other = visit(manager, OTHER);
        session.setAttribute("profile", new User());
        session.setAttribute("secretKey", MASKED);
        session.setAttribute("<script>alert(1)</script>", VALUE);
        session.setAttribute("visits", 17);
        store.save(session);
        session.setAttribute("visits", 18);
        session.setAttribute("added", VALUE);
    }

    private static StandardSession visit(PersistentManager manager, String id) {
        var visit = new StandardSession(manager);
        visit.setNew(false);
        visit.setValid(true);
        // Some file systems know the time to some milliseconds only: its file must not be older than the session.
        visit.setCreationTime(System.currentTimeMillis() - 1_000);
        visit.setMaxInactiveInterval(1_800);
        visit.setId(id, false);
        return visit;
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.close();
    }

    @Test
    void valuesAreForTheRoleForValuesAndSecretsForNobody() {
        for (String user : List.of("manager-gui", "session-viewer", "session-operator")) {
            assertThat(tomcat.get(user, PAGE))
                    .startsWith("HTTP/1.1 200")
                    .contains("data-attribute=\"profile\"", "nickname", "java.lang.String", "17 characters", ">hidden<")
                    .doesNotContain(VALUE)
                    .doesNotContain(MASKED);
        }
        assertThat(tomcat.get("seer", PAGE))
                .contains("&quot;" + VALUE + "&quot;", ">masked<")
                .doesNotContain(MASKED)
                .doesNotContain("<script")
                .doesNotContain(ID);
    }

    @Test
    void whatMemoryHasAndTheSavedCopyHasNotIsNamedWithItsClassAlone() {
        String page = tomcat.get("seer", PAGE);

        String added = attribute(page, "added");
        assertThat(added)
                .contains("data-state=\"memory-only\"", "it has not been saved yet")
                .doesNotContain(VALUE);
        assertThat(attribute(page, "visits"))
                .contains("data-state=\"newer\"", ">17<")
                .doesNotContain(">18<");
    }

    @Test
    void theLifeLineIsAPictureWithAText() {
        assertThat(tomcat.get("session-viewer", PAGE))
                .containsPattern("role=\"img\" aria-label=\"Created [-0-9: ]+ UTC, .*Expires [-0-9: ]+ UTC")
                .contains("data-moment=\"last-save\"", "data-place=\"others\"");
    }

    @Test
    void onlyAnOperatorIsOfferedActionsAndMayTakeThem() {
        String viewer = tomcat.get("session-viewer", PAGE);
        assertThat(viewer).doesNotContain("id=\"back-up\"").doesNotContain("class=\"remove\"");
        String operator = tomcat.get("session-operator", PAGE);
        assertThat(operator).contains("id=\"back-up\"", "class=\"remove\"");

        String form = SHOP + "&handle=" + HANDLE + "&confirmed=yes&csrf=" + token(operator);
        assertThat(status(tomcat.post("session-viewer", "/session-admin/sessions/backup", form)))
                .isEqualTo(403);
        assertThat(status(
                        tomcat.post("session-operator", "/session-admin/sessions/backup", SHOP + "&handle=" + HANDLE)))
                .isEqualTo(403);
        assertThat(status(tomcat.get("session-operator", "/session-admin/sessions/backup?" + form)))
                .isEqualTo(405);
        assertThat(status(tomcat.post("session-operator", "/session-admin/sessions/attribute", form)))
                .as("which one?")
                .isEqualTo(400);
    }

    @Test
    void anActionIsAskedForFirstAndToldAfterwards() throws Exception {
        other.setAttribute("doomed", "x");
        String handle = Handle.of(OTHER).hex();
        String path = "/session-admin/sessions/attribute";
        String form =
                SHOP + "&handle=" + handle + "&attribute=doomed&csrf=" + token(tomcat.get("session-operator", PAGE));

        assertThat(tomcat.post("session-operator", path, form))
                .contains("Remove attribute doomed of session " + handle.substring(0, 8))
                .contains("name=\"confirmed\"");
        assertThat(other.getAttribute("doomed")).isEqualTo("x");
        assertThat(tomcat.post("session-operator", path, form + "&confirmed=yes"))
                .contains("data-outcome=\"removed\"");
        assertThat(other.getAttribute("doomed")).isNull();
        assertThat(Files.readString(files.resolve(OTHER + ".session"), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("doomed");
        assertThat(tomcat.post("session-operator", path, form + "&confirmed=yes"))
                .contains("data-outcome=\"no-such-attribute\"");
    }

    @Test
    void everyOutcomeHasAWord() {
        Messages messages = new Messages(java.util.Locale.ENGLISH);
        for (ActionResult.Outcome outcome : ActionResult.Outcome.values()) {
            assertThat(messages.say("act.outcome." + outcome)).doesNotContain("act.");
        }
        for (NodeState.Held held : NodeState.Held.values()) {
            assertThat(messages.say("place." + held)).doesNotContain("place.");
        }
        for (String moment : List.of("created", "last-access", "last-save", "now", "expires", "ended")) {
            assertThat(messages.say("moment." + moment)).doesNotContain("moment.");
        }
    }

    private static String attribute(String page, String name) {
        int from = page.indexOf("data-attribute=\"" + name + "\"");
        assertThat(from).as(name).isPositive();
        int to = page.indexOf("data-attribute=", from + 1);
        return page.substring(from, to < 0 ? page.indexOf("id=\"where-title\"") : to);
    }

    private static String token(String page) {
        Matcher token = TOKEN.matcher(page);
        assertThat(token.find()).as(page).isTrue();
        return token.group(1);
    }
}
