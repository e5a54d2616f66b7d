package io.sessionadmin.testbed;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Two nodes of one line on one database, with nothing between them that would pin a visitor to one. */
final class TwoNodes implements AutoCloseable {
    /** Takes headers of hostile size; compresses for whoever asks for it. */
    private static final String CONNECTOR = """
            compression="on" compressionMinSize="1" maxHttpRequestHeaderSize="65536"\
            """;

    /** A pause that a test ends, and that ends before a visitor loses patience when it does not. */
    static final int LONG = 20_000;

    private static final Map<TomcatLine, TwoNodes> STRICT = new EnumMap<>(TomcatLine.class);

    private final TestDatabase database = TestPostgres.shared().database();
    private final TomcatNode one;
    private final TomcatNode two;

    TwoNodes(TomcatLine line, Function<TestDatabase, Consumer<TomcatSetup>> setup) {
        one = node(line, setup.apply(database));
        two = node(line, setup.apply(database));
    }

    /**
     * The pair of this JVM whose sessions any node may serve at any time; don't stop its nodes. On it are /shop,
     * /touched, which touches each second, and /slow and /outlet: these two share their ids and know each other, and
     * a save takes so long there that an answer that does not wait for it is found out.
     */
    static synchronized TwoNodes strict(TomcatLine line) {
        return STRICT.computeIfAbsent(line, TwoNodes::startStrict);
    }

    TestDatabase database() {
        return database;
    }

    TomcatNode one() {
        return one;
    }

    TomcatNode two() {
        return two;
    }

    List<TomcatNode> both() {
        return List.of(one, two);
    }

    /** The node of an even turn, or of an odd one. */
    TomcatNode at(int turn) {
        return turn % 2 == 0 ? one : two;
    }

    /** Waits until so many requests of each node's context pause. */
    void awaitPaused(String contextPath, int onOne, int onTwo) {
        Visit atOne = new Visitor().on(one, contextPath);
        Visit atTwo = new Visitor().on(two, contextPath);
        Await.until(
                onOne + " and " + onTwo + " requests that pause",
                () -> atOne.paused() == onOne && atTwo.paused() == onTwo);
    }

    /** Waits likewise, and lets all of them go on. */
    void resume(String contextPath, int onOne, int onTwo) {
        awaitPaused(contextPath, onOne, onTwo);
        new Visitor().on(one, contextPath).resume();
        new Visitor().on(two, contextPath).resume();
    }

    /** Starts a request that takes a while. */
    static CompletableFuture<Void> meanwhile(Runnable request) {
        return CompletableFuture.runAsync(request, task -> {
            var thread = new Thread(task, "visitor");
            thread.setDaemon(true);
            thread.start();
        });
    }

    static void allDone(List<CompletableFuture<Void>> requests) {
        requests.forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        one.close();
        two.close();
        database.close();
    }

    private static TomcatNode node(TomcatLine line, Consumer<TomcatSetup> setup) {
        TomcatSetup node = TomcatNode.on(line).withStore().connector(CONNECTOR);
        setup.accept(node);
        return node.start();
    }

    private static TwoNodes startStrict(TomcatLine line) {
        String together = "crossContext=\"true\" sessionCookiePath=\"/\"";
        var nodes = new TwoNodes(line, db -> node -> {
            String slow = StoreXml.sharedManager(
                    db, "touchInterval=\"600\" persistAuthentication=\"true\"", "maximumPoolSize=\"8\"");
            node.shop(StoreXml.sharedManager(db))
                    .webapp("touched", ShopWar.standard(), StoreXml.sharedManager(db, "touchInterval=\"1\"", ""))
                    .webapp("slow", ShopWar.standard(), together, slow)
                    .webapp("outlet", ShopWar.standard(), together, slow);
        });
        nodes.database.delaySaves("tomcat_sessions", Duration.ofMillis(150), """
                new.app_name in ('/Catalina/localhost/slow', '/Catalina/localhost/outlet')""");
        return nodes;
    }
}
