package io.sessionadmin.testbed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one section has measured: a page in Markdown with its plots. */
final class Report {

    private final String name;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, String> plots = new TreeMap<>();

    /**
     * @param name of the files
     * @param machine on what it was measured
     */
    Report(String name, String title, String machine) {
        this.name = name;
        text.append("<!-- Written by ./mvnw -Pbench; how to read it: ../performance.md -->\n\n# ")
                .append(title)
                .append("\n\n")
                .append(machine)
                .append("\n\n");
    }

    Report heading(String heading) {
        text.append("## ").append(heading).append("\n\n");
        return this;
    }

    Report paragraph(String paragraph) {
        text.append(paragraph.strip()).append("\n\n");
        return this;
    }

    /** A row for each contender. */
    Report table(String title, Rounds rounds, List<Column> columns) {
        text.append("**").append(title).append("**\n\n| |");
        columns.forEach(column -> text.append(' ').append(column.head()).append(" |"));
        text.append("\n|---|").append("--:|".repeat(columns.size())).append('\n');
        for (String contender : rounds.contenders()) {
            text.append("| ").append(contender).append(" |");
            columns.forEach(column ->
                    text.append(' ').append(column.cell(rounds, contender)).append(" |"));
            text.append('\n');
        }
        text.append('\n');
        return this;
    }

    /** Any table; numbers but in the first column. */
    Report table(List<String> head, List<List<String>> lines) {
        text.append("| ").append(String.join(" | ", head)).append(" |\n|---|");
        text.append("--:|".repeat(head.size() - 1)).append('\n');
        lines.forEach(line -> text.append("| ").append(String.join(" | ", line)).append(" |\n"));
        text.append('\n');
        return this;
    }

    /** Bars, in a file of its own that the page shows. */
    Report plot(String file, BarChart chart) {
        plots.put(name + "-" + file + ".svg", chart.svg());
        text.append("![")
                .append(chart.title())
                .append("](")
                .append(name)
                .append('-')
                .append(file)
                .append(".svg)\n\n");
        return this;
    }

    String markdown() {
        return text.toString();
    }

    /** Writes the page and its plots. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Map<String, String> files = new LinkedHashMap<>(plots);
        files.put(name + ".md", markdown().stripTrailing() + "\n");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }
}
