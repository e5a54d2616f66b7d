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

    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** What changes with the colours; the other rules ask for the document. */
    private static final List<String> RULES_OF_COLOURS = List.of("color-contrast", "link-in-text-block");

    private static final String ASK = """
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: arguments[0]})
               .then(found => done(found.violations.map(
                   rule => rule.id + ' ' + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | '))))
               .catch(error => done(['axe failed: ' + error]))""";

    private static final String WIDTH = "return document.documentElement.scrollWidth";

    /** In both colour schemes, wide on one Tomcat and narrow on the other. */
    @OnBothTomcats
    void noPageBreaksARuleOfWcagInTheLightOrInTheDark(TomcatLine line) {
        TomcatNode node = Cluster.three(line).node(0);
        var alice = new Visitor();
        alice.on(node, "/deaf").login("alice");
        alice.on(node, "/deaf").addToCart("book");
        try (var browser = Browser.start()) {
            browser.viewport(line == TomcatLine.TOMCAT_10 ? 1280 : 390, 900).as(TomcatNode.ADMIN, node.password());
            for (String path : List.of(
                    "/session-admin/",
                    "/session-admin/sessions",
                    "/session-admin/sessions?user=nobody",
                    "/session-admin/sessions?context=/deaf&host=localhost&state=live&sort=-idle",
                    "/session-admin/health",
                    "/session-admin/activity",
                    "/session-admin/nothing-here")) {
                browser.open(node.uri(path));
                breaksNoRule(browser, path);
            }
            browser.open(node.uri(Admin.list("/deaf") + "&user=alice"));
            breaksNoRule(browser, "list");
            URI session =
                    URI.create(String.valueOf(browser.find("#sessions tbody a").getDomProperty("href")));
            browser.as(TomcatNode.AUDITOR, node.password()).open(session);
            breaksNoRule(browser, "values");
            browser.as(TomcatNode.ADMIN, node.password()).open(session);
            breaksNoRule(browser, "session");
            browser.follow("#back-up-now");
            breaksNoRule(browser, "question");
            browser.open(session).follow("#invalidate");
            breaksNoRule(browser, "preview");
            browser.follow("#invalidate");
            breaksNoRule(browser, "progress");
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

    private static void breaksNoRule(Browser browser, String page) {
        browser.look(Browser.Look.LIGHT).driver().executeScript(axe());
        assertThat(broken(browser, RULES)).as(page + " in the light").isEmpty();
        browser.look(Browser.Look.DARK);
        assertThat(broken(browser, RULES_OF_COLOURS)).as(page + " in the dark").isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static List<String> broken(Browser browser, List<String> rules) {
        return (List<String>) Objects.requireNonNull(browser.driver().executeAsyncScript(ASK, rules));
    }

    private static String axe() {
        try (InputStream script = AccessibilityTest.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
