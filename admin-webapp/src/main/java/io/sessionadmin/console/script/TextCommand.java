package io.sessionadmin.console.script;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a script may say under /text. */
enum TextCommand {
    LIST("", "", "all contexts with their sessions in numbers"),
    ATRISK("", "", "what a crash of this node loses now"),
    SESSIONS(
            "path version host state backup user node q idleOver idleUnder ageOver ageUnder sizeOver sizeUnder attribute"
                    + " sort limit after",
            "?path=/shop",
            "sessions of a context, by handle or as sort says"),
    NODES("", "", "the nodes of each context, as they have announced themselves"),
    HEALTH("", "", "what should be known or changed, the worst first"),
    FIND("id", "-d id=...", "the sessions with this id"),
    EXPIRE(
            "path version host idle reason",
            "-d path=/shop -d idle=30",
            "ends sessions idle for longer than so many minutes"),
    INVALIDATE(
            "path version host handle user reason",
            "-d path=/shop -d user=alice",
            "ends the sessions of a user, or those named by handle=..."),
    JOB("job", "?job=...", "how far the ending of many sessions is");

    private final String parameters;
    private final String example;
    private final String purpose;

    /** @param example of the parameters as curl takes them; for a command that is sent by POST with -d */
    TextCommand(String parameters, String example, String purpose) {
        this.parameters = parameters;
        this.example = example;
        this.purpose = purpose;
    }

    static TextCommand named(String name) throws RefusedException {
        for (TextCommand command : values()) {
            if (command.word().equals(name)) {
                return command;
            }
        }
        throw new RefusedException(
                Problem.NO_SUCH_PATH,
                "The commands are "
                        + Arrays.stream(values()).map(TextCommand::word).collect(Collectors.joining(", "))
                        + ", as in /session-admin/text/list.");
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is sent by POST: it changes something, or carries what must not be in a URL. */
    boolean changes() {
        return example.contains("-d ");
    }

    Set<String> parameters() {
        return parameters.isEmpty() ? Set.of() : Set.of(parameters.split(" ", -1));
    }

    String usage() {
        return "/text/" + word() + " (" + purpose + ") is sent by " + (changes() ? "POST" : "GET")
                + ", as in: curl -u USER "
                + (changes()
                        ? example + " .../session-admin/text/" + word()
                        : ".../session-admin/text/" + word() + example);
    }
}
