package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.store.StoreGauges.Backlog;
import io.sessionadmin.store.StoreGauges.Pool;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.PersistentManager;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store's bean beside the manager's, in a Tomcat in this JVM. */
final class StoreMBeansTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private final StoreStatistics statistics = new StoreStatistics();
    private final FakeGauges gauges = new FakeGauges();
    private final List<Tomcat> started = new ArrayList<>();

    @AfterEach
    void stopAll() throws Exception {
        for (Tomcat tomcat : started) {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/shop", "/shop##2", "/a/b"})
    void itsNameIsTheManagersWithAnotherType(String path) throws Exception {
        Context context = context(path);
        StoreMBeans.register(context, statistics, gauges);
        String managers =
                ((PersistentManager) context.getManager()).getObjectName().getCanonicalName();

        assertThat(StoreMBeans.name(context).getCanonicalName())
                .isEqualTo(managers.replace("type=Manager", "type=Store"));
        assertThat(SERVER.isRegistered(StoreMBeans.name(context))).isTrue();
        StoreMBeans.unregister(context);
        assertThat(SERVER.isRegistered(StoreMBeans.name(context))).isFalse();
        StoreMBeans.unregister(context);
    }

    @Test
    void tomcatHasNoBeanOfThatTypeItself() throws Exception {
        context("/shop");
        assertThat(SERVER.queryNames(new ObjectName("*:type=Store,*"), null)).isEmpty();
    }

    @Test
    void aLaterStartTakesThePlaceOfABeanThatWasLeftBehind() throws Exception {
        Context context = context("/shop");
        StoreMBeans.register(context, new StoreStatistics(), gauges);
        statistics.touched(5);
        StoreMBeans.register(context, statistics, gauges);

        assertThat(SERVER.getAttribute(StoreMBeans.name(context), "Touches")).isEqualTo(5L);
        StoreMBeans.unregister(context);
    }

    @Test
    void everyNumberReachesTheOtherEnd() throws Exception {
        Context context = context("/shop");
        statistics.savedBatch(4, statistics.start() - TimeUnit.MILLISECONDS.toNanos(40));
        statistics.looked();
        StoreMBeans.register(context, statistics, gauges);
        JdbcStoreMXBean bean = JMX.newMXBeanProxy(SERVER, StoreMBeans.name(context), JdbcStoreMXBean.class);

        assertThat(bean.getSaves()).isEqualTo(4);
        assertThat(bean.getBatches()).isEqualTo(1);
        assertThat(bean.getLastBatchSize()).isEqualTo(4);
        assertThat(bean.getLooks()).isEqualTo(1);
        assertThat(bean.getSaveMillisP50()).isBetween(40.0, 80.0);
        assertThat(bean.getSaveMillisMax()).isBetween(40.0, 80.0);
        assertThat(bean.getLoadMillisP99()).as("there was none").isEqualTo(-1);
        assertThat(bean.getLive()).isEqualTo(100);
        assertThat(bean.getAtRisk()).isEqualTo(9);
        assertThat(bean.getOverdue()).isEqualTo(3);
        assertThat(bean.getFailing()).isEqualTo(1);
        assertThat(bean.getOldestUnsavedSeconds()).isEqualTo(44);
        assertThat(bean.getListenState()).isEqualTo("listening");
        assertThat(bean.getPoolActive()).isEqualTo(2);
        assertThat(bean.getPoolIdle()).isEqualTo(1);
        assertThat(bean.getPoolWaiting()).isEqualTo(7);
        StoreMBeans.unregister(context);
    }

    @Test
    void aFailureIsShownWithItsTimeAndStaysWhenItIsOver() {
        JdbcStoreMXBean bean = new StoreBean(statistics, gauges);
        assertThat(bean.isStoreAvailable()).isTrue();
        assertThat(bean.getLastFailure()).isNull();

        gauges.failure = Optional.of(new StoreFailure("Connection refused", Instant.parse("2026-01-02T03:04:05Z"), 3));
        gauges.lastFailure = gauges.failure;
        assertThat(bean.isStoreAvailable()).isFalse();
        assertThat(bean.getLastFailure()).isEqualTo("Connection refused (3 times, first at 2026-01-02T03:04:05Z)");

        gauges.failure = Optional.empty();
        assertThat(bean.isStoreAvailable()).isTrue();
        assertThat(bean.getLastFailure()).startsWith("Connection refused");
    }

    @Test
    void aDataSourceOfTheOperatorsHasNoPoolThatWeKnow() {
        gauges.pool = Optional.empty();
        JdbcStoreMXBean bean = new StoreBean(statistics, gauges);

        assertThat(List.of(bean.getPoolActive(), bean.getPoolIdle(), bean.getPoolWaiting()))
                .containsOnly(-1);
    }

    @Test
    void readingAllNumbersLooksAtTheSessionsOnce() {
        AtomicLong nanos = new AtomicLong();
        JdbcStoreMXBean bean = new StoreBean(statistics, gauges, nanos::get);
        readAll(bean);
        readAll(bean);
        assertThat(gauges.asked).hasValue(1);

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_001));
        readAll(bean);
        assertThat(gauges.asked).hasValue(2);
    }

    @Test
    void nothingCanBeChangedOrCalled() throws Exception {
        Context context = context("/shop");
        StoreMBeans.register(context, statistics, gauges);
        var description = SERVER.getMBeanInfo(StoreMBeans.name(context));

        assertThat(description.getOperations()).isEmpty();
        assertThat(description.getAttributes()).noneMatch(MBeanAttributeInfo::isWritable);
        StoreMBeans.unregister(context);
    }

    private static void readAll(JdbcStoreMXBean bean) {
        assertThat(List.of(
                        bean.getLive(),
                        bean.getAtRisk(),
                        bean.getOverdue(),
                        bean.getFailing(),
                        bean.getOldestUnsavedSeconds()))
                .containsExactly(100L, 9L, 3L, 1L, 44L);
    }

    private Context context(String name) throws Exception {
        Tomcat tomcat = new Tomcat();
        started.add(tomcat);
        Path base = Files.createTempDirectory("embedded");
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        tomcat.getEngine().setName("Catalina");
        String path = name.replaceFirst("##.*", "");
        StandardContext context = (StandardContext) tomcat.addContext(tomcat.getHost(), path, name, base.toString());
        context.setManager(new PersistentManager());
        tomcat.start();
        return context;
    }

    private static final class FakeGauges implements StoreGauges {
        final AtomicInteger asked = new AtomicInteger();
        Optional<StoreFailure> failure = Optional.empty();
        Optional<StoreFailure> lastFailure = Optional.empty();
        Optional<Pool> pool = Optional.of(new Pool(2, 1, 7));

        @Override
        public Backlog backlog() {
            asked.incrementAndGet();
            return new Backlog(100, 9, 3, 1, 44, "it is away");
        }

        @Override
        public String listenState() {
            return "listening";
        }

        @Override
        public Optional<StoreFailure> failure() {
            return failure;
        }

        @Override
        public Optional<StoreFailure> lastFailure() {
            return lastFailure;
        }

        @Override
        public Optional<Pool> pool() {
            return pool;
        }
    }
}
