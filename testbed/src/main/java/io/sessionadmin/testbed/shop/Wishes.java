package io.sessionadmin.testbed.shop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a visitor wishes for, by occasion; unlike a {@link Cart} it is changed in place, deep inside. */
public final class Wishes implements Serializable {
    private static final long serialVersionUID = 1;

    private final TreeMap<String, ArrayList<String>> byOccasion = new TreeMap<>();

    void add(String occasion, String wish) {
        byOccasion.computeIfAbsent(occasion, first -> new ArrayList<>()).add(wish);
    }

    public Map<String, ? extends List<String>> byOccasion() {
        return byOccasion;
    }

    @Override
    public String toString() {
        return byOccasion.toString();
    }
}
