package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/security.md names tests: they have to be there, so that it stays true. */
final class SecurityTableTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+Test|\\w+Fuzz)\\.(\\w+)`");
    private static final Pattern ROW = Pattern.compile("^\\| \\d+\\.\\d+\\.\\d+ .*");

    @Test
    void everyTestOfTheTableIsThere() throws IOException {
        Map<String, String> sources = sources();
        String table = Files.readString(Path.of("../docs/security.md"));
        Matcher named = TEST.matcher(table);
        int found = 0;
        while (named.find()) {
            found++;
            assertThat(sources).as("a test class " + named.group(1)).containsKey(named.group(1));
            assertThat(sources.get(named.group(1)))
                    .as("a test " + named.group())
                    .containsPattern("void " + named.group(2) + "\\(");
        }
        assertThat(found).isGreaterThan(30);
    }

    @Test
    void everyPointNamesATestOrSaysWhoseItIs() throws IOException {
        List<String> rows = Files.readString(Path.of("../docs/security.md"))
                .lines()
                .filter(line -> ROW.matcher(line).matches())
                .toList();
        assertThat(rows).hasSizeGreaterThan(25);
        assertThat(rows)
                .allMatch(row -> TEST.matcher(row).find() || row.contains("Yours:") || row.contains("Not met:"));
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String module : List.of("../store-core", "../admin-webapp", "../testbed")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/test/java"))) {
                for (Path file :
                        files.filter(name -> name.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        return sources;
    }
}
