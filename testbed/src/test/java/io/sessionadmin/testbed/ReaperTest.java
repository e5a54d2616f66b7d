package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReaperTest {
    @Test
    void aKilledTestLeavesNoProcessAndNoNode() throws IOException {
        var pids = new ArrayList<Long>();
        var bases = new ArrayList<Path>();
        Process doomed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName())
                .redirectErrorStream(true)
                .start();
        var said = new StringBuilder();
        try (var out = new BufferedReader(new InputStreamReader(doomed.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null && !line.startsWith("ready"); line = out.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith("pid ")) {
                    pids.add(Long.valueOf(line.substring(4)));
                } else if (line.startsWith("base ")) {
                    bases.add(Path.of(line.substring(5)));
                }
            }
            assertThat(pids).as(said.toString()).hasSizeGreaterThan(5);
            assertThat(bases).allMatch(Files::isDirectory).hasSize(1);
            doomed.destroyForcibly();
        }
        Await.until("all processes of the killed JVM have ended", () -> pids.stream()
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .noneMatch(ProcessHandle::isAlive));
        Await.until("its node's directory is gone", () -> bases.stream().noneMatch(Files::exists));
    }
}
