package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

final class BrowserTest {
    @OnBothTomcats
    void aPersonFillsACartLogsInAndOut(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start();
                var browser = Browser.start()) {
            browser.open(node.uri("/shop/"));
            browser.follow(".items button");
            assertThat(browser.find(".cart").getText()).contains("1 x A book on sessions");
            browser.find("input[name=user]").sendKeys("alice");
            browser.follow("button[value=login]");
            assertThat(browser.find("#user").getText()).isEqualTo("alice");
            browser.follow("button[value=logout]");
            assertThat(browser.text()).contains("Nothing yet").doesNotContain("alice");
            assertThat(browser.complaints()).noneMatch(complaint -> complaint.contains("/shop/shop.css"));
        }
    }

    @Test
    void aScreenshotHasTheWidthAndTheLookAskedForAndTheWholePage() throws IOException {
        try (var node = TomcatNode.on(TomcatLine.TOMCAT_11).manager().start();
                var browser = Browser.start()) {
            browser.as(TomcatNode.ADMIN, node.password()).open(node.uri("/manager/status"));
            assertThat(browser.text()).contains("Server Status");
            BufferedImage wide = image(browser.screenshot(1200, 200, Browser.Look.LIGHT));
            assertThat(wide.getWidth()).isEqualTo(1200);
            assertThat(wide.getHeight()).isGreaterThan(400);
            assertThat(image(browser.screenshot(390, 200, Browser.Look.LIGHT)).getWidth())
                    .isLessThan(1200);
        }
    }

    @Test
    void pagesAreShownInTheDark() throws IOException {
        try (var node = TomcatNode.on(TomcatLine.TOMCAT_10)
                        .shop(StoreXml.memory())
                        .start();
                var browser = Browser.start()) {
            browser.open(node.uri("/shop/"));
            assertThat(brightness(browser.screenshot(800, 600, Browser.Look.LIGHT)))
                    .isGreaterThan(200);
            assertThat(brightness(browser.screenshot(800, 600, Browser.Look.DARK)))
                    .isLessThan(60);
        }
    }

    private static int brightness(byte[] png) throws IOException {
        return image(png).getRGB(2, 2) & 0xff;
    }

    private static BufferedImage image(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }
}
