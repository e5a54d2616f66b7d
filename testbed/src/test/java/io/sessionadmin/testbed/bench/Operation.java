package io.sessionadmin.testbed.bench;

/** What is done to one stored session and timed. They are measured in this order, on the same sessions. */
enum Operation {
    NEW("a new session is saved"),
    FIRST("a small attribute of many has changed for the first time, and is saved"),
    CHANGED("a small attribute of many has changed again, and is saved"),
    ALL("all attributes have changed, and are saved"),
    UNCHANGED("the session was accessed only"),
    LOOK("the session in memory is compared with its row"),
    LOAD("the session is read into memory"),
    REMOVE("the session is ended");

    private final String meaning;

    Operation(String meaning) {
        this.meaning = meaning;
    }

    String meaning() {
        return meaning;
    }

    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
