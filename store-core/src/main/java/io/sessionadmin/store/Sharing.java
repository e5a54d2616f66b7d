package io.sessionadmin.store;

/** What works on the sessions of a started {@link SharedPersistentManager}. */
record Sharing(
        SharingSettings settings,
        SharedSessions sessions,
        SharedBackground background,
        SessionQueue queue,
        Endings endings) {}
