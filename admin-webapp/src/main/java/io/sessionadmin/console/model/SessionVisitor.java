package io.sessionadmin.console.model;

/** Takes sessions one by one. */
@FunctionalInterface
public interface SessionVisitor {

    /** Answers whether to go on. */
    boolean test(SessionsFound.Item item);

    /** Whether to look on; each look costs a moment, even when nothing in it matches. */
    default boolean hasTime() {
        return true;
    }
}
