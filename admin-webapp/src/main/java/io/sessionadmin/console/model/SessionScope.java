package io.sessionadmin.console.model;

import org.jspecify.annotations.Nullable;

/** Whose sessions are looked at: those of one context, or of all that this engine or its stores know. */
public sealed interface SessionScope {

    /** One context. */
    record OneContext(ContextAddress address) implements SessionScope {}

    /** Every context that is deployed on this engine, and every other one that its stores have rows of. */
    record AllContexts() implements SessionScope {}

    static SessionScope of(@Nullable ContextAddress address) {
        return address == null ? new AllContexts() : new OneContext(address);
    }

    /** Null for all contexts. */
    default @Nullable ContextAddress address() {
        return this instanceof OneContext one ? one.address() : null;
    }
}
