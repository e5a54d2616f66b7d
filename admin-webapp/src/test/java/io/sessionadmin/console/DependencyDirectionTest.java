package io.sessionadmin.console;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** An admin's page goes down the tree: servlet, then model, then manager and table. Nothing looks up. */
final class DependencyDirectionTest {

    private final JavaClasses console = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sessionadmin.console");

    @Test
    void thereIsSomethingToCheck() {
        assertThat(console)
                .extracting("packageName")
                .contains("io.sessionadmin.console", "io.sessionadmin.console.model");
    }

    @Test
    void theModelKnowsNoPagesAndNoRequests() {
        noClasses()
                .that()
                .resideInAPackage("io.sessionadmin.console.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.sessionadmin.console", "org.thymeleaf..")
                .orShould()
                .dependOnClassesThat()
                .haveSimpleNameStartingWith("HttpServletRe")
                .check(console);
    }

    @Test
    void theConsoleSpeaksNoSqlOfItsOwn() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.PreparedStatement")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.Statement")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.sql.ResultSet")
                .check(console);
    }

    @Test
    void theConsoleNeverDeserialises() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.io.ObjectInputStream.class)
                .check(console);
    }
}
