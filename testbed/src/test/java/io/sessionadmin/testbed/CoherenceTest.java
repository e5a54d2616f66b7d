package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** coherence="strict": any request may reach any node, in any order, and finds what the one before it has done. */
final class CoherenceTest {
    private static final int ROUNDS = 4;
    private static final List<String> ANSWERS = List.of(
            "plain",
            "exact",
            "flushed",
            "closed",
            "large",
            "large_exact",
            "empty",
            "redirect",
            "error",
            "error_page",
            "thrown",
            "thrown_page",
            "late",
            "async",
            "async_exact",
            "async_dispatch",
            "forward",
            "after_forward",
            "include",
            "cross_forward",
            "cross_include");

    /** A way to ask, and to be answered. */
    private record Way(String answer, String method, Map<String, String> headers) {}

    @OnBothTomcats
    void aClientThatAlternatesBetweenNodesReadsItsOwnWrites(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var ways = new TreeMap<String, Way>();
        ANSWERS.forEach(answer -> ways.put(answer, new Way(answer, "GET", Map.of())));
        ways.put("plain to HEAD", new Way("plain", "HEAD", Map.of()));
        ways.put("exact to HEAD", new Way("exact", "HEAD", Map.of()));
        for (String answer : List.of("plain", "exact", "flushed", "large", "late")) {
            ways.put(answer + " with gzip", new Way(answer, "GET", Map.of("Accept-Encoding", "gzip")));
        }
        var expected = new TreeMap<String, String>();
        ways.forEach((name, way) -> expected.put(
                name,
                "n=" + ROUNDS
                        + (way.answer().endsWith("_page") ? " pages=" + ROUNDS : "")
                        + (way.answer().startsWith("cross_") ? " there=" + ROUNDS : "")));
        assertThat(alternate(nodes, ways)).isEqualTo(expected);
    }

    /** Several visitors at once, since most of the time goes by in saves that are slow on purpose. */
    private static Map<String, String> alternate(TwoNodes nodes, Map<String, Way> ways) {
        var counted = new TreeMap<String, CompletableFuture<String>>();
        var visitors = Executors.newFixedThreadPool(6);
        try {
            ways.forEach((name, way) ->
                    counted.put(name, CompletableFuture.supplyAsync(() -> alternate(nodes, way), visitors)));
            var results = new TreeMap<String, String>();
            counted.forEach((name, count) -> results.put(name, count.join()));
            return results;
        } finally {
            visitors.shutdown();
        }
    }

