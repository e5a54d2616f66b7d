package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.ShopWar;
import io.sessionadmin.testbed.StoreXml;
import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TomcatLine;
import io.sessionadmin.testbed.TomcatNode;
import io.sessionadmin.testbed.TomcatSetup;
import io.sessionadmin.testbed.bench.Rounds.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pages of the console by HTTP, of contexts with many rows and of one with many live sessions. */
final class ConsolePages {

    private static final int REQUESTS = 9;
    private static final String CONSOLE = "/session-admin/sessions?host=localhost&context=";

    private ConsolePages() {}

    /** A page of a context. */
    private enum Page {
        FIRST("first page", ""),
        FAR("a page far on", "&after=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee~/Catalina/localhost"),
        OF_A_USER("first page of a user", "&user=user+5"),
        OF_NOBODY("filter that takes none", "&idleOver=10d"),
        LONGEST_IDLE("longest idle first", "&sort=-idle");

        private final String label;
        private final String query;

        Page(String label, String query) {
            this.label = label;
            this.query = query;
        }

        String url(int rows) {
            String context = RowsSection.path(rows);
            return CONSOLE + context + query + (this == FAR ? context : "");
        }
    }

    /** What a client got. */
    private record Got(double millis, int bytes) {}

    static void measure(Options options, TestDatabase database, Report report) throws Exception {
        TomcatSetup setup = TomcatNode.on(TomcatLine.TOMCAT_10)
                .withStore()
                .fullSpeed("1g")
                .console()
                .manager()
                .webapp("memory", ShopWar.standard(), StoreXml.memory());
        for (int rows : RowsSection.sizes(options)) {
            setup.webapp(RowsSection.path(rows).substring(1), ShopWar.standard(), StoreXml.sharedManager(database));
        }
        try (TomcatNode node = setup.start()) {
            HttpCrew clients = new HttpCrew(8);
            rows(options, node, clients, report);
            live(options.quick() ? 10_000 : 100_000, node, clients, report);
        }
    }

    private static void rows(Options options, TomcatNode node, HttpCrew clients, Report report) throws Exception {
        Map<Page, Map<Integer, List<Got>>> all = new LinkedHashMap<>();
        for (int i = -3; i < REQUESTS; i++) {
            for (Page page : Page.values()) {
                for (int rows : RowsSection.sizes(options)) {
                    Got got = get(clients, node, page.url(rows));
                    if (i >= 0) { // the first ones compile
                        all.computeIfAbsent(page, each -> new LinkedHashMap<>())
                                .computeIfAbsent(rows, each -> new ArrayList<>())
                                .add(got);
                    }
                }
            }
        }
        List<List<String>> lines = new ArrayList<>();
        all.forEach((page, sizes) -> {
            double few = millis(sizes.values().iterator().next()).median();
            sizes.forEach((rows, got) -> {
                Spread millis = millis(got);
                lines.add(List.of(
                        page.label,
                        String.format(Locale.ROOT, "%,d", rows),
                        String.format(Locale.ROOT, "%.1f (%.1f–%.1f)", millis.median(), millis.least(), millis.most()),
                        String.format(Locale.ROOT, "%.2f", millis.median() / few),
                        String.format(Locale.ROOT, "%,.0f", kilobytes(got))));
            });
        });
        report.heading("Pages of the console").table(List.of("page", "rows", "ms", "× fewest rows", "kB"), lines);
    }

    /** The page of very many live sessions, and that of Tomcat's Manager. */
    private static void live(int sessions, TomcatNode node, HttpCrew clients, Report report) throws Exception {
        clients.run(
                sessions, number -> clients.get(node, "/memory/api/isnew", null).discard());
        List<Got> ours = new ArrayList<>();
        List<Got> tomcats = new ArrayList<>();
        TomcatManager manager = new TomcatManager(node);
        for (int i = 0; i < 3; i++) {
            ours.add(get(clients, node, CONSOLE + "/memory"));
            long began = System.nanoTime();
            int bytes = manager.sessions("/memory");
            tomcats.add(new Got((System.nanoTime() - began) / 1e6, bytes));
        }
        report.heading("A page of " + String.format(Locale.ROOT, "%,d", sessions) + " live sessions")
                .table(
                        List.of("", "ms", "kB"),
                        List.of(line("this console, 100 on a page", ours), line("Tomcat's Manager", tomcats)));
    }

    private static List<String> line(String name, List<Got> got) {
        return List.of(
                name,
                String.format(Locale.ROOT, "%,.0f", millis(got).median()),
                String.format(Locale.ROOT, "%,.0f", kilobytes(got)));
    }

    private static Got get(HttpCrew clients, TomcatNode node, String url) throws Exception {
        long began = System.nanoTime();
        HttpCrew.Answer answer = clients.get(node, url, TomcatNode.ADMIN);
        double millis = (System.nanoTime() - began) / 1e6;
        if (answer.status() != 200) {
            throw new IllegalStateException(url + " is answered " + answer.status());
        }
        return new Got(millis, answer.bytes());
    }

    private static Spread millis(List<Got> got) {
        return Spread.of(got.stream().mapToDouble(Got::millis).toArray());
    }

    private static double kilobytes(List<Got> got) {
        return Spread.of(
                        got.stream().mapToDouble(each -> each.bytes() / 1_000.0).toArray())
                .median();
    }
}
