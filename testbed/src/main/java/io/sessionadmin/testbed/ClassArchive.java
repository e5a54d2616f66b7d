package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the JVM keeps of the classes that a Tomcat loads while it starts (class data sharing): saves a fifth of the
 * processor time of each start. Made once for each line and build, by a Tomcat that does nothing else. Nodes start as well
 * without it, and do so while another JVM makes it.
 */
final class ClassArchive {
    /** Set where many nodes are going to be started; a single one starts sooner without. */
    private static final String WORTH_WHILE = "testbed.classArchive";

    private static final Set<TomcatLine> TRIED = EnumSet.noneOf(TomcatLine.class);

    private ClassArchive() {}

    /** For a JVM with the options of a node that starts fast; none when there is no archive. */
    static List<String> options(TomcatLine line) {
        Path archive = Testbed.target().resolve(line.name() + "-" + Runtime.version() + ".jsa");
        if (Boolean.getBoolean(WORTH_WHILE)) {
            makeOnce(line, archive);
        }
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off") : List.of();
    }

    private static synchronized void makeOnce(TomcatLine line, Path archive) {
        if (Files.exists(archive) || !TRIED.add(line)) {
            return;
        }
        Path lockFile = archive.resolveSibling(archive.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null && !Files.exists(archive)) {
                make(line, archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void make(TomcatLine line, Path archive) throws IOException {
        Path made = archive.resolveSibling(archive.getFileName() + ".made");
        try (TomcatNode node = new TomcatSetup(line)
                .archivesClasses(made)
                .manager()
                .shop(StoreXml.memory())
                .start()) {
            new Visitor().on(node).put("color", "green");
            node.stop();
        }
        Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
    }
}
