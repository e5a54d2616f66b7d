package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The id of a session: it changes at a login, is shared by contexts, and comes from whoever likes to send one. */
final class SessionIdTest {
    private static final List<String> HOSTILE = List.of(
            "A".repeat(10_240),
            "0".repeat(40) + "%00",
            "%00",
            "%27%20or%201=1--",
            "x'or'1'='1",
            "$(reboot)",
            "\\u0000",
            "\u00e9\u00e8");

    @OnBothTomcats
    void anIdThatWasChangedIsDeadOnBothNodesAndTheNewOneWorksOnBothAtOnce(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        assertThat(alice.on(nodes.two()).get("color")).isEqualTo("green");
        var thief = alice.copy();
        alice.on(nodes.one()).login("alice");
        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node).user()).isEqualTo("alice");
            assertThat(alice.on(node).get("color")).isEqualTo("green");
            assertThat(thief.on(node).touch()).isFalse();
        }
        assertThat(validRows(nodes, alice)).isEqualTo(1);
        assertThat(validRows(nodes, thief)).isZero();
    }

    @OnBothTomcats
    void aRequestThatSpansTheChangeOfTheIdFollowsIt(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        var before = alice.copy();
        var slow = TwoNodes.meanwhile(
                () -> before.on(nodes.one()).pausing(TwoNodes.LONG).put("size", "M"));
        nodes.awaitPaused("/shop", 1, 0);
        alice.on(nodes.one()).changeSessionId();
        nodes.resume("/shop", 1, 0);
        slow.join();
        assertThat(before.on(nodes.two()).touch()).isFalse();
        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node).names()).isEqualTo("color,size");
        }
    }

    @OnBothTomcats
    void aChangedIdIsInTheStoreBeforeTheClientKnowsIt(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        try (var alice = new EagerClient()) {
            alice.get(nodes.one(), "/slow/api/count?name=n");
            for (int i = 0; i < 4; i++) {
                alice.get(nodes.at(i), "/slow/api/changeid?answer=exact");
                assertThat(alice.get(nodes.at(i + 1), "/slow/api/get?name=n").body())
                        .isEqualTo("1");
            }
        }
    }

    @OnBothTomcats
    void twoContextsShareAnIdAndNothingElse(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        try (var alice = new EagerClient()) {
            for (int i = 0; i < 2; i++) {
                alice.get(nodes.at(i), "/slow/api/put?name=where&value=slow");
                alice.get(nodes.at(i), "/outlet/api/put?name=where&value=outlet");
            }
            for (TomcatNode node : nodes.both()) {
                assertThat(alice.get(node, "/slow/api/get?name=where").body()).isEqualTo("slow");
                assertThat(alice.get(node, "/outlet/api/get?name=where").body()).isEqualTo("outlet");
            }
            alice.get(nodes.one(), "/outlet/api/logout");
            for (TomcatNode node : nodes.both()) {
                assertThat(alice.get(node, "/outlet/api/touch").status()).isEqualTo(204);
                assertThat(alice.get(node, "/slow/api/get?name=where").body()).isEqualTo("slow");
            }
        }
    }

    /** While the table is locked, a look-up that asks it does not come back. */
    @OnBothTomcats
    void aHostileIdCostsNoQuery(TomcatLine line) throws SQLException {
        TwoNodes nodes = TwoNodes.strict(line);
        int before = nodes.one().log().length();
        try (var connection = nodes.database().connect();
                var statement = connection.createStatement();
                var mallory = new EagerClient()) {
            connection.setAutoCommit(false);
            statement.execute("lock table tomcat_sessions in access exclusive mode");
            for (String id : HOSTILE) {
                assertThat(mallory.send(nodes.one(), "GET", "/shop/api/touch", Map.of("Cookie", "JSESSIONID=" + id))
                                .status())
                        .as(id)
                        .isEqualTo(204);
                if (id.chars().allMatch(letter -> letter > ' ' && letter < 127 && letter != '\\')) {
                    assertThat(mallory.get(nodes.one(), "/shop/api/touch;jsessionid=" + id)
                                    .status())
                            .isEqualTo(204);
                }
            }
            var guesser = new Visitor()
                    .patience(Duration.ofSeconds(1))
                    .withSessionCookie(
                            "0123456789ABCDEF0123456789ABCDEF." + nodes.one().name());
            assertThatThrownBy(() -> guesser.on(nodes.one()).touch())
                    .as("this one asks")
                    .isNotNull();
            connection.rollback();
        }
        assertThat(nodes.one().log().substring(before)).doesNotContain("SEVERE");
    }

    private static long validRows(TwoNodes nodes, Visitor visitor) {
        return nodes.database()
                .count(
                        "tomcat_sessions where valid_session = '1' and session_id = ?",
                        visitor.sessionCookie().orElseThrow());
    }
}
