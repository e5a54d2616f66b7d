package io.sessionadmin.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a live session has and its row does not: names of attributes that were put or removed, and the rest (limits,
 * login). Each mark has a number, so that one which is made while a save is under way outlives it. Safe for use by
 * several threads.
 */
final class Changes {

    private @Nullable Map<String, Integer> names;
    private int rest;
    private int last;

    /**
     * To be called when the change is there: a save takes the marks first and the values then. And before, where a newer
     * row may be taken over meanwhile.
     */
    synchronized void mark(String name) {
        if (names == null) {
            names = new HashMap<>(4);
        }
        names.put(name, ++last);
    }

    synchronized void markRest() {
        rest = ++last;
    }

    synchronized boolean any() {
        return names != null || rest > 0;
    }

    synchronized boolean has(String name) {
        return names != null && names.containsKey(name);
    }

    /** The names of the attributes that are marked now. */
    synchronized Set<String> names() {
        return names == null ? Set.of() : Set.copyOf(names.keySet());
    }

    synchronized boolean hasRest() {
        return rest > 0;
    }

    /** The number of the last mark: what is written from now on has all of them. */
    synchronized int upTo() {
        return last;
    }

    /** Takes back what was marked until then: it is saved. */
    synchronized void settle(int upTo) {
        if (rest <= upTo) {
            rest = 0;
        }
        if (names != null && names.values().removeIf(number -> number <= upTo) && names.isEmpty()) {
            names = null;
        }
    }
}
