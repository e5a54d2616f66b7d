package io.sessionadmin.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hearing of sessions that end elsewhere. */
final class InvalidationListenerTest {

    @Test
    void itHearsAgainAfterAnErrorOfTheJvms() throws Exception {
        String url = Postgres.freshUrl();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        AtomicInteger times = new AtomicInteger();
        InvalidationListener.Ears ears = new InvalidationListener.Ears() {
            @Override
            public void invalidated() {
                if (times.incrementAndGet() == 2) {
                    throw new StackOverflowError("on purpose");
                }
                heard.add("look");
            }

            @Override
            public void deaf(Exception reason) {
                heard.add("deaf: " + reason.getMessage());
            }
        };
        try (var listener = new InvalidationListener(() -> DriverManager.getConnection(url), "/shop", ears);
                Connection connection = DriverManager.getConnection(url)) {
            assertThat(next(heard)).as("the first look").isEqualTo("look");
            tell(connection);
            assertThat(next(heard)).startsWith("deaf").contains("on purpose");
            assertThat(next(heard)).as("the look after the new connection").isEqualTo("look");
            tell(connection);
            assertThat(next(heard)).isEqualTo("look");
            assertThat(listener).isNotNull();
        }
    }

    private static @Nullable String next(BlockingQueue<String> heard) throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }

    private static void tell(Connection connection) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute("notify " + InvalidationListener.CHANNEL + ", '/shop'");
        }
    }
}
