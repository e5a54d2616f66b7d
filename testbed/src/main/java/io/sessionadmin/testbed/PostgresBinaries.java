package io.sessionadmin.testbed;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The programs of a PostgreSQL server from Maven Central, unpacked once for each build. */
final class PostgresBinaries {
    private static final Logger LIBRARY = Logger.getLogger("io.zonky.test.db.postgres");
    private static final Path HOME;
    // PostgreSQL refuses to run as root; in a user namespace it is nobody, with the same files.
    private static final List<String> NOT_AS_ROOT =
            "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of();

    static {
        LIBRARY.setLevel(Level.WARNING);
        HOME = unpacked();
    }

    private PostgresBinaries() {}

    /** Runs a program to its end, with its output appended to a log; fails with that log. */
    static void run(Path log, String program, String... arguments) {
        var command = new ArrayList<String>(NOT_AS_ROOT);
        command.add(HOME.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        try {
            int status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(program + " ended with " + status + ":\n" + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private static Path unpacked() {
        Path home = Testbed.target().resolve("postgres/programs-" + Testbed.setting("postgres.version"));
        if (!Files.isDirectory(home)) {
            Path fresh = Testbed.freshDirectory("postgres", "unpacking");
            try {
                unpack(fresh);
                Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.isDirectory(home)) {
                    throw new UncheckedIOException("PostgreSQL could not be unpacked", e);
                }
            }
        }
        return home;
    }

    private static void unpack(Path into) throws IOException {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
        try (var packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
                var tar = new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = entry.resolveIn(into);
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.resolve("..").normalize());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                    if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, false)) {
                        throw new IOException(file + " could not be made executable");
                    }
                }
            }
        }
    }
}
