package io.sessionadmin.console.model;

import io.sessionadmin.console.Postgres;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.SharedPersistentManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures pages of a context with 10,000 rows and 1,000 live sessions against those of one with 1,000,000 and 100,000, taking
 * turns. No test of a build, where others use the machine: {@code ./mvnw -pl admin-webapp -am test -Dtest=PageCosts
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
final class PageCosts {

    private static final int ROWS = Integer.getInteger("console.rows", 1_000_000);
    private static final int LIVE = Integer.getInteger("console.live", 100_000);
    private static final int TURNS = Integer.getInteger("console.turns", 9);

    /** An id of the usual length, in whose place the others are put into its stream. */
    private static final String MODEL = "MODEL".repeat(6) + "XX";

    private final Tomcat tomcat = new Tomcat();
    private final String url = Postgres.freshUrl();
    private final DataSource database = Postgres.of(url);

    PageCosts() throws Exception {}

    @Test
    void pages(@TempDir Path directory) throws Exception {
        tomcat.setBaseDir(Files.createDirectories(directory.resolve("base")).toString());
        tomcat.getEngine().setName("Catalina");
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        SharedPersistentManager small = context("small", directory);
        SharedPersistentManager large = context("large", directory);
        tomcat.start();
        try {
            fill("small", small, 10_000, 1_000);
            fill("large", large, ROWS, LIVE);
            // What has just been written is written out by whoever reads it next: no table that people rely on is like
            // that.
            Postgres.execute(database, "vacuum analyze tomcat_sessions");
            Postgres.execute(database, "checkpoint");
            measure();
            if (Boolean.getBoolean("console.halt")) {
                Runtime.getRuntime().exit(0);
            }
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private SharedPersistentManager context(String name, Path directory) {
        var context = (StandardContext) tomcat.addContext("/" + name, directory.toString());
        var store = new JdbcStore();
        Map.of(
                        "connectionURL", url,
                        "schema", "create",
                        "sessionTable", "tomcat_sessions",
                        "sessionAppCol", "app_name",
                        "sessionIdCol", "session_id",
                        "sessionDataCol", "session_data",
                        "sessionValidCol", "valid_session",
                        "sessionMaxInactiveCol", "max_inactive",
                        "sessionLastAccessedCol", "last_access")
                .forEach((key, value) -> IntrospectionUtils.setProperty(store, key, value));
        var manager = new SharedPersistentManager();
        IntrospectionUtils.setProperty(manager, "node", "here");
        IntrospectionUtils.setProperty(manager, "coherence", "sticky");
        manager.setMaxIdleBackup(30);
        manager.setStore(store);
        context.setManager(manager);
        return manager;
    }

    /**
     * Each tenth row is live, each fiftieth a tombstone, each second has a user, with 200 sessions each in both contexts, and
     * they were used over the last hour. So there is a full page of each kind in both.
     */
    private void fill(String name, SharedPersistentManager manager, int rows, int live) throws Exception {
        var session = (StandardSession) manager.createSession(MODEL);
        session.setAttribute("cart", "x".repeat(200));
        manager.getStore().save(session);
        Postgres.execute(database, """
                insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access,
                                             session_data, node, held, user_name, reap_after)
                select app_name, md5(i::text), case when i %% 50 = 3 then '0' else '1' end, 36000, last_access - i %% 3600000,
                       case when i %% 50 = 3 then ''::bytea
                            else overlay(session_data placing md5(i::text)::bytea
                                         from position('%s'::bytea in session_data)) end, 'here', i <= %d,
                       case when i %% 2 = 0 then 'user ' || i %% %d end, last_access + 36000000
                  from tomcat_sessions, generate_series(1, %d) i
                 where app_name = '/Catalina/localhost/%s' and session_id = '%s'""".formatted(MODEL, live, rows / 200, rows, name, MODEL));
        long started = System.nanoTime();
        for (int i = 1; i <= live; i++) {
            if (i % 50 != 3) {
                manager.createSession(md5(i)); // with a row, which it does not know: not saved yet
            }
        }
        System.out.println(name + ": live " + manager.getActiveSessions() + " after "
                + (System.nanoTime() - started) / 1_000_000 + " ms");
    }

    private static String md5(int i) throws Exception {
        byte[] digest = java.security.MessageDigest.getInstance("MD5")
                .digest(Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return java.util.HexFormat.of().formatHex(digest);
    }

    private void measure() throws Exception {
        EngineSessions sessions = new EngineSessions(tomcat.getEngine(), Clock.systemUTC());
        Map<String, Map<String, String>> pages = new LinkedHashMap<>();
        pages.put("page 1", Map.of());
        pages.put("page far", Map.of("after", "e".repeat(32) + "~/Catalina/localhost/%s"));
        pages.put("user", Map.of("user", "user 4"));
        pages.put("idle", Map.of("idleOver", "50m"));
        pages.put("idle far", Map.of("idleOver", "50m", "after", "e".repeat(32) + "~/Catalina/localhost/%s"));
        pages.put("size", Map.of("sizeOver", "100"));
        pages.put("size none", Map.of("sizeOver", "10k"));
        pages.put("state live", Map.of("state", "live"));
        pages.put("state swapped", Map.of("state", "swappedOut"));
        pages.put("invalidated", Map.of("state", "invalidated"));
        pages.put("atRisk", Map.of("backup", "atRisk"));
        pages.put("attribute", Map.of("attribute", "cart"));
        pages.put("q", Map.of("q", "a"));
        pages.put("sort -idle", Map.of("sort", "-idle"));
        pages.put("sort -size", Map.of("sort", "-size"));
        pages.put("sort user", Map.of("sort", "user"));
        pages.put("sort expires", Map.of("sort", "expires"));
        pages.put("node", Map.of("node", "here"));
        for (int turn = 0; turn < 3; turn++) {
            for (Map<String, String> page : pages.values()) {
                time(sessions, "small", page);
                time(sessions, "large", page);
            }
        }
        for (Map.Entry<String, Map<String, String>> page : pages.entrySet()) {
            List<Long> ofSmall = new ArrayList<>();
            List<Long> ofLarge = new ArrayList<>();
            for (int turn = 0; turn < TURNS; turn++) {
                ofSmall.add(time(sessions, "small", page.getValue()));
                ofLarge.add(time(sessions, "large", page.getValue()));
            }
            report(page.getKey(), ofSmall, ofLarge);
        }
        once(sessions, "count exactly", Map.of("count", "exact"));
        once(sessions, "count idle", Map.of("count", "exact", "idleOver", "50m"));
        file(sessions, "small");
        file(sessions, "large");
        List<Long> overview = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            long started = System.nanoTime();
            sessions.overview();
            overview.add(System.nanoTime() - started);
        }
        report("overview (both)", overview, overview);
    }

    /** Actions that are not meant to cost the same. */
    private static void once(EngineSessions sessions, String name, Map<String, String> page) throws Exception {
        report(name, List.of(time(sessions, "small", page)), List.of(time(sessions, "large", page)));
    }

    /** Until the first line of a file by idle time is there, and 2,000 lines more. */
    private static void file(EngineSessions sessions, String context) {
        long started = System.nanoTime();
        List<Long> lines = new ArrayList<>();
        sessions.walk(
                SessionScope.of(new ContextAddress.Deployed("localhost", "/" + context)),
                SessionFilter.NONE,
                SessionSort.IDLE_LONGEST,
                item -> lines.add(System.nanoTime()) && lines.size() <= 2_000);
        System.out.printf(
                Locale.ROOT,
                "file of %s: first line after %.1f s, 2,000 more after %.1f s%n",
                context,
                (lines.get(0) - started) / 1e9,
                (System.nanoTime() - lines.get(0)) / 1e9);
    }

    private static void report(String name, List<Long> small, List<Long> large) {
        double of = median(small) / 1e6;
        double than = median(large) / 1e6;
        System.out.printf(Locale.ROOT, "%-16s %8.1f ms %8.1f ms  x %.2f%n", name, of, than, than / of);
    }

    private static double median(List<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return LongStream.of(sorted[sorted.length / 2]).average().orElseThrow();
    }

    private static long time(EngineSessions sessions, String context, Map<String, String> page) throws Exception {
        Map<String, String[]> form = new HashMap<>();
        form.put("host", new String[] {"localhost"});
        form.put("context", new String[] {"/" + context});
        page.forEach((key, value) -> form.put(key, new String[] {value.formatted(context)}));
        SessionQuery query = SessionQuery.parse(form, Set.of());
        long started = System.nanoTime();
        EngineSessions.Listing found = sessions.list(query).orElseThrow();
        long took = System.nanoTime() - started;
        if (!found.found().problems().isEmpty()) {
            System.out.println(
                    "  " + context + " " + page + ": " + found.found().problems());
        }
        return took;
    }
}
