package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What is in the two archives that operators install. */
final class ArchivesTest {

    @Test
    void theJarShowsApplicationsItsOwnNamesAndTwoInTomcatsPackages() throws IOException {
        List<String> classes = entries(Testbed.storeJar()).stream()
                .filter(name -> name.endsWith(".class"))
                .toList();
        assertThat(classes)
                .contains("io/sessionadmin/store/JdbcStore.class")
                .anyMatch(name -> name.startsWith("io/sessionadmin/store/shaded/hikari/"))
                .allMatch(name -> name.startsWith("io/sessionadmin/")
                        || name.equals("org/apache/coyote/ResponseGate.class")
                        || name.equals("org/apache/catalina/connector/SessionInUse.class"));
    }

    @Test
    void theJarBringsTheScriptsThatItRunsAndTheManagersDescription() throws IOException {
        assertThat(entries(Testbed.storeJar()))
                .contains(
                        "io/sessionadmin/sql/postgresql/schema.sql",
                        "io/sessionadmin/sql/postgresql/upgrade-from-tomcat.sql",
                        "io/sessionadmin/store/mbeans-descriptors.xml",
                        "META-INF/LICENSE");
    }

    @Test
    void theWarBringsItsOwnCopyOfTheStoreAndNothingOfTomcats() throws IOException {
        assertThat(entries(Testbed.consoleWar()))
                .contains("WEB-INF/web.xml", "META-INF/context.xml")
                .anyMatch(name -> name.matches("WEB-INF/lib/session-store-.*\\.jar"))
                .contains("WEB-INF/api/openapi.json")
                .noneMatch(
                        name -> name.matches(
                                "WEB-INF/lib/(tomcat|catalina|jakarta|postgresql|jackson-databind|prometheus-metrics-(core|tracer)).*"));
    }

    @Test
    void theWarIsSmallEnoughToBeUploadedByTomcatsManager() throws IOException {
        assertThat(Files.size(Testbed.consoleWar())).isLessThan(8_000_000);
    }

    @OnBothTomcats
    void thePoolIsQuietAndLogsThroughJuliWhereSomebodyAsks(TomcatLine line) {
        try (var db = TestPostgres.shared().database();
                var quiet = TomcatNode.on(line)
                        .withStore()
                        .shop(StoreXml.jdbcStore(db))
                        .start();
                var asked = TomcatNode.on(line)
                        .withStore()
                        .logLevel("io.sessionadmin.store.shaded.hikari", "INFO")
                        .shop(StoreXml.jdbcStore(db))
                        .start()) {
            assertThat(quiet.log()).doesNotContain("shaded.hikari", "SLF4J");
            assertThat(asked.log())
                    .containsPattern("INFO .*io.sessionadmin.store.shaded.hikari.HikariDataSource.*Start completed");
        }
    }

    private static List<String> entries(Path archive) throws IOException {
        try (var zip = new ZipFile(archive.toFile())) {
            return zip.stream().map(ZipEntry::getName).toList();
        }
    }
}
