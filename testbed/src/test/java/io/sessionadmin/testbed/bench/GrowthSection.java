package io.sessionadmin.testbed.bench;

import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardSession;

/**
 * Whether anything grows while visitors come and go: two nodes with strict and two with sticky coherence in this JVM, a
 * steady number of visitors who read, change, log out, or stay away, and the heap and the rows each minute.
 */
final class GrowthSection implements Section {

    private static final int VISITORS = 2_000;
    private static final int REQUESTS_A_SECOND = 200;

    /** Seconds after which those who stay away are gone. */
    private static final int MAX_INACTIVE = 60;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String title() {
        return "Ten minutes of visitors who come and go";
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        int minutes = Integer.getInteger("bench.minutes", options.quick() ? 2 : 10);
        List<List<String>> lines = new ArrayList<>();
        List<Long> heaps = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (TestDatabase database = postgres.database();
                Pair strict = new Pair(database, "strict");
                Pair sticky = new Pair(database, "sticky")) {
            for (int minute = 0; minute <= minutes; minute++) {
                if (minute > 0) {
                    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
                    List<Future<?>> both = List.of(
                            threads.submit(() -> strict.visitUntil(until)),
                            threads.submit(() -> sticky.visitUntil(until)));
                    for (Future<?> each : both) {
                        each.get();
                    }
                }
                heaps.add(Heap.used());
                lines.add(line(minute, strict, sticky, heaps.get(minute)));
            }
        } finally {
            threads.shutdown();
        }
        describe(lines, heaps, report);
    }

    private static List<String> line(int minute, Pair strict, Pair sticky, long heap) {
        return List.of(
                Integer.toString(minute),
                number(strict.requests + sticky.requests),
                number(strict.began + sticky.began),
                number(strict.live() + sticky.live()),
                number(strict.rows("1") + sticky.rows("1")),
                number(strict.rows("0") + sticky.rows("0")),
                number(Thread.activeCount()),
                String.format(Locale.ROOT, "%.1f", heap / 1e6));
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static void describe(List<List<String>> lines, List<Long> heaps, Report report) {
        report.paragraph(String.format(
                        Locale.ROOT,
                        "Two nodes with strict and two with sticky coherence in one JVM, %,d visitors of each with sessions of"
                                + " 2 kB, %d requests a second of each: 70 %% read, 25 %% change an attribute, 3 %% log out,"
                                + " 2 %% stay away and expire after %d s; for each who goes another one comes. Sticky visitors are on one"
                                + " node, of 100 requests one goes astray. Each 5 s has a background pass. The heap is that after collections.",
                        VISITORS,
                        REQUESTS_A_SECOND,
                        MAX_INACTIVE))
                .table(
                        List.of(
                                "minute",
                                "requests",
                                "sessions begun",
                                "in memory, all nodes",
                                "rows",
                                "tombstones",
                                "threads",
                                "heap MB"),
                        lines);
        if (heaps.size() > 6) {
            double third = heaps.get(3) / 1e6;
            double last = heaps.get(heaps.size() - 1) / 1e6;
            report.paragraph(String.format(
                    Locale.ROOT,
                    "From the third minute, when as many expire as come, to the last one the heap changed by %+.1f MB.",
                    Math.round(10 * (last - third)) / 10.0 + 0.0)); // no minus before a zero
        }
    }

    /** Two nodes with their visitors. One thread at a time. */
    private static final class Pair implements AutoCloseable {

        private final TestDatabase database;
        private final String table;
        private final boolean strict;
        private final List<EmbeddedTomcat> tomcats = new ArrayList<>();
        private final List<StandardContext> contexts = new ArrayList<>();
        private final List<SharedPersistentManager> nodes = new ArrayList<>();
        private final String[] visitors = new String[VISITORS];
        private final Random random = new Random(7);
        private long requests;
        private long began;

        Pair(TestDatabase database, String coherence) throws Exception {
            this.database = database;
            table = "growth_" + coherence;
            strict = coherence.equals("strict");
            for (String node : List.of("a", "b")) {
                SharedPersistentManager manager = JdbcStores.shared(database, table, coherence);
                manager.setProperty("node", node);
                manager.setProperty("touchInterval", "10");
                manager.setMaxIdleBackup(5);
                manager.setProcessExpiresFrequency(1);
                EmbeddedTomcat tomcat = new EmbeddedTomcat();
                tomcats.add(tomcat);
                contexts.add(tomcat.add("/growth", manager));
                nodes.add(manager);
            }
            for (int i = 0; i < VISITORS; i++) {
                begin(i);
            }
        }

        private SharedPersistentManager node(int visitor) {
            return nodes.get(strict || random.nextInt(100) == 0 ? random.nextInt(2) : visitor % 2);
        }

        private void begin(int visitor) {
            StandardSession session = (StandardSession) node(visitor).createSession(null);
            session.access();
            session.setMaxInactiveInterval(MAX_INACTIVE);
            Payload.of(2 << 10, began).changes(Operation.NEW).forEach(session::setAttribute);
            session.endAccess();
            visitors[visitor] = session.getIdInternal();
            began++;
        }

        /**
         * At a steady pace, with a background pass of each node every five seconds.
         *
         * @return requests so far
         */
        long visitUntil(long until) throws IOException, InterruptedException {
            for (long second = 1; System.nanoTime() < until; second++) {
                long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                for (int i = 0; i < REQUESTS_A_SECOND; i++) {
                    request(random.nextInt(VISITORS));
                }
                if (second % 5 == 0) {
                    nodes.forEach(SharedPersistentManager::backgroundProcess);
                }
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
            return requests;
        }

        private void request(int visitor) throws IOException {
            requests++;
            int dice = random.nextInt(100);
            StandardSession session = (StandardSession) node(visitor).findSession(visitors[visitor]);
            if (session == null || dice < 2) {
                begin(visitor); // who was here stays away from now on, or has for too long
                return;
            }
            session.access();
            if (dice < 5) {
                session.invalidate();
                begin(visitor);
                return;
            }
            if (dice < 30) {
                session.setAttribute(Payload.SMALL, "page " + requests);
            }
            session.endAccess();
        }

        long live() {
            return nodes.stream()
                    .mapToLong(SharedPersistentManager::getActiveSessions)
                    .sum();
        }

        long rows(String valid) {
            return database.count(table + " where valid_session = ?", valid);
        }

        @Override
        public void close() throws LifecycleException {
            for (int i = 0; i < nodes.size(); i++) {
                tomcats.get(i).remove(contexts.get(i));
                tomcats.get(i).close();
            }
        }
    }
}
