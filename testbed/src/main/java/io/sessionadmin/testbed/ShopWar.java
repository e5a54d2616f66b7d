package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Packs the sample shop into a WAR, whole or with classes missing as after a bad deployment. */
public final class ShopWar {
    private static final String CLASSES = "io/sessionadmin/testbed/shop";
    private static @Nullable Path standard;
    private static @Nullable Path notDistributable;

    private ShopWar() {}

    /** The whole shop, packed once for each JVM. */
    public static synchronized Path standard() {
        if (standard == null) {
            standard = without();
        }
        return standard;
    }

    /** The whole shop without {@code <distributable/>}: its sessions may hold what can't be serialised. */
    public static synchronized Path notDistributable() {
        if (notDistributable == null) {
            notDistributable = build(
                    Testbed.freshDirectory("shop", "war").resolve("shop.war"),
                    Set.of(),
                    webXml -> webXml.replace("<distributable/>", ""));
        }
        return notDistributable;
    }

    /** The shop without some of its classes, such as {@code Item}, in a new file. */
    public static Path without(String... classes) {
        return build(
                Testbed.freshDirectory("shop", "war").resolve("shop.war"), Set.of(classes), UnaryOperator.identity());
    }

    private static Path build(Path war, Set<String> missing, UnaryOperator<String> webXml) {
        try (FileSystem jar =
                Files.isDirectory(Testbed.codeSource()) ? null : FileSystems.newFileSystem(Testbed.codeSource())) {
            Path root = jar == null ? Testbed.codeSource() : jar.getPath("/");
            pack(root, war, missing, webXml);
            return war;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pack(Path root, Path war, Set<String> missing, UnaryOperator<String> webXml)
            throws IOException {
        List<Path> classes;
        try (Stream<Path> all = Files.list(root.resolve(CLASSES))) {
            classes = all.sorted().toList();
        }
        try (var zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (Path file : classes) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !missing.contains(name.replaceFirst("(\\$.*)?\\.class$", ""))) {
                    add(zip, "WEB-INF/classes/" + CLASSES + "/" + name, Files.readAllBytes(file));
                }
            }
            String descriptor = webXml.apply(Files.readString(root.resolve("shop/web.xml")));
            add(zip, "WEB-INF/web.xml", descriptor.getBytes(StandardCharsets.UTF_8));
            add(zip, "shop.css", Files.readAllBytes(root.resolve("shop/shop.css")));
        }
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
