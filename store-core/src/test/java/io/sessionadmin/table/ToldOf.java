package io.sessionadmin.table;

import java.util.OptionalLong;
import java.util.Set;

/** A node that has no session in memory, and wants to be told of the end of these alone. */
record ToldOf(Set<String> ids) implements LiveSessions {

    ToldOf(String... ids) {
        this(Set.of(ids));
    }

    @Override
    public OptionalLong heldUntil(String id) {
        return OptionalLong.empty();
    }

    @Override
    public boolean isToBeTold(String id) {
        return ids.contains(id);
    }
}
