package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real Tomcat in a process of its own, with a base directory of its own. It keeps its port over restarts. It is gone
 * when it is closed, and also when this JVM ends, however that happens.
 */
public final class TomcatNode implements AutoCloseable {
    public static final String ADMIN = "admin";
    public static final String VIEWER = "viewer";
    public static final String ROBOT = "robot";

    /** May look at the console's pages, and nothing else. */
    public static final String LOOKER = "looker";

    /** The same, and sees values of attributes. */
    public static final String AUDITOR = "auditor";

    /** May look at the console's pages, and do what they offer. */
    public static final String OPERATOR = "operator";

    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern PORT = Pattern.compile("Starting ProtocolHandler \\[\"http-nio-[^\"]*?-(\\d+)\"\\]");
    private static final Pattern STARTED = Pattern.compile("Server startup in");

    private final String name;
    private final TomcatLine line;
    private final Path base;
    private final List<String> command;
    private final String password;

    private @Nullable Process process;
    private int port;
    private int startOfRun;

    TomcatNode(String name, TomcatLine line, Path base, List<String> command, String password) {
        this.name = name;
        this.line = line;
        this.base = base;
        this.command = command;
        this.password = password;
    }

    /** A node to be, on which nothing is deployed yet. */
    public static TomcatSetup on(TomcatLine line) {
        return new TomcatSetup(line);
    }

    /** The jvmRoute. */
    public String name() {
        return name;
    }

    public TomcatLine line() {
        return line;
    }

    /** CATALINA_BASE. */
    public Path base() {
        return base;
    }

    /** The password of {@link #ADMIN} and all other users of this node. */
    public String password() {
        return password;
    }

