package io.sessionadmin.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;

/**
 * Replays what the fuzzer starts from, sessions that Tomcat has written, and what it has found: each input in the folder
 * of the seeds goes through {@link SessionStreamFuzz} with every build.
 */
final class FuzzSeedsTest {

    private static final Path SEEDS = Path.of("src/test/resources/io/sessionadmin/stream/seeds");

    @Test
    void everySeedKeepsThePromisesOfTheReader() throws IOException {
        Map<String, byte[]> seeds = onDisk();
        assertThat(seeds).hasSizeGreaterThan(30);
        seeds.forEach((name, data) -> {
            try {
                SessionStreamFuzz.fuzzerTestOneInput(data);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(name, e);
            }
        });
    }

    @Test
    void theSeedsAreSessionsAsTomcatWritesThem() throws Exception {
        Map<String, byte[]> written = written();
        Map<String, byte[]> seeds = onDisk();
        assertThat(seeds).containsKeys(written.keySet().toArray(String[]::new));
        for (String name : written.keySet()) {
            assertThat(Objects.requireNonNull(seeds.get(name)).length).as(name).isLessThan(10_000);
            assertThat(SessionStream.read(Objects.requireNonNull(seeds.get(name)))
                            .attributes())
                    .as(name)
                    .isNotEmpty();
        }
    }

    @Test
    void aRowWithChangesIsAmongThem() throws Exception {
        assertThat(SessionStream.read(Objects.requireNonNull(onDisk().get("session-with-changes")))
                        .attributes())
                .extracting(StoredAttribute::name)
                .containsExactlyInAnyOrder("changed", "kept");
    }

    /** Writes the seeds anew; the directory is the only argument. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        for (Map.Entry<String, byte[]> seed : written().entrySet()) {
            Files.write(directory.resolve(seed.getKey()), seed.getValue());
        }
    }

    private static Map<String, byte[]> written() {
        Map<String, byte[]> seeds = new TreeMap<>();
        Map<String, Object> all = new LinkedHashMap<>(Streams.everything());
        all.put("long text", "x".repeat(300));
        all.put("bytes", new byte[100]);
        all.remove("again");
        all.forEach((name, value) ->
                seeds.put("session-" + name.replace(' ', '-').replace('.', '-'), Streams.withAttribute(value)));
        Shop.Customer shared = new Shop.Customer("Ada", 36);
        shared.friend = shared;
        seeds.put("session-shared", Streams.withAttributes(Map.of("a", shared, "b", shared, "c", List.of(shared))));
        StandardSession loggedIn = Streams.session(true);
        loggedIn.setAuthType("FORM");
        loggedIn.setPrincipal(Streams.jane());
        loggedIn.setAttribute("user", "jane");
        seeds.put("session-logged-in", Streams.write(loggedIn));
        seeds.put("session-with-changes", withChanges());
        seeds.put("session-refused", Streams.handMade(out -> {
            for (int i = 0; i < 4; i++) {
                out.writeObject(null);
            }
            out.writeObject(2);
            out.writeObject("broken");
            try {
                out.writeObject(new Shop.Broken());
            } catch (java.io.NotSerializableException e) {
                // as Tomcat, which goes on
            }
            out.writeObject("after");
            out.writeObject(1);
        }));
        return seeds;
    }

    /** As a row has it, see {@link LayeredStream}: one attribute is another, one is gone, one is as it was. */
    private static byte[] withChanges() {
        byte[] changes = Streams.handMade(out -> {
            for (int i = 0; i < 4; i++) {
                out.writeObject(null);
            }
            out.writeObject(1);
            out.writeObject("changed");
            out.writeObject(new Shop.Point(1, "new"));
            out.writeObject(2);
            out.writeObject("changed");
            out.writeObject("gone");
        });
        byte[] whole = Streams.withAttributes(Map.of("changed", "old", "gone", 1L, "kept", List.of("a")));
        return ByteBuffer.allocate(8 + changes.length + whole.length)
                .put("SAC1".getBytes(StandardCharsets.US_ASCII))
                .putInt(changes.length)
                .put(changes)
                .put(whole)
                .array();
    }

    private static Map<String, byte[]> onDisk() throws IOException {
        Map<String, byte[]> seeds = new TreeMap<>();
        try (Stream<Path> files = Files.list(SEEDS)) {
            for (Path file : files.toList()) {
                seeds.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return seeds;
    }
}
