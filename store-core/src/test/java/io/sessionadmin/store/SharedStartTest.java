package io.sessionadmin.store;

import static io.sessionadmin.store.SharedTomcats.STICKY;
import static io.sessionadmin.store.SharedTomcats.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sessionadmin.store.SharedTomcat.Visit;
import io.sessionadmin.table.Postgres;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a manager that shares sessions starts and stops, alone and beside others in one host. */
final class SharedStartTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @RegisterExtension
    final SharedTomcats nodes = new SharedTomcats();

    @Test
    void aManagerThatFailedToStartLeavesTheValveToTheOthersOfItsHost() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        Host host = one.tomcat.getHost();
        assertThat(gates(host)).isOne();

        StandardContext broken = beside(one, "/broken", Map.of("coherence", "loose"));
        for (int i = 0; i < 2; i++) {
            try {
                broken.start();
            } catch (LifecycleException e) {
                assertThat(e).isNotNull();
            }
            assertThat(broken.getState().isAvailable()).isFalse();
            assertThat(gates(host)).isOne();
        }
        host.removeChild(broken); // undeployed
        assertThat(gates(host)).isOne();
    }

    @Test
    void theLastManagerOfAHostTakesTheValveAway() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        Host host = one.tomcat.getHost();
        StandardContext other = beside(one, "/other", STRICT);
        other.start();
        assertThat(gates(host)).isOne();

        other.stop();
        assertThat(gates(host)).isOne();
        one.stopContext();
        assertThat(gates(host)).isZero();
        one.startContext();
        assertThat(gates(host)).isOne();
    }

    @Test
    void whatIsWrongIsSaidByTheStartInOneLine() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        assertRefused(
                one, Map.of("coherense", "sticky"), "/c1: <Manager coherense=\"sticky\">: there is no such attribute");
        assertRefused(
                one,
                Map.of("touchInterval", "0"),
                "/c2: <Manager touchInterval=\"0\">: use a number of seconds from 1 to 3600");
    }

    private int refused;

    private void assertRefused(SharedTomcat one, Map<String, String> attributes, String message) {
        StandardContext context = beside(one, "/c" + ++refused, attributes);
        SharedPersistentManager manager = (SharedPersistentManager) context.getManager();
        assertThatThrownBy(manager::start)
                .isInstanceOf(LifecycleException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aStartThatFailsLateLeavesNoThread() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        Postgres.execute(nodes.database(), "drop table tomcat_sessions_locks");
        StandardContext late = beside(one, "/late", Map.of("sessionLocking", "cluster"));
        SharedPersistentManager manager = (SharedPersistentManager) late.getManager();
        ((JdbcStore) manager.getStore()).setProperty("schema", "validate");
        long before = threads();
        assertThatThrownBy(manager::start)
                .isInstanceOf(LifecycleException.class)
                .hasMessageContaining("<Manager sessionLocking=\"cluster\">: there is no table");
        assertThat(threads()).isEqualTo(before);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("session-store "))
                .count();
    }

    @Test
    void anotherStoreIsRefused() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        StandardContext context = beside(one, "/files", STRICT);
        SharedPersistentManager manager = (SharedPersistentManager) context.getManager();
        manager.setStore(new FileStore());
        assertThatThrownBy(manager::start)
                .isInstanceOf(LifecycleException.class)
                .hasMessageContaining("it needs a <Store className=\"io.sessionadmin.store.JdbcStore\"> inside");
    }

    @Test
    void theStoresBeanIsThereWhileTheContextRuns() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        ObjectName name = StoreMBeans.name(one.context);
        JdbcStoreMXBean bean = JMX.newMXBeanProxy(SERVER, name, JdbcStoreMXBean.class);
        one.newSession("cart", "book");
        assertThat(bean.getLive()).isOne();
        assertThat(bean.getAtRisk()).isOne();
        assertThat(bean.isStoreAvailable()).isTrue();
        assertThat(bean.getListenState()).isEqualTo("off");

        one.stopContext();
        assertThat(SERVER.isRegistered(name)).isFalse();
        one.startContext();
        assertThat(SERVER.isRegistered(name)).isTrue();
    }

    @Test
    void aStopSavesWhatIsNotSavedAndOneBadSessionKeepsNoOtherFromIt() throws Exception {
        SharedTomcat one = nodes.start(STICKY);
        SharedTomcat two = nodes.start(STICKY);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            SharedSession session = one.newSession("cart", "book " + i);
            if (i == 70) {
                session.setAttribute("poison", new Poison());
            } else {
                ids.add(session.getIdInternal());
            }
        }
        one.stopContext();
        assertThat(two.store.getSize()).isEqualTo(149);
        assertThat(ids).allSatisfy(id -> assertThat(two.stored(id, "cart")).isNotNull());
        assertThat(nodes.value("select count(*) from tomcat_sessions where held"))
                .isEqualTo("0");
    }

    @Test
    void withoutSaveOnRestartAStopLeavesTheRowsOfOthersAlone() throws Exception {
        SharedTomcat one = nodes.start(Map.of("saveOnRestart", "false"));
        SharedTomcat two = nodes.start(STRICT);
        String id = one.newSession("who", "ann").getIdInternal();
        try (Visit visit = two.visit(id)) {
            visit.session.setAttribute("there", 2);
        }
        one.stopContext();
        assertThat(one.told).isEmpty();
        assertThat(Objects.requireNonNull(two.find(id)).getAttribute("there")).isEqualTo(2);
    }

    /** A request that outlives its context may put a session there: with objects of the old class loader. */
    @Test
    void whatALateRequestLeavesInAStoppedManagerIsGoneAtTheNextStart() throws Exception {
        SharedTomcat one = nodes.start(STRICT);
        SharedSession session = one.newSession("who", "ann");
        String id = session.getIdInternal();
        one.stopContext();
        one.manager.add(session);
        one.startContext();
        assertThat(one.manager.copies()).isEmpty();
        assertThat(one.find(id)).isNotNull().isNotSameAs(session);
    }

    private StandardContext beside(SharedTomcat one, String path, Map<String, String> attributes) {
        StandardHost host = (StandardHost) one.tomcat.getHost();
        boolean startChildren = host.getStartChildren();
        host.setStartChildren(false);
        StandardContext context = (StandardContext) one.tomcat.addContext(path, one.context.getDocBase());
        host.setStartChildren(startChildren);
        SharedPersistentManager manager = new SharedPersistentManager();
        SharedTomcat.configure(manager, new JdbcStore(), one.database, "tc-1", attributes);
        context.setManager(manager);
        context.setBackgroundProcessorDelay(-1);
        return context;
    }

    private static long gates(Host host) {
        return Arrays.stream(host.getPipeline().getValves())
                .filter(ResponseGateValve.class::isInstance)
                .count();
    }

    /** Can never be saved. */
    private static final class Poison implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(java.io.ObjectOutputStream out) {
            throw new IllegalStateException("on purpose");
        }
    }
}