    public URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port + pathAndQuery);
    }

    public long pid() {
        return running().pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Starts what was stopped or killed, on the same port; answers when Tomcat says that it has started. */
    public void start() {
        if (isRunning()) {
            throw new IllegalStateException(name + " runs already");
        }
        for (int attempt = 1; !launch(); attempt++) {
            kill();
            if (attempt == 3) {
                throw new IllegalStateException(name + ": port " + port + " is taken" + tail());
            }
        }
    }

    /** Stops as an operator does, with SIGTERM, and waits for the end. */
    public void stop() {
        Process running = running();
        running.destroy();
        if (!ended(running, PATIENCE)) {
            kill();
            throw new IllegalStateException(name + " did not stop within " + PATIENCE.toSeconds() + " s" + tail());
        }
        forget(running);
    }

    /** Ends without a word, as a crash does: SIGKILL. */
    public void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            ended(running, PATIENCE);
            forget(running);
        }
    }

    public void restart() {
        stop();
        start();
    }

    /** Freezes the process, as a long pause of the garbage collector or of a virtual machine does. */
    public void suspend() {
        Reaper.signal("STOP", pid());
    }

    public void resume() {
        Reaper.signal("CONT", pid());
    }

    /** Everything that this node has logged, over all its runs. */
    public String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has logged since its last start. */
    public String logOfThisRun() {
        String log = log();
        return log.substring(Math.min(startOfRun, log.length()));
    }

    /** Waits until the log since the last start matches, and answers the match. */
    public String awaitLog(String regex) {
        return await("the log line " + regex, () -> find(Pattern.compile(regex)).map(Matcher::group));
    }

    /** Deploys into the running node; needs {@link TomcatSetup#manager()}. */
    public void deploy(String name, Path war, String contextXml) {
        try {
            Path config = Files.createTempFile(base, name.replace('#', '_') + "-", ".xml");
            Files.writeString(config, "<Context>" + contextXml + "</Context>\n");
            managerText("deploy?path=/" + encode(path(name)) + version(name) + "&war=" + encode("file:" + war)
                    + "&config=" + encode("file:" + config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void undeploy(String name) {
        managerText("undeploy?path=/" + encode(path(name)) + version(name));
    }

    /** Reloads a context: its manager unloads and loads all sessions. */
    public void reload(String name) {
        managerText("reload?path=/" + encode(path(name)) + version(name));
    }

    /** What the text interface of Tomcat's Manager says to a command such as {@code sessions?path=/shop}. */
    public String managerText(String commandAndQuery) {
        HttpResponse<String> response = get("/manager/text/" + commandAndQuery, ROBOT);
        if (response.statusCode() != 200 || !response.body().startsWith("OK")) {
            throw new IllegalStateException(name + ": Manager answered " + response.statusCode() + " to "
                    + commandAndQuery + ": " + response.body() + tail());
        }
        return response.body();
    }

    /**
     * Waits until Tomcat's Manager finds no class loader of a stopped context any more. The thread that answered last, and
     * the collector, may take a moment; a leak stays.
     */
    public void awaitNoLeak(String contextPath) {
        Await.until(
                "no leak of " + contextPath,
                () -> !get("/manager/text/findleaks", ROBOT).body().contains(contextPath));
    }

    /** A GET with the name and password of one of this node's users. */
    public HttpResponse<String> get(String pathAndQuery, String user) {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(uri(pathAndQuery))
                .header("Authorization", "Basic " + credentials)
                .timeout(PATIENCE)
                .build();
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": " + pathAndQuery, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Stops the node if it runs, and removes its base directory. */
    @Override
    public void close() {
        try {
            Process running = process;
            if (running != null) {
                Reaper.signal("CONT", running.pid());
                running.destroy();
                ended(running, PATIENCE);
            }
        } finally {
            kill();
            Testbed.delete(base);
        }
    }

    @Override
    public String toString() {
        return name + " (" + line + ")";
    }

    /** False when the port was taken meanwhile. */
    private boolean launch() {
        startOfRun = log().length();
        var arguments = new ArrayList<String>(command);
        arguments.add(arguments.size() - 2, "-Dhttp.port=" + port);
        try {
            process = new ProcessBuilder(arguments)
                    .directory(base.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Reaper.watch(process.pid());
        await("\"Server startup in\"", () -> find(STARTED));
        port = find(PORT).map(match -> Integer.parseInt(match.group(1))).orElse(port);
        return !logOfThisRun().contains("java.net.BindException");
    }

    /** Waits for it as long as the process lives. */
    private <T> T await(String what, Supplier<Optional<T>> condition) {
        Optional<T> answer;
        try {
            answer = Await.value(what, PATIENCE, () -> {
                boolean alive = isRunning();
                Optional<T> now = condition.get();
                return now.isPresent() || !alive ? Optional.of(now) : Optional.empty();
            });
        } catch (AssertionError e) {
            throw new IllegalStateException(name + " did not come to " + what + " in time" + tail(), e);
        }
        return answer.orElseThrow(() -> new IllegalStateException(name + " ended before " + what + tail()));
    }

    private Optional<Matcher> find(Pattern pattern) {
        Matcher matcher = pattern.matcher(logOfThisRun());
        return matcher.find() ? Optional.of(matcher) : Optional.empty();
    }

    private Process running() {
        Process running = process;
        if (running == null || !running.isAlive()) {
            throw new IllegalStateException(name + " does not run" + tail());
        }
        return running;
    }

    private void forget(Process ended) {
        Reaper.forget(ended.pid());
        process = null;
    }

    private Path logFile() {
        return base.resolve("logs/console.log");
    }

    /** For the end of a failure's message: the last of the log, without Tomcat's and Java's own stack frames. */
    String tail() {
        List<String> lines = log().lines()
                .filter(entry -> !entry.startsWith("\t\tat ") || entry.contains("sessionadmin"))
                .toList();
        return "; its log ends with\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private static String path(String name) {
        return name.equals("ROOT") ? "" : name.replaceFirst("##.*", "").replace('#', '/');
    }

    private static String version(String name) {
        int mark = name.indexOf("##");
        return mark < 0 ? "" : "&version=" + encode(name.substring(mark + 2));
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static boolean ended(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Interrupted", e);
    }
}
