package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class DemoTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** The second limit is for what the first does not end. */
    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theDemoShowsTwoShopsAndCtrlCEndsAllOfIt() throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName())
                .redirectErrorStream(true)
                .start();
        // Its output then ends, and so does whoever reads it; what it started goes with it.
        var late = CompletableFuture.runAsync(
                demo::destroyForcibly, CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
        try (var out = new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
            String said = readUntil(out, "Press Ctrl-C");
            List<URI> shops = Pattern.compile("http://\\S+/shop/")
                    .matcher(said)
                    .results()
                    .map(match -> URI.create(match.group()))
                    .toList();
            assertThat(shops).as(said).hasSize(2);
            assertThat(page(shops.get(0))).contains("tc-1", "Apache Tomcat/10.1");
            assertThat(page(shops.get(1))).contains("tc-2", "Apache Tomcat/11.0");
            var postgres =
                    Pattern.compile("jdbc:postgresql://127.0.0.1:(\\d+)/").matcher(said);
            assertThat(postgres.find()).isTrue();

            Reaper.signal("INT", demo.pid());
            assertThat(readUntil(out, null)).contains("Stopping ...").doesNotContain("Exception");
            assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(late).as("it ended by itself within %s", LIMIT).isNotDone();
            assertNobodyListensOn(shops.get(0).getPort());
            assertNobodyListensOn(shops.get(1).getPort());
            assertNobodyListensOn(Integer.parseInt(postgres.group(1)));
        } finally {
            late.cancel(false);
            demo.destroyForcibly();
        }
    }

    private static String page(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    private static void assertNobodyListensOn(int port) {
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .hasMessageContaining("refused");
    }

    private static String readUntil(BufferedReader out, @Nullable String end) throws IOException {
        var said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (end != null && line.startsWith(end)) {
                break;
            }
        }
        return said.toString();
    }
}
