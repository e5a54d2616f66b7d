package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a window and with an empty profile, which asks nobody but the nodes. */
public final class Browser implements AutoCloseable {
    /** What the visitor's system asks for. */
    public enum Look {
        LIGHT,
        DARK
    }

    private static final List<String> ARGUMENTS = List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--force-color-profile=srgb",
            "--hide-scrollbars",
            "--lang=en");

    // Each release of Chromium is newer than what Selenium knows; the commands used here are old ones.
    private static final Logger UNKNOWN_VERSION = Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

    static {
        UNKNOWN_VERSION.setLevel(Level.SEVERE);
    }

    private final Path profile = Testbed.freshDirectory("browser", "profile");
    private final List<ProcessHandle> processes;
    private final ChromeDriver driver;

    private Browser(Path chromium, Path chromedriver) {
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.toFile())
                .usingAnyFreePort()
                .build();
        var console = new LoggingPreferences();
        console.enable(LogType.BROWSER, Level.ALL);
        var options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments(ARGUMENTS);
        options.addArguments("--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", console);
        driver = new ChromeDriver(service, options);
        processes = ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").contains("chromedriver"))
                .flatMap(child -> Stream.concat(Stream.of(child), child.children()))
                .toList();
        processes.forEach(process -> Reaper.watch(process.pid()));
    }

    /** Starts one; installs Chromium from Debian when it is missing and this may be done. */
    public static Browser start() {
        if (isMissing()) {
            install();
        }
        return new Browser(
                chromium().orElseThrow(Browser::missing),
                executable("chromedriver").orElseThrow(Browser::missing));
    }

    /** For what is not here. */
    public ChromeDriver driver() {
        return driver;
    }

    /** Sends this name and password with every request from now on, by BASIC. */
    public Browser as(String user, String password) {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return headers(Map.of("Authorization", "Basic " + credentials));
    }

    /** Sends these headers with every request from now on, and no longer those set before. */
    public Browser headers(Map<String, String> headers) {
        cdp("Network.enable", Map.of());
        cdp("Network.setExtraHTTPHeaders", Map.of("headers", headers));
        return this;
    }

    public Browser viewport(int width, int height) {
        cdp(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    public Browser look(Look look) {
        String scheme = look == Look.DARK ? "dark" : "light";
        cdp(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return this;
    }

    /** Pages that are opened from now on run scripts, or don't. */
    public Browser javaScript(boolean enabled) {
        cdp("Emulation.setScriptExecutionDisabled", Map.of("value", !enabled));
        return this;
    }

    public Browser open(URI uri) {
        driver.get(uri.toString());
        return this;
    }

    public WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    /**
     * Clicks what leads to another page, and waits for that page: the driver may answer a click before the browser has
     * begun to leave, and would then find the old page's elements.
     */
    public Browser follow(String css) {
        return follow(find(css));
    }

    public Browser follow(WebElement link) {
        WebElement page = find("html");
        link.click();
        Await.until("another page", () -> isGone(page) && "complete".equals(driver.executeScript(READY_STATE)));
        return this;
    }

    private static final String READY_STATE = "return document.readyState";

    private static boolean isGone(WebElement element) {
        try {
            element.isEnabled();
            return false;
        } catch (StaleElementReferenceException e) {
            return true;
        } catch (WebDriverException e) { // asked in the moment between the two pages: the next answer says which
            if (String.valueOf(e.getMessage()).contains(BETWEEN_TWO_PAGES)) {
                return false;
            }
            throw e;
        }
    }

    private static final String BETWEEN_TWO_PAGES = "Node with given id does not belong to the document";

    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /** The page's visible text. */
    public String text() {
        return find("body").getText();
    }

    /** What the browser complained about since the last time it was asked: script errors, violations of the CSP, 404. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    /** The whole page, also what is below the fold, as PNG. */
    public byte[] screenshot(int width, int height, Look look) {
        viewport(width, height).look(look);
        Map<String, Object> image = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        return Base64.getDecoder().decode(String.valueOf(image.get("data")));
    }

    /** The same into a file. */
    public Path screenshot(Path file, int width, int height, Look look) {
        try {
            Files.createDirectories(file.toAbsolutePath().resolve("..").normalize());
            return Files.write(file, screenshot(width, height, look));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            driver.quit();
        } finally {
            for (ProcessHandle process : processes) {
                process.destroyForcibly();
                process.onExit().join();
                Reaper.forget(process.pid());
            }
            Testbed.delete(profile);
        }
    }

    private void cdp(String command, Map<String, Object> parameters) {
        driver.executeCdpCommand(command, parameters);
    }

    private static Optional<Path> chromium() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> executable(name).stream())
                .findFirst();
    }

    private static Optional<Path> executable(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(":", -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void install() {
        boolean root = "root".equals(System.getProperty("user.name"));
        if (!root || executable("apt-get").isEmpty()) {
            throw missing();
        }
        // The tests run in two processes: one installs, the other waits for it.
        try (FileChannel lock = FileChannel.open(
                        Testbed.target().resolve("chromium.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            if (held.isValid() && isMissing()) {
                System.out.println("Chromium or chromedriver is missing; installing both from Debian");
                run("apt-get", "update");
                run("apt-get", "install", "-y", "--no-install-recommends", "chromium", "chromium-driver");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMissing() {
        return chromium().isEmpty() || executable("chromedriver").isEmpty();
    }

    private static void run(String... command) {
        try {
            var process = new ProcessBuilder(command).inheritIO();
            process.environment().put("DEBIAN_FRONTEND", "noninteractive");
            if (process.start().waitFor() != 0) {
                throw missing();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw missing();
        }
    }

    private static IllegalStateException missing() {
        return new IllegalStateException("The browser tests need chromium and chromedriver on the PATH."
                + " On Debian: apt-get install chromium chromium-driver");
    }
}
