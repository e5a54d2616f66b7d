package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The container's logins outlive a node, single sign-on ends together, and filters hold when a row is read. */
final class LoginTest {
    private static final Map<TomcatLine, Cluster> NODES = new EnumMap<>(TomcatLine.class);

    /**
     * /shop and /outlet are strict, /swapping is swapped out after a second, all with FORM logins and single sign-on;
     * /basic is strict and asks by BASIC. On the second node /filtered takes colors only, and /classes nothing of the
     * shop's own classes.
     */
    private static Cluster nodes(TomcatLine line) {
        return NODES.computeIfAbsent(line, key -> {
            TestDatabase db = TestPostgres.shared().database();
            Path basic = basic();
            String each = "processExpiresFrequency=\"1\" ";
            String keeping = each + "persistAuthentication=\"true\" ";
            String swapping = keeping + "coherence=\"sticky\" minIdleSwap=\"0\" maxIdleSwap=\"1\"";
            Consumer<TomcatSetup> node =
                    setup -> setup.hostElement("<Valve className=\"org.apache.catalina.authenticator.SingleSignOn\"/>")
                            .shop(StoreXml.sharedManager(db, keeping, ""))
                            .webapp("outlet", ShopWar.standard(), StoreXml.sharedManager(db, keeping, ""))
                            .webapp("swapping", ShopWar.standard(), StoreXml.sharedManager(db, swapping, ""))
                            .webapp("basic", basic, StoreXml.sharedManager(db, keeping, ""));
            return Cluster.of(
                    line,
                    db,
                    List.of(
                            node.andThen(setup -> filters(setup, db, "", "")),
                            node.andThen(setup -> filters(
                                    setup,
                                    db,
                                    "sessionAttributeNameFilter=\"col.*\"",
                                    "sessionAttributeValueClassNameFilter=\"java\\.lang\\..*\""))));
        });
    }

    private static void filters(TomcatSetup setup, TestDatabase db, String byName, String byClass) {
        setup.webapp("filtered", ShopWar.standard(), StoreXml.sharedManager(db, byName, ""))
                .webapp("classes", ShopWar.standard(), StoreXml.sharedManager(db, byClass, ""));
    }

    /** The shop, which asks for a login by BASIC. */
    private static Path basic() {
        Path war = Testbed.freshDirectory("shop", "war").resolve("basic.war");
        try {
            Files.copy(ShopWar.standard(), war);
            try (FileSystem zip = FileSystems.newFileSystem(war)) {
                Path webXml = zip.getPath("WEB-INF/web.xml");
                Files.writeString(
                        webXml,
                        Files.readString(webXml)
                                .replace("<auth-method>FORM</auth-method>", "<auth-method>BASIC</auth-method>"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return war;
    }

    @AfterAll
    static void close() {
        NODES.values().forEach(Cluster::close);
    }

    @OnBothTomcats
    void loginsByFormAndBasicSurviveFailoverAndRestart(TomcatLine line) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        TomcatNode two = nodes.node(1);
        var alice = new Visitor();
        assertThat(alice.on(one).formLogin("alice")).isEqualTo("alice");
        var withoutSignOn =
                new Visitor().withSessionCookie(alice.sessionCookie().orElseThrow());
        try (var bob = new EagerClient()) {
            bob.get(one, "/basic/api/put?name=color&value=green");
            String credentials =
                    Base64.getEncoder().encodeToString(("bob:" + one.password()).getBytes(StandardCharsets.UTF_8));
            assertThat(bob.send(one, "GET", "/basic/members", Map.of("Authorization", "Basic " + credentials))
                            .body())
                    .contains("<p id=\"member\">bob</p>");
            one.kill();
            assertThat(withoutSignOn.on(two).remoteUser()).isEqualTo("alice");
            assertThat(bob.get(two, "/basic/members").body()).contains("<p id=\"member\">bob</p>");
            one.start();
            two.restart();
            for (TomcatNode node : nodes.nodes()) {
                assertThat(withoutSignOn.on(node).remoteUser()).isEqualTo("alice");
            }
        }
        try (var carol = new EagerClient()) {
            assertThat(carol.get(two, "/basic/members").status())
                    .as("it does ask")
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TOMCAT_10, 0",
        "TOMCAT_10, 1",
        "TOMCAT_11, 0",
        "TOMCAT_11, 1",
    })
    void sessionsOfOneSignOnEndTogetherWhereverTheLogoutIs(TomcatLine line, int where) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        var alice = new Visitor();
        alice.on(one).formLogin("alice");
        assertThat(alice.on(one, "/outlet").remoteUser())
                .as("signed on there, too")
                .isEqualTo("alice");
        alice.on(one, "/outlet").put("color", "green");
        var thief = alice.copy();
        alice.on(nodes.node(where)).logout();
        for (TomcatNode node : nodes.nodes()) {
            Await.until(
                    "/outlet has ended", () -> thief.copy().on(node, "/outlet").get("color") == null);
        }
        assertThat(thief.on(one, "/outlet").remoteUser()).isNull();
    }

    @OnBothTomcats
    void soDoThoseThatWereSwappedOutAndIn(TomcatLine line) {
        Cluster nodes = nodes(line);
        TomcatNode one = nodes.node(0);
        String swappedOut =
                "tomcat_sessions where not held and app_name = '/Catalina/localhost/swapping' and session_id = ?";
        for (boolean in : List.of(false, true)) {
            var alice = new Visitor();
            alice.on(one, "/swapping").formLogin("alice");
            alice.on(one, "/swapping").put("color", "green");
            assertThat(alice.on(one, "/outlet").remoteUser()).isEqualTo("alice");
            alice.on(one, "/outlet").put("color", "green");
            String id = alice.sessionCookie("/swapping").orElseThrow();
            Await.until("it is swapped out", () -> nodes.database().count(swappedOut, id) == 1);
            assertThat(alice.on(one, "/outlet").get("color"))
                    .as("being swapped out is no end")
                    .isEqualTo("green");
            var thief = alice.copy();
            if (in) {
                assertThat(alice.on(one, "/swapping").get("color")).isEqualTo("green");
                alice.on(one, "/swapping").logout();
                Await.until(
                        "/outlet has ended",
                        () -> thief.copy().on(one, "/outlet").get("color") == null);
            } else {
                alice.on(one, "/outlet").logout();
                Await.until(
                        "/swapping has ended",
                        () -> thief.copy().on(one, "/swapping").get("color") == null);
            }
        }
    }

    @OnBothTomcats
    void filtersHoldWhenARowIsRead(TomcatLine line) {
        Cluster nodes = nodes(line);
        for (String context : List.of("/filtered", "/classes")) {
            var alice = new Visitor();
            alice.on(nodes.node(0), context).put("color", "green");
            alice.on(nodes.node(0), context).putPoison("bad", "none");
            assertThat(alice.on(nodes.node(0), context).names()).isEqualTo("bad,color");
            if (context.equals("/filtered")) {
                assertThat(alice.on(nodes.node(1), context).names()).isEqualTo("color");
            } else {
                assertThat(alice.on(nodes.node(1), context).post("/api/names").statusCode())
                        .as("as Tomcat's: a class that is not allowed makes the row unreadable")
                        .isEqualTo(503);
            }
        }
    }
}
