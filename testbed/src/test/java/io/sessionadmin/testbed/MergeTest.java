package io.sessionadmin.testbed;

import static io.sessionadmin.testbed.TwoNodes.LONG;
import static io.sessionadmin.testbed.TwoNodes.allDone;
import static io.sessionadmin.testbed.TwoNodes.meanwhile;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Requests of one session that overlap, on one node and on two: each of them has read before any of them writes. */
final class MergeTest {
    @OnBothTomcats
    void changesOfDifferentAttributesOnTwoNodesAllSurvive(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        assertAllSurvive(nodes, List.of(nodes.one(), nodes.two(), nodes.one(), nodes.two(), nodes.one(), nodes.two()));
    }

    @OnBothTomcats
    void changesOfDifferentAttributesOnOneNodeAllSurvive(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        assertAllSurvive(nodes, List.of(nodes.one(), nodes.one(), nodes.one(), nodes.one()));
    }

    private static void assertAllSurvive(TwoNodes nodes, List<TomcatNode> where) {
        var alice = new Visitor();
        alice.on(nodes.one()).put("gone", "soon");
        alice.on(nodes.two()).put("stays", "as it is");
        var requests = new ArrayList<CompletableFuture<Void>>();
        requests.add(meanwhile(() -> alice.on(nodes.two()).pausing(LONG).remove("gone")));
        for (int i = 0; i < where.size(); i++) {
            Visit visit = alice.on(where.get(i)).pausing(LONG);
            String name = "tab-" + i;
            requests.add(meanwhile(() -> visit.put(name, name)));
        }
        int onOne = (int) where.stream().filter(nodes.one()::equals).count();
        nodes.resume("/shop", onOne, where.size() - onOne + 1);
        allDone(requests);

        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node).get("stays")).isEqualTo("as it is");
            assertThat(alice.on(node).get("gone")).isNull();
            for (int i = 0; i < where.size(); i++) {
                assertThat(alice.on(node).get("tab-" + i)).isEqualTo("tab-" + i);
            }
        }
    }

    @OnBothTomcats
    void ofChangesOfTheSameAttributeOneWinsOnAllNodes(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "none");
        allDone(overlapping(
                nodes,
                () -> alice.on(nodes.one()).pausing(LONG).put("color", "green"),
                () -> alice.on(nodes.two()).pausing(LONG).put("color", "blue")));
        String winner = alice.on(nodes.one()).get("color");
        assertThat(winner).isIn("green", "blue");
        assertThat(alice.on(nodes.two()).get("color")).isEqualTo(winner);
    }

    @OnBothTomcats
    void aSlowRequestThatOnlyReadsOverwritesNothing(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).put("color", "green");
        alice.on(nodes.one()).put("size", "M");
        var readers = List.of(
                meanwhile(() -> alice.on(nodes.one()).pausing(LONG).get("color")),
                meanwhile(() -> alice.on(nodes.two()).pausing(LONG).get("color")));
        nodes.awaitPaused("/shop", 1, 1);
        alice.on(nodes.one()).put("color", "blue");
        alice.on(nodes.two()).remove("size");
        nodes.resume("/shop", 1, 1);
        allDone(readers);
        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node).get("color")).isEqualTo("blue");
            assertThat(alice.on(node).get("size")).isNull();
        }
    }

    @OnBothTomcats
    void aSlowChangeKeepsWhatWasSavedMeanwhile(TomcatLine line) {
        TwoNodes nodes = TwoNodes.strict(line);
        var alice = new Visitor();
        alice.on(nodes.one()).wish("wishes", "birthday", "lamp");
        alice.on(nodes.one()).put("color", "green");
        var slow = meanwhile(() -> alice.on(nodes.two()).pausing(LONG).put("size", "M"));
        nodes.awaitPaused("/shop", 0, 1);
        alice.on(nodes.one()).put("color", "blue");
        alice.on(nodes.one()).wish("wishes", "birthday", "mug");
        nodes.resume("/shop", 0, 1);
        slow.join();
        for (TomcatNode node : nodes.both()) {
            assertThat(alice.on(node).get("color")).isEqualTo("blue");
            assertThat(alice.on(node).get("size")).isEqualTo("M");
            assertThat(alice.on(node).get("wishes")).isEqualTo("{birthday=[lamp, mug]}");
        }
    }

    private static List<CompletableFuture<Void>> overlapping(TwoNodes nodes, Runnable onOne, Runnable onTwo) {
        var requests = List.of(meanwhile(onOne), meanwhile(onTwo));
        nodes.resume("/shop", 1, 1);
        return requests;
    }
}
