package io.sessionadmin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** A request goes down the tree: store, then codec and table. Nothing looks up. */
final class DependencyDirectionTest {

    private final JavaClasses product = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sessionadmin");

    @Test
    void thereIsSomethingToCheck() {
        assertThat(product)
                .extracting("packageName")
                .contains("io.sessionadmin.stream", "io.sessionadmin.table", "io.sessionadmin.store");
    }

    @Test
    void theReaderOfStreamsKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("io.sessionadmin.stream..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.sessionadmin.stream..", "java..", "org.jspecify..")
                .check(product);
    }

    @Test
    void theTableKnowsNeitherTomcatNorTheStore() {
        classes()
                .that()
                .resideInAPackage("io.sessionadmin.table..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.sessionadmin.table..", "java..", "org.jspecify..", "org.postgresql")
                .check(product);
    }

    @Test
    void sqlIsSpokenInTheTablesPackageOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sessionadmin.table..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.PreparedStatement")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.Statement")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.ResultSet")
                .check(product);
    }
}
