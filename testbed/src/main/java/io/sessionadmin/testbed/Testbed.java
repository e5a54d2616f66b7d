package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** Where things lie: all of it below this module's {@code target}, so that {@code mvn clean} leaves nothing. */
public final class Testbed {
    private static final Properties BUILD = readBuildProperties();

    private Testbed() {}

    /** The one jar for {@code $CATALINA_BASE/lib}. */
    public static Path storeJar() {
        return product("session-store.jar", "store-core/target/session-store-" + setting("project.version") + ".jar");
    }

    /** The console. */
    public static Path consoleWar() {
        return product("session-admin.war", "admin-webapp/target/session-admin.war");
    }

    public static boolean hasProducts() {
        return exists(Testbed::storeJar) && exists(Testbed::consoleWar);
    }

    public static Path postgresDriver() {
        return target().resolve("artifacts/postgresql.jar");
    }

    /** This module's build directory. */
    public static Path target() {
        return codeSource().resolve("..").normalize();
    }

    /** The classes and resources of this module: a directory while Maven builds, else a jar. */
    static Path codeSource() {
        CodeSource source = Testbed.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException("Where these classes come from is not known");
        }
        return Path.of(URI.create(source.getLocation().toString()));
    }

    static String setting(String name) {
        return BUILD.getProperty(name);
    }

    /** A fresh directory that goes with this JVM. */
    public static Path freshDirectory(String below, String prefix) {
        try {
            Path parent = Files.createDirectories(target().resolve(below));
            Path fresh = Files.createTempDirectory(parent, prefix + "-");
            Reaper.remove(fresh);
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a directory with all that is in it; what vanishes meanwhile is none of its business. */
    static void delete(Path directory) {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Path path : paths) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean exists(java.util.function.Supplier<Path> product) {
        try {
            return Files.exists(product.get());
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** What was built last: by this build, which copies it, or by that of its module alone. */
    private static Path product(String copied, String built) {
        Path copy = target().resolve("artifacts").resolve(copied);
        Path fresh = target().resolve("../..").resolve(built).normalize();
        return Stream.of(copy, fresh)
                .filter(Files::isRegularFile)
                .max(Comparator.comparing(file -> file.toFile().lastModified()))
                .orElseThrow(() -> new IllegalStateException(
                        "Neither " + copy + " nor " + fresh + " is there: build all modules first"));
    }

    private static Properties readBuildProperties() {
        var properties = new Properties();
        try (InputStream in = Testbed.class.getResourceAsStream("/testbed.properties")) {
            if (in == null) {
                throw new IllegalStateException("testbed.properties is missing: build with Maven");
            }
            properties.load(in);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
