package io.sessionadmin.testbed;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Two Tomcats, one of each line, with the shop and the console on one PostgreSQL, and some people who shop. Runs until
 * Ctrl-C, or for {@code -Ddemo.seconds}, and leaves nothing behind.
 */
public final class Demo implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final String password = randomPassword();

    Demo() {}

    public static void main(String[] args) throws InterruptedException {
        int seconds = Integer.getInteger("demo.seconds", 0);
        try (var demo = new Demo()) {
            var atExit = new Thread(demo::close, "end of the demo");
            Runtime.getRuntime().addShutdownHook(atExit);
            var unusedNodes = demo.start();
            if (seconds == 0) {
                demo.end.await();
            } else {
                demo.end.await(seconds, TimeUnit.SECONDS);
            }
        }
    }

    /** Starts all of it, and answers the nodes when the visitors have arrived. */
    List<TomcatNode> start() {
        say("Starting PostgreSQL ...");
        TestPostgres postgres = closedAtEnd(TestPostgres.own());
        TestDatabase database = postgres.database();
        List<TomcatNode> nodes =
                List.of(node("tc-1", TomcatLine.TOMCAT_10, database), node("tc-2", TomcatLine.TOMCAT_11, database));
        say("Letting visitors in ...");
        closedAtEnd(DemoVisitors.in(nodes));
        welcome(nodes, database);
        return nodes;
    }

    private TomcatNode node(String name, TomcatLine line, TestDatabase database) {
        say("Starting " + name + ", " + line + " ...");
        TomcatSetup setup =
                TomcatNode.on(line).named(name).password(password).withStore().shop(manager(database));
        if (Testbed.hasProducts()) {
            setup.console();
        }
        return closedAtEnd(setup.start());
    }

    /** Any request may go to either of the two; copies leave the memory after a minute. */
    private static String manager(TestDatabase database) {
        return StoreXml.sharedManager(
                database, "minIdleSwap=\"30\" maxIdleSwap=\"60\" processExpiresFrequency=\"3\"", "");
    }

    private void welcome(List<TomcatNode> nodes, TestDatabase database) {
        say("");
        for (TomcatNode node : nodes) {
            say("  " + node);
            say("    shop     " + node.uri("/shop/"));
            say("    console  " + (Testbed.hasProducts() ? node.uri("/session-admin/") : "not built"));
        }
        say("");
        say("  Log in to the consoles as " + TomcatNode.ADMIN + " with the password " + password
                + " (made for this run).");
        say("  PostgreSQL: " + database.jdbcUrl() + ", table tomcat_sessions, user and password " + database.user()
                + ".");
        say("");
        say("Press Ctrl-C to stop.");
    }

    private <T extends AutoCloseable> T closedAtEnd(T part) {
        synchronized (started) {
            started.push(part);
        }
        return part;
    }

    /** Ends all that was started, the last first; the second time there is nothing to end. */
    @Override
    public void close() {
        synchronized (started) {
            if (!started.isEmpty()) {
                say("Stopping ...");
            }
            while (!started.isEmpty()) {
                try {
                    started.pop().close();
                } catch (Exception e) {
                    say("  " + e);
                }
            }
        }
        end.countDown();
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static String randomPassword() {
        return new SecureRandom()
                .ints(10, 0, 31)
                .collect(
                        StringBuilder::new,
                        (text, letter) -> text.append("abcdefghijkmnpqrstuvwxyz2345678".charAt(letter)),
                        StringBuilder::append)
                .toString();
    }
}
