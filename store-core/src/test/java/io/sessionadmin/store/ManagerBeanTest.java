package io.sessionadmin.store;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.modeler.ManagedBean;
import org.apache.tomcat.util.modeler.Registry;
import org.apache.tomcat.util.modeler.modules.MbeansDescriptorsDigesterSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What JMX shows of a manager of ours, held against Tomcat's own. */
final class ManagerBeanTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final Path DESCRIPTORS = Path.of("src/main/resources/io/sessionadmin/store/mbeans-descriptors.xml");

    /** Gone in Tomcat 11. */
    private static final String DUPLICATES = "duplicates";

    private static final Map<String, String> OWN = Map.of(
            "coherence", "java.lang.String",
            "touchInterval", "int",
            "sessionLocking", "java.lang.String",
            "onStoreUnavailable", "java.lang.String",
            "node", "java.lang.String");

    private final List<Tomcat> started = new ArrayList<>();

    @AfterEach
    void stopAll() throws Exception {
        for (Tomcat tomcat : started) {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    @Test
    void withoutADescriptorTomcatOffersToEmptyTheStore() throws Exception {
        PersistentManagerBase manager = started(new StandIn());

        assertThat(SERVER.getMBeanInfo(manager.getObjectName()).getOperations())
                .extracting(MBeanOperationInfo::getName)
                .contains("clearStore", "unload", "stop");
    }

    @Test
    void ourDescriptorShowsWhatTomcatsDoesAndHowSessionsAreShared() throws Exception {
        MBeanInfo tomcats = SERVER.getMBeanInfo(started(new PersistentManager()).getObjectName());
        MBeanInfo ours = described(started(new StandIn())).getMBeanInfo();

        Map<String, String> expected = attributes(tomcats);
        expected.remove(DUPLICATES);
        OWN.forEach((name, type) -> expected.put(name, type + " read-only"));
        assertThat(attributes(ours)).isEqualTo(expected);
        assertThat(operations(ours)).isEqualTo(operations(tomcats));
    }

    @Test
    void everythingThatIsDescribedCanBeReadAndSaysWhatItIs() throws Exception {
        PersistentManagerBase manager = started(new StandIn());
        DynamicMBean bean = described(manager);

        for (MBeanAttributeInfo attribute : bean.getMBeanInfo().getAttributes()) {
            Object value = bean.getAttribute(attribute.getName());
            if (value != null) {
                assertThat(value.getClass().getSimpleName())
                        .as(attribute.getName())
                        .isEqualTo(boxed(attribute.getType()));
            }
            assertThat(attribute.getDescription()).as(attribute.getName()).hasSizeGreaterThan(10);
        }
        assertThat(bean.getAttribute("coherence")).isEqualTo("strict");
        assertThat(bean.getAttribute("touchInterval")).isEqualTo(60);
        assertThat(bean.invoke("listSessionIds", new Object[0], new String[0])).isEqualTo("");
        String id = manager.createSession(null).getId();
        assertThat(bean.invoke("isLoaded", new Object[] {id}, new String[] {"java.lang.String"}))
                .isEqualTo(true);
    }

    private static String boxed(String type) {
        return switch (type) {
            case "int" -> "Integer";
            case "long" -> "Long";
            case "boolean" -> "Boolean";
            default -> type.substring(type.lastIndexOf('.') + 1);
        };
    }

    /** As Tomcat describes a manager of the class that our file names. */
    private static DynamicMBean described(PersistentManagerBase manager) throws Exception {
        Registry registry = Registry.getRegistry(null);
        try (InputStream in = Files.newInputStream(DESCRIPTORS)) {
            new MbeansDescriptorsDigesterSource().loadDescriptors(registry, null, in);
        }
        ManagedBean managed = registry.findManagedBean("io.sessionadmin.store.SharedPersistentManager");
        return managed.createMBean(manager);
    }

    private PersistentManagerBase started(PersistentManagerBase manager) throws Exception {
        Tomcat tomcat = new Tomcat();
        Path base = Files.createTempDirectory("embedded");
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina" + started.size());
        StandardContext context = (StandardContext) tomcat.addContext("/shop", base.toString());
        context.setManager(manager);
        started.add(tomcat);
        tomcat.start();
        return manager;
    }

    private static Map<String, String> attributes(MBeanInfo bean) {
        return Arrays.stream(bean.getAttributes())
                .filter(a -> !a.getName().equals("modelerType"))
                .collect(toMap(
                        MBeanAttributeInfo::getName, a -> a.getType() + (a.isWritable() ? " writable" : " read-only")));
    }

    private static Map<String, String> operations(MBeanInfo bean) {
        return Arrays.stream(bean.getOperations())
                .collect(toMap(
                        MBeanOperationInfo::getName,
                        o -> o.getReturnType()
                                + Arrays.stream(o.getSignature())
                                        .map(p -> p.getType())
                                        .toList()));
    }

    /** A manager of our own package, with the attributes that ours has beyond Tomcat's. */
    public static final class StandIn extends PersistentManagerBase {

        @Override
        public String getName() {
            return "StandIn";
        }

        public String getCoherence() {
            return "strict";
        }

        public int getTouchInterval() {
            return 60;
        }

        public String getSessionLocking() {
            return "none";
        }

        public String getOnStoreUnavailable() {
            return "error";
        }

        public String getNode() {
            return "tc-1";
        }
    }
}
