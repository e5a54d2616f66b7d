package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Picks the few things with the smallest handles behind a cursor out of many, without sorting them all: any page costs
 * one pass.
 */
final class SmallestHandles<T> {

    private record Held<T>(String hex, T thing) {}

    private final @Nullable String after;
    private final int limit;
    private final PriorityQueue<Held<T>> held =
            new PriorityQueue<>(Comparator.<Held<T>, String>comparing(Held::hex).reversed());

    SmallestHandles(@Nullable Handle after, int limit) {
        this.after = after == null ? null : after.hex();
        this.limit = limit;
    }

    void offer(Handle handle, T thing) {
        String hex = handle.hex();
        if (after != null && hex.compareTo(after) <= 0) {
            return;
        }
        Held<T> largest = held.peek();
        if (largest != null && held.size() == limit) {
            if (hex.compareTo(largest.hex()) >= 0) {
                return;
            }
            held.poll();
        }
        held.add(new Held<>(hex, thing));
    }

    List<T> inOrder() {
        List<Held<T>> sorted = new ArrayList<>(held);
        sorted.sort(Comparator.comparing(Held::hex));
        return sorted.stream().map(Held::thing).toList();
    }
}
