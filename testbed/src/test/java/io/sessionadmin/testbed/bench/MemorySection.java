package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.session.StandardSession;

/** The heap that live sessions take, of each manager, with the same few attributes, saved where it saves. */
final class MemorySection implements Section {

    private static final String TOMCATS = "StandardManager";

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "Memory of live sessions";
    }

    @Override
    public void measure(Options options, TestPostgres postgres, Report report) throws Exception {
        int sessions = options.quick() ? 20_000 : 100_000;
        List<List<String>> lines = new ArrayList<>();
        try (TestDatabase database = postgres.database();
                EmbeddedTomcat tomcat = new EmbeddedTomcat()) {
            // Nothing is timed here, and each strict session is saved for itself.
            database.update("alter database " + database.name() + " set synchronous_commit = off");
            StandardManager stock = new StandardManager();
            stock.setPathname("");
            bytesEach(tomcat, "/warm", stock, sessions / 10);
            stock = new StandardManager();
            stock.setPathname("");
            double least = bytesEach(tomcat, "/stock", stock, sessions);
            lines.add(line(TOMCATS, least, least));
            for (String coherence : List.of("strict", "sticky")) {
                var manager = JdbcStores.shared(database, "memory_" + coherence, coherence);
                manager.setMaxIdleBackup(0);
                manager.setProcessExpiresFrequency(1);
                lines.add(line(
                        "SharedPersistentManager, " + coherence,
                        bytesEach(tomcat, "/" + coherence, manager, sessions),
                        least));
            }
        }
        report.paragraph(String.format(
                        Locale.ROOT,
                        "%,d live sessions with two small attributes, saved, after a collection.",
                        sessions))
                .table(List.of("", "bytes each", "more than Tomcat's"), lines);
    }

    private static List<String> line(String name, double bytes, double least) {
        return List.of(
                name, String.format(Locale.ROOT, "%,.0f", bytes), String.format(Locale.ROOT, "%,.0f", bytes - least));
    }

    private static double bytesEach(EmbeddedTomcat tomcat, String path, ManagerBase manager, int sessions)
            throws Exception {
        StandardContext context = tomcat.add(path, manager);
        long before = Heap.used();
        for (int i = 0; i < sessions; i++) {
            StandardSession session = (StandardSession) manager.createSession(null);
            session.access();
            Map.of("user", "visitor " + i, "visits", i).forEach(session::setAttribute);
            session.endAccess();
        }
        manager.backgroundProcess();
        long after = Heap.used();
        if (manager.getActiveSessions() != sessions) {
            throw new IllegalStateException(manager.getActiveSessions() + " sessions, not " + sessions);
        }
        tomcat.remove(context);
        return (double) (after - before) / sessions;
    }
}
