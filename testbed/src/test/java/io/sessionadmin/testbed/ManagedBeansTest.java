package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an operator graphs, as Tomcat's JMXProxyServlet shows it. */
final class ManagedBeansTest {
    private static final Pattern ATTRIBUTE = Pattern.compile("(?m)^(\\w+): (.*?)\\r?$");

    @OnBothTomcats
    void theStoresBeanCountsWhatIsDone(TomcatLine line) {
        Cluster nodes = Cluster.three(line);
        TomcatNode one = nodes.node(0);
        Map<String, String> before = bean(one, "Store", "/deaf");
        var alice = new Visitor();
        alice.on(one, "/deaf").put("color", "green");
        alice.on(one, "/deaf").get("color");
        alice.on(nodes.node(1), "/deaf").put("size", "M");
        alice.on(one, "/deaf").names();
        alice.on(one, "/deaf").logout();
        Map<String, String> after = bean(one, "Store", "/deaf");
        assertThat(grown(before, after, "Saves")).isEqualTo(1);
        assertThat(grown(before, after, "Loads"))
                .as("the row that another node wrote")
                .isEqualTo(1);
        assertThat(grown(before, after, "Looks")).isGreaterThanOrEqualTo(3);
        assertThat(grown(before, after, "Failures")).isZero();
        assertThat(after)
                .containsEntry("ListenState", "off")
                .containsEntry("StoreAvailable", "true")
                .containsEntry("AtRisk", "0")
                .containsKeys(
                        "Touches",
                        "Conflicts",
                        "Retries",
                        "Invalidated",
                        "Reaped",
                        "LastBatchSize",
                        "SaveMillisP50",
                        "SaveMillisP99",
                        "OldestUnsavedSeconds",
                        "PoolActive");
        assertThat(bean(one, "Store", "/shop")).containsEntry("ListenState", "listening");
        nodes.assertNoLogHas(nodesVisitor(one), "/deaf");
    }

    @OnBothTomcats
    void theManagersBeanIsAsTomcats(TomcatLine line) {
        TomcatNode one = Cluster.three(line).node(0);
        nodesVisitor(one);
        Map<String, String> manager = bean(one, "Manager", "/deaf");
        assertThat(manager)
                .containsEntry("className", "io.sessionadmin.store.SharedPersistentManager")
                .containsEntry("coherence", "strict")
                .containsEntry("stateName", "STARTED")
                .containsEntry("node", one.name());
        assertThat(Integer.parseInt(manager.get("activeSessions"))).isPositive();
        assertThat(bean(one, "Manager", "/sticky")).containsEntry("coherence", "sticky");
    }

    private static Visitor nodesVisitor(TomcatNode node) {
        var visitor = new Visitor();
        visitor.on(node, "/deaf").put("color", "green");
        return visitor;
    }

    private static long grown(Map<String, String> before, Map<String, String> after, String name) {
        return Long.parseLong(after.get(name)) - Long.parseLong(before.get(name));
    }

    private static Map<String, String> bean(TomcatNode node, String type, String context) {
        String answer = Cluster.jmx(
                node,
                "qry=Catalina%3Atype%3D" + type + "%2Chost%3Dlocalhost%2Ccontext%3D" + context.replace("/", "%2F"));
        assertThat(answer).startsWith("OK - Number of results: 1");
        var attributes = new TreeMap<String, String>();
        Matcher attribute = ATTRIBUTE.matcher(answer);
        while (attribute.find()) {
            attributes.put(attribute.group(1), attribute.group(2).strip());
        }
        return attributes;
    }
}
