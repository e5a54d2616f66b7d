package io.sessionadmin.console.model;

/** Names the context whose sessions are looked at. */
public sealed interface ContextAddress {

    /** What people call it. */
    String title();

    /**
     * A context of this engine.
     *
     * @param name its path and version as in {@code /shop##2}; {@code /} for ROOT
     */
    record Deployed(String host, String name) implements ContextAddress {
        @Override
        public String title() {
            return name;
        }

        /** The name under which the host has it as a child. */
        String childName() {
            return name.equals("/") || name.startsWith("/##") ? name.substring(1) : name;
        }

        static Deployed of(String host, String childName) {
            return new Deployed(host, childName.startsWith("/") ? childName : "/" + childName);
        }
    }

    /**
     * A context that is not deployed here, and of which a store has rows.
     *
     * @param app the name that the rows carry: {@code /Engine/host/path##version}
     */
    record Orphan(String app) implements ContextAddress {
        @Override
        public String title() {
            return app;
        }
    }
}
