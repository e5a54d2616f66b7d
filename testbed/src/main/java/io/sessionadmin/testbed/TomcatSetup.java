package io.sessionadmin.testbed;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a node is made of; {@link #start()} writes it to a fresh CATALINA_BASE and starts a Tomcat on it. */
public final class TomcatSetup {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Pattern BROKEN_CONTEXT =
            Pattern.compile("startup failed due to previous errors|Error deploying (deployment descriptor|web app)");
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.rmi/sun.rmi.transport");

    private final TomcatLine line;
    private final List<Path> libraries = new ArrayList<>();
    private final Map<String, String> contexts = new LinkedHashMap<>();
    private final Map<String, Path> wars = new LinkedHashMap<>();
    private final List<String> globalResources = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> logLevels = new ArrayList<>();
    private final List<String> hostElements = new ArrayList<>();
    private @Nullable String name;
    private String password = "secret";
    private String connectorAttributes = "";
    private List<String> speed = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");
    private boolean usesClassArchive = true;
    private int backgroundProcessorDelay = 1;

    TomcatSetup(TomcatLine line) {
        this.line = line;
    }

    /** The jvmRoute, and the name in messages; unique without. */
    public TomcatSetup named(String jvmRoute) {
        name = jvmRoute;
        return this;
    }

    /** A jar for {@code $CATALINA_BASE/lib}. */
    public TomcatSetup lib(Path jar) {
        libraries.add(jar);
        return this;
    }

    public TomcatSetup withPostgresDriver() {
        return lib(Testbed.postgresDriver());
    }

    /** Our store and the driver it needs. */
    public TomcatSetup withStore() {
        return lib(Testbed.storeJar()).withPostgresDriver();
    }

    /**
     * Deploys a WAR at start, with a descriptor of its own.
     *
     * @param name file name of the context as Tomcat builds it: {@code shop}, {@code shop##2}, {@code a#b}, {@code ROOT}
     * @param contextXml what stands inside of {@code <Context>}
     */
    public TomcatSetup webapp(String name, Path war, String contextXml) {
        return webapp(name, war, "", contextXml);
    }

    /** The same with attributes of {@code <Context>}, such as {@code crossContext="true"}. */
    public TomcatSetup webapp(String name, Path war, String contextAttributes, String contextXml) {
        return descriptor(
                name,
                "<Context docBase=\"" + war.toAbsolutePath() + "\" " + contextAttributes + ">\n" + contextXml
                        + "\n</Context>");
    }

    /** Deploys a WAR at start with the META-INF/context.xml that it brings along, if any. */
    public TomcatSetup webapp(String name, Path war) {
        wars.put(name, war);
        return this;
    }

    /** A whole {@code conf/Catalina/localhost/NAME.xml}. */
    public TomcatSetup descriptor(String name, String xml) {
        contexts.put(name, xml);
        return this;
    }

    /** The sample shop at /shop, with this manager. */
    public TomcatSetup shop(String managerXml) {
        return webapp("shop", ShopWar.standard(), managerXml);
    }

    /** Our console at /session-admin. */
    public TomcatSetup console() {
        return webapp("session-admin", Testbed.consoleWar());
    }

    /** Tomcat's own Manager at /manager, which deployment into the running node needs. */
    public TomcatSetup manager() {
        return descriptor("manager", """
                <Context docBase="${catalina.home}/webapps/manager" privileged="true" antiResourceLocking="false">
                  <Valve className="org.apache.catalina.valves.RemoteCIDRValve" allow="127.0.0.0/8,::1/128"/>
                </Context>
                """);
    }

    /** An element for GlobalNamingResources, such as a DataSource; link it with ResourceLink in a context. */
    public TomcatSetup globalResource(String xml) {
        globalResources.add(xml);
        return this;
    }

    /** Attributes for the Connector, such as {@code compression="on"}. */
    public TomcatSetup connector(String attributes) {
        connectorAttributes = attributes;
        return this;
    }

    /** An element for the Host, such as a SingleSignOn valve. */
    public TomcatSetup hostElement(String xml) {
        hostElements.add(xml);
        return this;
    }

    /** Of the engine, in seconds; 1 without. */
    public TomcatSetup backgroundProcessorDelay(int seconds) {
        backgroundProcessorDelay = seconds;
        return this;
    }

    /** The level of a logger in logging.properties; INFO without. */
    public TomcatSetup logLevel(String logger, String level) {
        logLevels.add(logger + ".level = " + level);
        return this;
    }

    public TomcatSetup jvmOption(String option) {
        jvmOptions.add(option);
        return this;
    }

    /** Clears soft references at each collection: caches of the JDK's own otherwise hold class loaders for a while. */
    public TomcatSetup softReferencesAreNoLeak() {
        return jvmOption("-XX:SoftRefLRUPolicyMSPerMB=0");
    }

    /** Lets the JVM compile as it does in production, with this heap, instead of starting fast; for benchmarks. */
    public TomcatSetup fullSpeed(String heap) {
        speed = List.of("-Xmx" + heap, "-Xms" + heap);
        usesClassArchive = false;
        return this;
    }

    /** Makes an archive of the classes that it has loaded when it stops. */
    TomcatSetup archivesClasses(Path archive) {
        usesClassArchive = false;
        return jvmOption("-XX:ArchiveClassesAtExit=" + archive).jvmOption("-Xlog:cds*=off");
    }

    /** The password of the node's users; {@code secret} without. */
    public TomcatSetup password(String password) {
        this.password = password;
        return this;
    }

    /** Starts the node; fails when one of its contexts does not start, with the end of the log. */
    public TomcatNode start() {
        TomcatNode node = startAnyway();
        if (BROKEN_CONTEXT.matcher(node.logOfThisRun()).find()) {
            String tail = node.tail();
            node.close();
            throw new IllegalStateException(node + " has started, but not all of its contexts" + tail);
        }
        return node;
    }

    /** Starts the node, whatever its contexts do; for tests of wrong configurations. */
    public TomcatNode startAnyway() {
        String route = name != null ? name : "node-" + COUNT.incrementAndGet();
        Path base = Testbed.freshDirectory("nodes", route);
        try {
            write(base, route);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var node = new TomcatNode(route, line, base, command(base, route), password);
        try {
            node.start();
            return node;
        } catch (RuntimeException e) {
            node.kill();
            throw e;
        }
    }

    private void write(Path base, String route) throws IOException {
        for (String directory : List.of("conf/Catalina/localhost", "lib", "logs", "temp", "webapps", "work")) {
            Files.createDirectories(base.resolve(directory));
        }
        for (String file : List.of("web.xml", "catalina.properties", "context.xml")) {
            Files.copy(
                    line.home().resolve("conf").resolve(file),
                    base.resolve("conf").resolve(file));
        }
        Files.writeString(base.resolve("conf/server.xml"), serverXml(route));
        Files.writeString(base.resolve("conf/tomcat-users.xml"), usersXml());
        Files.writeString(base.resolve("conf/logging.properties"), """
                handlers = java.util.logging.ConsoleHandler
                .handlers = java.util.logging.ConsoleHandler
                java.util.logging.ConsoleHandler.level = ALL
                java.util.logging.ConsoleHandler.formatter = org.apache.juli.OneLineFormatter
                java.util.logging.ConsoleHandler.encoding = UTF-8
                """ + String.join("\n", logLevels));
        for (Path jar : libraries) {
            Files.copy(jar, base.resolve("lib").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        for (var war : wars.entrySet()) {
            Files.copy(war.getValue(), base.resolve("webapps").resolve(war.getKey() + ".war"));
        }
        for (var context : contexts.entrySet()) {
            Files.writeString(
                    base.resolve("conf/Catalina/localhost").resolve(context.getKey() + ".xml"), context.getValue());
        }
    }

    private String serverXml(String route) {
        return """
                <Server port="-1">
                  <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener"/>
                  <Listener className="org.apache.catalina.mbeans.GlobalResourcesLifecycleListener"/>
                  <Listener className="org.apache.catalina.core.ThreadLocalLeakPreventionListener"/>
                  <GlobalNamingResources>
                    <Resource name="UserDatabase" auth="Container" type="org.apache.catalina.UserDatabase"
                              factory="org.apache.catalina.users.MemoryUserDatabaseFactory"
                              pathname="conf/tomcat-users.xml"/>
                %s
                  </GlobalNamingResources>
                  <Service name="Catalina">
                    <Connector address="127.0.0.1" port="${http.port}" protocol="HTTP/1.1" connectionTimeout="20000"
                               %s/>
                    <Engine name="Catalina" defaultHost="localhost" jvmRoute="%s" backgroundProcessorDelay="%d">
                      <Realm className="org.apache.catalina.realm.LockOutRealm">
                        <Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="UserDatabase"/>
                      </Realm>
                      <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false">
                %s
                      </Host>
                    </Engine>
                  </Service>
                </Server>
                """.formatted(
                        String.join("\n", globalResources),
                        connectorAttributes,
                        route,
                        backgroundProcessorDelay,
                        String.join("\n", hostElements));
    }

    private String usersXml() {
        return """
                <tomcat-users xmlns="http://tomcat.apache.org/xml" version="1.0">
                  <user username="%2$s" password="%1$s" roles="manager-gui,manager-status,manager-jmx"/>
                  <user username="%3$s" password="%1$s" roles="manager-status"/>
                  <user username="%4$s" password="%1$s" roles="manager-script,manager-jmx"/>
                  <user username="%5$s" password="%1$s" roles="session-viewer"/>
                  <user username="%6$s" password="%1$s" roles="session-viewer,session-values"/>
                  <user username="%7$s" password="%1$s" roles="session-operator"/>
                  <user username="alice" password="%1$s" roles="customer"/>
                  <user username="bob" password="%1$s" roles="customer"/>
                </tomcat-users>
                """.formatted(
                        password,
                        TomcatNode.ADMIN,
                        TomcatNode.VIEWER,
                        TomcatNode.ROBOT,
                        TomcatNode.LOOKER,
                        TomcatNode.AUDITOR,
                        TomcatNode.OPERATOR);
    }

    private List<String> command(Path base, String route) {
        Path bin = line.home().resolve("bin");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(speed);
        if (usesClassArchive) {
            command.addAll(ClassArchive.options(line));
        }
        OPENED.forEach(module -> command.add("--add-opens=" + module + "=ALL-UNNAMED"));
        command.add("-Djava.awt.headless=true");
        command.add("-Djava.util.logging.config.file=" + base.resolve("conf/logging.properties"));
        command.add("-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager");
        command.add("-Dcatalina.home=" + line.home());
        command.add("-Dcatalina.base=" + base);
        command.add("-Djava.io.tmpdir=" + base.resolve("temp"));
        command.add("-Dtestbed.node=" + route);
        command.addAll(jvmOptions);
        command.addAll(
                List.of("-cp", bin.resolve("bootstrap.jar") + File.pathSeparator + bin.resolve("tomcat-juli.jar")));
        command.addAll(List.of("org.apache.catalina.startup.Bootstrap", "start"));
        return command;
    }
}
