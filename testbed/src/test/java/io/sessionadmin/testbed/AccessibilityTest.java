package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Whoever reads the console: by eye or by ear, on a screen or a phone, in the dark, in five languages. */
final class AccessibilityTest {

    private static final String RULES = """
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
               .then(found => done(found.violations.map(
                   rule => rule.id + ' ' + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | '))))
               .catch(error => done(['axe failed: ' + error]))""";

    private static final String WIDTH = "return document.documentElement.scrollWidth";

    /** Each colour scheme in both widths, half of that on either Tomcat. */
    @OnBothTomcats
    void noPageBreaksARuleOfWcagInTheLightOrInTheDark(TomcatLine line) {
        TomcatNode node = Cluster.three(line).node(0);
        String axe = axe();
        var alice = new Visitor();
        alice.on(node, "/deaf").login("alice");
        alice.on(node, "/deaf").addToCart("book");
        try (var browser = Browser.start()) {
            for (Browser.Look look : Browser.Look.values()) {
                boolean wide = (look == Browser.Look.LIGHT) == (line == TomcatLine.TOMCAT_10);
                browser.viewport(wide ? 1280 : 390, 900).look(look).as(TomcatNode.ADMIN, node.password());
                for (String path : List.of(
                        "/session-admin/",
                        "/session-admin/sessions",
                        "/session-admin/sessions?user=nobody",
                        "/session-admin/sessions?context=/deaf&host=localhost&state=live&sort=-idle",
                        "/session-admin/health",
                        "/session-admin/activity",
                        "/session-admin/nothing-here")) {
                    browser.open(node.uri(path));
                    assertThat(broken(browser, axe)).as(path + " " + look).isEmpty();
                }
                browser.open(node.uri(Admin.list("/deaf") + "&user=alice"));
                assertThat(broken(browser, axe)).as("list " + look).isEmpty();
                URI session = URI.create(
                        String.valueOf(browser.find("#sessions tbody a").getDomProperty("href")));
                browser.as(TomcatNode.AUDITOR, node.password()).open(session);
                assertThat(broken(browser, axe)).as("values " + look).isEmpty();
                browser.as(TomcatNode.ADMIN, node.password()).open(session);
                assertThat(broken(browser, axe)).as("session " + look).isEmpty();
                browser.follow("#back-up-now");
                assertThat(broken(browser, axe)).as("question " + look).isEmpty();
                browser.open(session);
                browser.follow("#invalidate");
                assertThat(broken(browser, axe)).as("preview " + look).isEmpty();
            }
            browser.follow("#invalidate");
            for (Browser.Look look : Browser.Look.values()) {
                browser.look(look);
                assertThat(broken(browser, axe)).as("progress " + look).isEmpty();
            }
        }
    }

    @OnBothTomcats
    void eachLanguageFitsAPhone(TomcatLine line) {
        TomcatNode node = Cluster.three(line).node(0);
        String credentials = Base64.getEncoder()
                .encodeToString((TomcatNode.ADMIN + ":" + node.password()).getBytes(StandardCharsets.UTF_8));
        var bob = new Visitor();
        bob.on(node, "/deaf").login("bob");
        try (var browser = Browser.start()) {
            browser.viewport(390, 844);
            for (String language : List.of("en", "de", "fr", "ja", "zh")) {
                browser.headers(Map.of("Authorization", "Basic " + credentials, "Accept-Language", language));
                for (String page : List.of("", "sessions", "health", "activity")) {
                    browser.open(node.uri("/session-admin/" + page));
                    assertThat(browser.find("html").getDomAttribute("lang")).isEqualTo(language);
                    assertThat((Long) Objects.requireNonNull(browser.driver().executeScript(WIDTH)))
                            .as("width of /" + page + " in " + language)
                            .isLessThanOrEqualTo(390);
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> broken(Browser browser, String axe) {
        browser.driver().executeScript(axe);
        return (List<String>) Objects.requireNonNull(browser.driver().executeAsyncScript(RULES));
    }

    private static String axe() {
        try (InputStream script = AccessibilityTest.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
