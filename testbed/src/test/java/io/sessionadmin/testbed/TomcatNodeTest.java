package io.sessionadmin.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TomcatNodeTest {
    @OnBothTomcats
    void aNodeIsOfItsLineAndLogsIt(TomcatLine line) {
        try (var node = TomcatNode.on(line).named("tc-1").start()) {
            assertThat(node.name()).isEqualTo("tc-1");
            assertThat(node.awaitLog("Server version name: .*|Starting Servlet engine: .*"))
                    .contains(line.version());
        }
    }

    @OnBothTomcats
    void aKilledNodeIsGoneAndComesBackOnItsPort(TomcatLine line) {
        try (var node = TomcatNode.on(line).shop(StoreXml.memory()).start()) {
            ProcessHandle process = ProcessHandle.of(node.pid()).orElseThrow();
            var uri = node.uri("/shop/");
            node.kill();
            assertThat(process.isAlive()).isFalse();
            assertThat(node.isRunning()).isFalse();
            node.start();
            assertThat(node.uri("/shop/")).isEqualTo(uri);
            new Visitor().on(node).passBy();
        }
    }

    @OnBothTomcats
    void aClosedNodeLeavesNoFiles(TomcatLine line) {
        var node = TomcatNode.on(line).start();
        node.close();
        assertThat(node.base()).doesNotExist();
    }

    @Test
    void aSuspendedNodeIsSilentUntilItIsResumed() {
        try (var node =
                TomcatNode.on(TomcatLine.TOMCAT_11).shop(StoreXml.memory()).start()) {
            var alice = new Visitor().patience(Duration.ofSeconds(1));
            node.suspend();
            assertThatThrownBy(() -> alice.on(node).passBy()).isInstanceOf(UncheckedIOException.class);
            node.resume();
            alice.patience(Duration.ofSeconds(30)).on(node).passBy();
        }
    }

    @OnBothTomcats
    void aContextIsDeployedIntoARunningNodeAndTakenAway(TomcatLine line) {
        try (var node = TomcatNode.on(line).manager().start()) {
            node.deploy("shop##2", ShopWar.standard(), StoreXml.memory());
            var alice = new Visitor();
            alice.on(node).put("cart", "book");
            assertThat(node.managerText("sessions?path=/shop&version=2")).contains("[1] sessions");
            node.reload("shop##2");
            assertThat(alice.on(node).touch()).isFalse();
            node.undeploy("shop##2");
            assertThat(alice.on(node).request("/").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aNodeThatCannotStartShowsTheEndOfItsLog() {
        assertThatThrownBy(() -> TomcatNode.on(TomcatLine.TOMCAT_11)
                        .jvmOption("-XX:NoSuchOption")
                        .start())
                .hasMessageContaining("ended before")
                .hasMessageContaining("NoSuchOption");
    }

    @Test
    void aSharedLibraryIsInTheBase() {
        try (var node = TomcatNode.on(TomcatLine.TOMCAT_10).withPostgresDriver().start()) {
            assertThat(Files.exists(node.base().resolve("lib/postgresql.jar"))).isTrue();
        }
    }
}
