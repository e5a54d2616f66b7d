package io.sessionadmin.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.openqa.selenium.OutputType;

/** Takes the pictures of the console in docs/ from the demo, so that they stay true. */
public final class Screenshots {

    private static final int WIDE = 1280;
    private static final int NARROW = 390;
    private static final int HEIGHT = 900;
    private static final int TALLEST = 1_800;

    private final Browser browser;
    private final Path directory;

    private Screenshots(Browser browser, Path directory) {
        this.browser = browser;
        this.directory = directory;
    }

    /** The directory for the pictures is the only argument. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        try (var demo = new Demo();
                var browser = Browser.start()) {
            TomcatNode node = demo.start().get(0);
            browser.as(TomcatNode.ADMIN, node.password());
            awaitSomethingToSee(node);
            new Screenshots(browser, directory).take(node);
        }
    }

    /** A save has failed, and what was in memory was counted twice: the visitors who have left are swapped out by then. */
    private static void awaitSomethingToSee(TomcatNode node) {
        Pattern counted = Pattern.compile("class=\"live\" points=\"\\S+ \\S+ \\S+");
        Await.until("something to see", Duration.ofMinutes(2), () -> {
            String overview = node.get("/session-admin/", TomcatNode.ADMIN).body();
            return overview.contains("failing") && counted.matcher(overview).find();
        });
    }

    private void take(TomcatNode node) throws IOException {
        browser.open(node.uri("/session-admin/"));
        picture("overview");
        browser.viewport(WIDE, HEIGHT).follow("#contexts [data-context='/shop'] a");
        picture("sessions");
        Visit shopper = new Visitor().on(node);
        shopper.login("mira");
        openSessionOf(shopper, node);
        picture("session");
        openSessionOf(shopper, node);
        browser.follow("#back-up-now");
        picture("backup");
        openSessionOf(shopper, node);
        browser.follow("#invalidate");
        picture("confirm");
        browser.viewport(WIDE, HEIGHT).find("[name=reason]").sendKeys("left the company");
        browser.follow("#invalidate");
        picture("progress");
        for (String page : List.of("health", "activity")) {
            browser.open(node.uri("/session-admin/" + page));
            picture(page);
        }
        browser.open(node.uri("/session-admin/sessions/" + "0".repeat(32) + "?host=localhost&context=/shop"));
        picture("failure");
    }

    /** They have just clicked: nobody swaps the session out before its buttons are pressed. */
    private void openSessionOf(Visit shopper, TomcatNode node) {
        shopper.addToCart("book");
        browser.viewport(WIDE, HEIGHT)
                .open(node.uri("/session-admin/sessions?host=localhost&context=/shop&user=mira"))
                .follow("#sessions tbody a");
    }

    /** In pixels; what is still longer is cut. */
    private int heightOfPage() {
        Object height = browser.driver().executeScript("return document.documentElement.scrollHeight");
        return height instanceof Number pixels ? Math.max(HEIGHT, Math.min(TALLEST, pixels.intValue())) : HEIGHT;
    }

    private void picture(String page) throws IOException {
        for (int width : new int[] {WIDE, NARROW}) {
            for (Browser.Look look : Browser.Look.values()) {
                browser.viewport(width, HEIGHT).look(look).viewport(width, heightOfPage());
                String name = page + (width == WIDE ? "" : "-narrow") + "-"
                        + look.name().toLowerCase(Locale.ROOT);
                Files.write(directory.resolve(name + ".png"), browser.driver().getScreenshotAs(OutputType.BYTES));
            }
        }
    }
}
