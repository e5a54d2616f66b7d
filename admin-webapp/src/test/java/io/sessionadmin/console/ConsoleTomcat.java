package io.sessionadmin.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;

/**
 * A Tomcat in this JVM with the console as its web.xml and its META-INF/context.xml describe it, and one user for each
 * role, named like the role; "nobody" has none.
 */
public final class ConsoleTomcat implements AutoCloseable {

    public static final List<String> USERS = List.of(
            "manager-gui",
            "session-viewer",
            "session-operator",
            "session-values",
            "manager-script",
            "manager-status",
            "nobody");

    private final Path directory;
    private final Tomcat tomcat = new Tomcat();
    private final Context console;

    public ConsoleTomcat(Path directory) throws IOException {
        this.directory = directory;
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getHost(); // the first one is where contexts go
        tomcat.getEngine().setBackgroundProcessorDelay(-1);
        for (String user : USERS) {
            tomcat.addUser(user, "secret");
            tomcat.addRole(user, user);
        }
        Path war = directory.resolve("war");
        copy(Path.of("src/main/webapp"), war);
        copy(Path.of("../src-web/templates"), war.resolve("WEB-INF/templates"));
        copy(Path.of("../src-web/static"), war.resolve("static"));
        copy(Path.of("../src-web/api"), war.resolve("WEB-INF/api"));
        tomcat.setAddDefaultWebXmlToWebapp(false); // it would bring JSP
        console = tomcat.addWebapp("/session-admin", war.toString());
        Tomcat.addServlet(console, "default", DefaultServlet.class.getName());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    public Tomcat tomcat() {
        return tomcat;
    }

    public Path directory() {
        return directory;
    }

    public Context console() {
        return console;
    }

    public void start() throws LifecycleException {
        tomcat.start();
    }

    /** What comes back for this request, with its status line and headers. */
    public String send(String request) {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), tomcat.getConnector().getLocalPort())) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param path behind the host, as it is written */
    public String get(String user, String path, String... headers) {
        return ask("GET", user, path, "", headers);
    }

    public String post(String user, String path, String form, String... headers) {
        return ask("POST", user, path, form, with(headers, "Content-Type: application/x-www-form-urlencoded"));
    }

    public String ask(String method, String user, String path, String body, String... headers) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        head.append(authorization(user));
        Arrays.stream(headers).forEach(header -> head.append(header).append("\r\n"));
        if (!body.isEmpty() || method.equals("POST")) {
            head.append("Content-Length: ").append(body.getBytes(UTF_8).length).append("\r\n");
        }
        return send(head.append("\r\n").append(body).toString());
    }

    private static String authorization(String user) {
        return user.isEmpty()
                ? ""
                : "Authorization: Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(UTF_8))
                        + "\r\n";
    }

    private static String[] with(String[] headers, String header) {
        return Stream.concat(Arrays.stream(headers), Stream.of(header)).toArray(String[]::new);
    }

    public static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }
}