    private static String alternate(TwoNodes nodes, Way way) {
        try (var client = new EagerClient()) {
            client.get(nodes.two(), "/slow/api/put?name=color&value=green");
            for (int i = 0; i < ROUNDS; i++) {
                client.send(
                        nodes.at(i),
                        way.method(),
                        "/slow/api/count?name=n&other=/outlet&answer=" + way.answer(),
                        way.headers());
            }
            var seen = new StringBuilder();
            seen.append("n=" + client.get(nodes.one(), "/slow/api/get?name=n").body());
            if (way.answer().endsWith("_page")) {
                seen.append(" pages="
                        + client.get(nodes.one(), "/slow/api/get?name=pages").body());
            }
            if (way.answer().startsWith("cross_")) {
                seen.append(" there="
                        + client.get(nodes.one(), "/outlet/api/get?name=n").body());
            }
            return seen.toString();
        } catch (UncheckedIOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @OnBothTomcats
    void eachStepOfAFormLoginMayReachAnotherNode(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        for (int first = 0; first < 2; first++) {
            try (var alice = new EagerClient()) {
                assertThat(alice.get(nodes.at(first), "/slow/members").body()).contains("Members only");
                var checked = alice.get(
                        nodes.at(first + 1),
                        "/slow/j_security_check?j_username=alice&j_password="
                                + nodes.one().password());
                assertThat(checked.headers()).containsEntry("location", "/slow/members");
                assertThat(alice.get(nodes.at(first), "/slow/members").body()).contains("<p id=\"member\">alice</p>");
                assertThat(alice.get(nodes.at(first + 1), "/slow/members").body())
                        .contains("<p id=\"member\">alice</p>");
            }
        }
    }

    @Test
    void anAccessorReadsAndWritesWhatOtherNodesDo() {
        TwoNodes nodes = TwoNodes.strict(TomcatLine.TOMCAT_11);
        try (var alice = new EagerClient();
                var socket = new EagerClient()) {
            alice.get(nodes.one(), "/slow/api/shelve?name=n");
            socket.get(nodes.one(), "/slow/api/countshelved?name=n");
            assertThat(alice.get(nodes.two(), "/slow/api/get?name=n").body()).isEqualTo("1");
            alice.get(nodes.two(), "/slow/api/count?name=n");
            socket.get(nodes.one(), "/slow/api/countshelved?name=n");
            assertThat(alice.get(nodes.two(), "/slow/api/get?name=n").body()).isEqualTo("3");
        }
    }

    @OnBothTomcats
    void whatIsChangedInPlaceIsSeenOnTheOtherNode(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        try (var alice = new EagerClient()) {
            for (int i = 0; i < 4; i++) {
                alice.get(nodes.at(i), "/slow/api/wish?name=wishes&occasion=birthday&wish=" + i);
            }
            for (TomcatNode node : nodes.both()) {
                assertThat(alice.get(node, "/slow/api/get?name=wishes").body()).isEqualTo("{birthday=[0, 1, 2, 3]}");
            }
        }
    }

    @OnBothTomcats
    void whatIsOnlyReadIsNotWritten(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).wish("wishes", "birthday", "lamp");
        alice.on(nodes.one()).addToCart("book");
        String saved = row(nodes, alice);
        for (int i = 0; i < 6; i++) {
            assertThat(alice.on(nodes.at(i)).get("wishes")).isEqualTo("{birthday=[lamp]}");
            assertThat(alice.on(nodes.at(i)).cart()).isEqualTo("1 book");
        }
        assertThat(row(nodes, alice)).isEqualTo(saved);
    }

    private static String row(TwoNodes nodes, Visitor visitor) {
        return nodes.database()
                .rows(
                        "select version, saved_at, md5(session_data) from tomcat_sessions where session_id = ?",
                        visitor.sessionCookie().orElseThrow())
                .toString();
    }

    @OnBothTomcats
    void listenersHearOfASessionOnceAndOfAttributesWhereTheyAreChanged(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        Visit atOne = alice.on(nodes.one());
        Visit atTwo = alice.on(nodes.two());
        Events one = Events.of(atOne);
        Events two = Events.of(atTwo);

        atOne.put("color", "green");
        assertThat(Events.of(atOne)).isEqualTo(one.plus(1, 1, 0));
        assertThat(atTwo.get("color")).isEqualTo("green");
        assertThat(Events.of(atTwo)).isEqualTo(two);

        atTwo.put("color", "blue");
        atTwo.put("size", "M");
        assertThat(Events.of(atTwo)).isEqualTo(two.plus(0, 1, 1));
        assertThat(atOne.get("color")).isEqualTo("blue");
        assertThat(Events.of(atOne)).isEqualTo(one.plus(1, 1, 0));
    }

    /** What the listeners of one node have counted. */
    private record Events(int created, int added, int replaced) {
        static Events of(Visit visit) {
            List<Integer> attributes = numbers(visit.attributeEvents());
            return new Events(numbers(visit.events()).get(0), attributes.get(0), attributes.get(1));
        }

        private static List<Integer> numbers(String report) {
            return Pattern.compile("\\d+")
                    .matcher(report)
                    .results()
                    .map(number -> Integer.parseInt(number.group()))
                    .toList();
        }

        Events plus(int created, int added, int replaced) {
            return new Events(this.created + created, this.added + added, this.replaced + replaced);
        }
    }
}
