package io.sessionadmin.testbed;

import java.nio.file.Files;
import java.nio.file.Path;

/** A line of Tomcat, and the distribution of it that the build has unpacked. */
public enum TomcatLine {
    TOMCAT_10("tomcat10.version"),
    TOMCAT_11("tomcat11.version");

    private final String version;

    TomcatLine(String property) {
        version = Testbed.setting(property);
    }

    public String version() {
        return version;
    }

    /** CATALINA_HOME. */
    public Path home() {
        Path home = Testbed.target().resolve("tomcat/apache-tomcat-" + version);
        if (!Files.isDirectory(home)) {
            throw new IllegalStateException(home + " is not there: run mvn generate-resources in testbed");
        }
        return home;
    }

    @Override
    public String toString() {
        return "Tomcat " + version;
    }
}
