package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openqa.selenium.Keys;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;

/** The page of one session, and what an operator does there, on the nodes of a cluster. */
final class SessionDetailTest {

    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static final Pattern REMOVED = Pattern.compile("removed=(\\d+)");

    @OnBothTomcats
    void valuesAreForTheRoleForValuesAndMaskedWhereTheyLookLikeSecrets(TomcatLine line) {
        Cluster cluster = Cluster.three(line);
        var alice = new Visitor();
        alice.on(cluster.node(0), "/deaf").login("alice");
        alice.on(cluster.node(0), "/deaf").addToCart("book");
        alice.on(cluster.node(0), "/deaf").put("apiToken", "t0p-s3cret");
        String path = Admin.detail("/deaf", handle(alice, "/deaf"));
        var admin = new Admin(cluster.node(0));

        for (String user : new String[] {TomcatNode.ADMIN, TomcatNode.LOOKER, TomcatNode.OPERATOR}) {
            assertThat(page(admin, user, path))
                    .contains("io.sessionadmin.testbed.shop.Cart", "java.util.LinkedHashMap", "street")
                    .doesNotContain("A book on sessions")
                    .doesNotContain("Port alice")
                    .doesNotContain("t0p-s3cret");
        }
        assertThat(page(admin, TomcatNode.AUDITOR, path))
                .contains("A book on sessions", "Port alice", ">masked<", "data-place=")
                .doesNotContain("t0p-s3cret")
                .doesNotContain(alice.sessionCookie("/deaf").orElseThrow())
                .doesNotContain("class=\"remove\"");
        assertThat(page(admin, TomcatNode.OPERATOR, path)).contains("class=\"remove\"");
        cluster.assertNoLogHas(alice, "/deaf");
    }

    @OnBothTomcats
    void aLiveSessionIsSavedWhenAnOperatorAsksForIt(TomcatLine line) {
        Cluster cluster = Cluster.three(line);
        var bob = new Visitor();
        bob.on(cluster.node(0), "/quiet").put("color", "green");
        assertThat(cluster.rows(bob, "/quiet")).as("nothing saves it by itself").isZero();

        assertThat(act(cluster, "backup", "/quiet", bob, "")).contains("data-outcome=\"saved\"");
        assertThat(cluster.rows(bob, "/quiet")).isOne();
        assertThat(act(cluster, "backup", "/quiet", bob, "")).contains("data-outcome=\"nothing-to-save\"");
        assertThat(bob.copy().on(cluster.node(1), "/quiet").get("color"))
                .as("another node has it")
                .isEqualTo("green");
        assertThat(cluster.node(0).log())
                .containsPattern("Ended: backup in .*; asked by operator from .*; saved; " + handle(bob, "/quiet"));
    }

    @OnBothTomcats
    void anAttributeIsRemovedAndListenersAreToldAndOtherNodesSeeItGone(TomcatLine line) {
        Cluster cluster = Cluster.three(line);
        var carol = new Visitor();
        Visit here = carol.on(cluster.node(0), "/deaf");
        Visit there = carol.on(cluster.node(1), "/deaf");
        here.put("color", "green");
        here.put("size", "9");
        assertThat(there.get("color")).as("the other node holds a copy").isEqualTo("green");
        int told = told(here);

        assertThat(act(cluster, "attribute", "/deaf", carol, "&attribute=color"))
                .contains("data-outcome=\"removed\"");
        assertThat(told(here)).isEqualTo(told + 1);
        assertThat(there.get("color")).isNull();
        assertThat(there.get("size")).isEqualTo("9");
        assertThat(here.get("color")).isNull();
    }

    @OnBothTomcats
    void whatIsLiveOnAnotherNodeIsLeftAloneAndItIsSaidWhere(TomcatLine line) {
        Cluster cluster = Cluster.three(line);
        var dan = new Visitor();
        dan.on(cluster.node(1), "/deaf").put("color", "green");
        String path = Admin.detail("/deaf", handle(dan, "/deaf"));

        String page = page(new Admin(cluster.node(0)), TomcatNode.OPERATOR, path);
        assertThat(page)
                .contains("id=\"cannot-back-up\"", "said that it holds it")
                .doesNotContain("class=\"remove\"");
        assertThat(act(cluster, "attribute", "/deaf", dan, "&attribute=color"))
                .contains("data-outcome=\"not-live\"", "said that it holds it");
        assertThat(dan.on(cluster.node(1), "/deaf").get("color")).isEqualTo("green");
    }

    @OnBothTomcats
    void theTreeOpensByKeyboardOnAPhoneWithoutJavaScript(TomcatLine line) {
        Cluster cluster = Cluster.three(line);
        TomcatNode node = cluster.node(0);
        var eve = new Visitor();
        eve.on(node, "/deaf").addToCart("book");
        eve.on(node, "/deaf").login("eve");
        eve.on(node, "/deaf").put("a-rather-long-name-".repeat(8), "long ".repeat(60));
        try (var browser = Browser.start()) {
            browser.viewport(390, 844).javaScript(false).as(TomcatNode.AUDITOR, node.password());
            browser.open(node.uri(Admin.detail("/deaf", handle(eve, "/deaf"))));
            WebElement cart = browser.find("[data-attribute=cart] details");
            WebElement summary = browser.find("[data-attribute=cart] summary");
            boolean open = cart.getDomAttribute("open") != null;
            summary.sendKeys(Keys.ENTER);
            Await.until("it folds", () -> (cart.getDomAttribute("open") != null) != open);
            if (open) {
                summary.sendKeys(Keys.ENTER);
                Await.until("it unfolds", () -> cart.getDomAttribute("open") != null);
            }
            assertThat(cart.getText()).contains("lines").contains("java.util.LinkedHashMap");
            for (WebElement part : browser.all("main .panel, main .panel li, main summary, main h1")) {
                Rectangle place = part.getRect();
                assertThat(place.getX() + place.getWidth()).as(part.getText()).isLessThanOrEqualTo(390);
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** Asks, sees the question, answers it, and gets the page with the result. */
    private static String act(Cluster cluster, String action, String context, Visitor visitor, String more) {
        var admin = new Admin(cluster.node(0));
        Matcher token = TOKEN.matcher(page(admin, TomcatNode.OPERATOR, Admin.list(context)));
        assertThat(token.find()).isTrue();
        String form = "csrf=" + token.group(1) + "&host=localhost&context=" + context + "&handle="
                + handle(visitor, context) + more;
        String path = "/session-admin/sessions/" + action;
        assertThat(admin.request(TomcatNode.OPERATOR, "POST", path, BodyPublishers.ofString(form))
                        .body())
                .contains("id=\"do\"");
        return admin.request(TomcatNode.OPERATOR, "POST", path, BodyPublishers.ofString(form + "&confirmed=yes"))
                .body();
    }

    private static String page(Admin admin, String user, String path) {
        return admin.request(user, "GET", path, BodyPublishers.noBody()).body();
    }

    private static String handle(Visitor visitor, String context) {
        byte[] id = visitor.sessionCookie(context).orElseThrow().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(id), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int told(Visit visit) {
        Matcher removed = REMOVED.matcher(visit.attributeEvents());
        assertThat(removed.find()).isTrue();
        return Integer.parseInt(removed.group(1));
    }
}
