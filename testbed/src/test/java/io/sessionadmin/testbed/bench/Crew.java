package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.Contender.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that begin together, and time each step of theirs. */
final class Crew implements AutoCloseable {

    /** What they did. */
    record Shift(Latencies latencies, double seconds, long roundTrips) {}

    private final int threads;
    private final ExecutorService executor;

    Crew(int threads) {
        this.threads = threads;
        this.executor = Executors.newFixedThreadPool(threads);
    }

    Shift run(List<Step> steps) throws Exception {
        long[] nanos = new long[steps.size()];
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<Long>> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(executor.submit(worker(i, steps, nanos, begin)));
        }
        long began = System.nanoTime();
        begin.countDown();
        long roundTrips = 0;
        for (Future<Long> worker : workers) {
            roundTrips += worker.get();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Shift(new Latencies(nanos), seconds, roundTrips);
    }

    /** Does every n-th step; answers its round trips. */
    private Callable<Long> worker(int first, List<Step> steps, long[] nanos, CountDownLatch begin) {
        return () -> {
            begin.await();
            long tripsBefore = CountingSockets.roundTripsOfThisThread();
            for (int i = first; i < steps.size(); i += threads) {
                long before = System.nanoTime();
                steps.get(i).run();
                nanos[i] = System.nanoTime() - before;
            }
            return CountingSockets.roundTripsOfThisThread() - tripsBefore;
        };
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
