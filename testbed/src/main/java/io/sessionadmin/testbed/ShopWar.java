package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Packs the sample shop into a WAR, whole or with classes missing as after a bad deployment. */
public final class ShopWar {
    private static final String CLASSES = "io/sessionadmin/testbed/shop";
    private static @Nullable Path standard;

    private ShopWar() {}

    /** The whole shop, packed once for each JVM. */
    public static synchronized Path standard() {
        if (standard == null) {
            standard = build(Testbed.freshDirectory("shop", "war").resolve("shop.war"));
        }
        return standard;
    }

    /** Packs the shop without some of its classes, named as in {@code Item}. */
    public static Path build(Path war, String... missing) {
        try (FileSystem jar =
                Files.isDirectory(Testbed.codeSource()) ? null : FileSystems.newFileSystem(Testbed.codeSource())) {
            Path root = jar == null ? Testbed.codeSource() : jar.getPath("/");
            pack(root, war, Set.of(missing));
            return war;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pack(Path root, Path war, Set<String> missing) throws IOException {
        List<Path> classes;
        try (Stream<Path> all = Files.list(root.resolve(CLASSES))) {
            classes = all.sorted().toList();
        }
        Files.createDirectories(war.toAbsolutePath().getParent());
        try (var zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (Path file : classes) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !missing.contains(name.replaceFirst("(\\$.*)?\\.class$", ""))) {
                    add(zip, "WEB-INF/classes/" + CLASSES + "/" + name, file);
                }
            }
            add(zip, "WEB-INF/web.xml", root.resolve("shop/web.xml"));
            add(zip, "shop.css", root.resolve("shop/shop.css"));
        }
    }

    private static void add(ZipOutputStream zip, String name, Path file) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }
}
