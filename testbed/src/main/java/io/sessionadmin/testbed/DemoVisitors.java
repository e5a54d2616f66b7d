package io.sessionadmin.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The people of the demo: a few who keep clicking, more who have left their cart behind, and some odd ones. */
final class DemoVisitors implements AutoCloseable {
    private static final List<String> NAMES = List.of(
            "alice", "bob", "carla", "david", "elena", "farid", "greta", "hugo", "ines", "jonas", "kira", "liam",
            "mara", "nils", "olga", "pablo", "quinn", "rosa", "samir", "tilda", "uwe", "vera", "wanda", "yusuf");
    private static final List<String> ITEMS = List.of("book", "lamp", "mug", "chair", "plant", "radio");
    private static final int CLICKERS = 14;
    private static final int PASSERS_BY = 16;

    // The same people and clicks on each run.
    private final Random random = new Random(7);
    private final List<TomcatNode> nodes;
    private final List<Visit> clickers = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "visitors of the demo");
        thread.setDaemon(true);
        return thread;
    });

    private DemoVisitors(List<TomcatNode> nodes) {
        this.nodes = nodes;
    }

    static DemoVisitors in(List<TomcatNode> nodes) {
        var visitors = new DemoVisitors(nodes);
        visitors.arrive();
        var unusedClicks = visitors.clock.scheduleWithFixedDelay(visitors::click, 500, 700, TimeUnit.MILLISECONDS);
        var unusedVisits = visitors.clock.scheduleWithFixedDelay(visitors::passBy, 5, 12, TimeUnit.SECONDS);
        return visitors;
    }

    private void arrive() {
        for (String name : NAMES) {
            Visit visit = shopper(name);
            if (clickers.size() < CLICKERS) {
                clickers.add(visit);
            }
        }
        for (int i = 0; i < PASSERS_BY; i++) {
            somewhere().addToCart(item());
        }
        shopper("zoe").maxInactive(-1);
        for (int kilobytes : new int[] {64, 256, 900}) {
            shopper("collector-" + kilobytes).big("history", kilobytes);
        }
        Visit broken = shopper("ivan");
        broken.putHiddenConnection("connection");
        clickers.add(broken);
        Visit failing = shopper("judit");
        failing.putPoison("report", "write_io");
        clickers.add(failing);
    }

    private Visit shopper(String name) {
        Visit visit = somewhere();
        visit.put("language", random.nextBoolean() ? "en" : "de");
        visit.addToCart(item());
        visit.login(name);
        return visit;
    }

    private void click() {
        quietly(() -> {
            Visit visit = clickers.get(random.nextInt(clickers.size()));
            switch (random.nextInt(6)) {
                case 0 -> visit.addToCart(item());
                case 1 -> visit.count("pages");
                case 2 -> visit.put("lastSeen", item());
                default -> visit.touch();
            }
        });
    }

    /** Someone who looks around and does not come back; their session lasts for two minutes. */
    private void passBy() {
        quietly(() -> {
            Visit visit = somewhere();
            visit.addToCart(item());
            visit.maxInactive(120);
        });
    }

    private Visit somewhere() {
        return new Visitor().on(nodes.get(random.nextInt(nodes.size())));
    }

    private String item() {
        return ITEMS.get(random.nextInt(ITEMS.size()));
    }

    /** A node that somebody has stopped to see what happens must not end the others' clicks. */
    private void quietly(Runnable visit) {
        try {
            visit.run();
        } catch (RuntimeException e) {
            if (!clock.isShutdown() && nodes.stream().allMatch(TomcatNode::isRunning)) {
                System.out.println("A visitor was turned away: "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
