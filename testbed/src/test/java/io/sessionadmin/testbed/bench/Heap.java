package io.sessionadmin.testbed.bench;

/** The heap of this JVM. */
final class Heap {

    private Heap() {}

    /** Bytes in use after collections: the least of several, as what is collected may need more than one. */
    static long used() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(100);
            Runtime runtime = Runtime.getRuntime();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
