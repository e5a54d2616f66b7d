package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.Rounds.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Horizontal bars in groups, as SVG, in light and dark: the bar is the median, the whisker goes from the least to the
 * most. Contenders have the same colour in all groups, and their name beside the bar.
 */
final class BarChart {

    private static final int WIDTH = 760;
    private static final int LEFT = 220;
    private static final int RIGHT = 110;
    private static final int BAR = 14;
    private static final int STEP = 19;
    private static final int HEAD = 46;

    private static final String STYLE = """
            <style>
              text { font: 12px system-ui, sans-serif; fill: #1f2328; }
              .title { font-size: 14px; font-weight: 600; }
              .group { font-weight: 600; }
              .bar { fill: #8c959f; } .ours { fill: #0969da; } .limit { fill: #d0d7de; }
              .whisker { stroke: #1f2328; }
              @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3; } .bar { fill: #6e7681; } .ours { fill: #58a6ff; } .limit { fill: #3d444d; }
                .whisker { stroke: #e6edf3; }
              }
            </style>
            """;

    private final String title;
    private final Map<String, Map<String, Spread>> groups = new LinkedHashMap<>();

    /** @param title what the bars are, with the unit */
    BarChart(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    void add(String group, String name, Spread spread) {
        groups.computeIfAbsent(group, each -> new LinkedHashMap<>()).put(name, spread);
    }

    String svg() {
        double most = groups.values().stream()
                .flatMap(bars -> bars.values().stream())
                .mapToDouble(Spread::most)
                .max()
                .orElse(1);
        List<String> lines = new ArrayList<>();
        int y = HEAD;
        for (Map.Entry<String, Map<String, Spread>> group : groups.entrySet()) {
            lines.add(text(10, y, "group", "start", group.getKey()));
            y += 8;
            for (Map.Entry<String, Spread> bar : group.getValue().entrySet()) {
                bar(lines, y, bar.getKey(), bar.getValue(), (WIDTH - LEFT - RIGHT) / most);
                y += STEP;
            }
            y += STEP;
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + y + "\" role=\"img\">\n"
                + "<title>" + escaped(title) + "</title>\n" + STYLE + text(10, 20, "title", "start", title) + "\n"
                + String.join("\n", lines) + "\n</svg>\n";
    }

    private static void bar(List<String> lines, int y, String name, Spread spread, double scale) {
        String kind = name.startsWith("JdbcStore") ? "ours" : name.equals(Contenders.LIMIT) ? "limit" : "bar";
        lines.add(text(LEFT - 8, y + 11, "name", "end", name));
        lines.add(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                kind,
                LEFT,
                y,
                Math.max(1, spread.median() * scale),
                BAR));
        lines.add(String.format(
                Locale.ROOT,
                "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                LEFT + spread.least() * scale,
                LEFT + spread.most() * scale,
                y + BAR / 2,
                y + BAR / 2));
        String value = String.format(Locale.ROOT, spread.median() < 10 ? "%,.2f" : "%,.0f", spread.median());
        lines.add(text(LEFT + (int) (spread.most() * scale) + 6, y + 11, "value", "start", value));
    }

    private static String text(int x, int y, String kind, String anchor, String words) {
        return "<text class=\"" + kind + "\" x=\"" + x + "\" y=\"" + y + "\" text-anchor=\"" + anchor + "\">"
                + escaped(words) + "</text>";
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;");
    }
}
