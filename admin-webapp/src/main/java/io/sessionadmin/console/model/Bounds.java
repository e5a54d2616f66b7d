package io.sessionadmin.console.model;

import org.jspecify.annotations.Nullable;

/**
 * A number is more than one bound and less than another.
 *
 * @param over null for no bound
 * @param under null for no bound
 */
public record Bounds(@Nullable Long over, @Nullable Long under) {

    public static final Bounds NONE = new Bounds(null, null);

    public boolean isGiven() {
        return over != null || under != null;
    }

    boolean contain(long value) {
        return (over == null || value > over) && (under == null || value < under);
    }
}
