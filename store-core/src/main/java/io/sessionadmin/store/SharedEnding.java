package io.sessionadmin.store;

/**
 * Marks a thread that ends a session. Single sign-on looks other sessions up meanwhile, and must get an answer rather
 * than have its request ended in the middle.
 */
final class SharedEnding {

    private static final ThreadLocal<Integer> DEPTH = new ThreadLocal<>();

    private SharedEnding() {}

    static SharedEnding begin() {
        Integer depth = DEPTH.get();
        DEPTH.set(depth == null ? 1 : depth + 1);
        return new SharedEnding();
    }

    void finish() {
        int left = DEPTH.get() - 1;
        if (left == 0) {
            DEPTH.remove();
        } else {
            DEPTH.set(left);
        }
    }

    static boolean isUnderWay() {
        return DEPTH.get() != null;
    }
}
