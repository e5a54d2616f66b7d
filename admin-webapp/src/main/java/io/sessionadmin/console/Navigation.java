package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.table.AuditTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the head of each page leads to. */
final class Navigation {

    /**
     * A link.
     *
     * @param name for tests and scripts
     * @param current whether the page is this one
     */
    public record Entry(String name, String text, String href, boolean current) {}

    private Navigation() {}

    static List<Entry> of(@Nullable ConsoleView view, String root, Wording words) {
        return List.of(
                new Entry(
                        "overview",
                        words.say("nav.overview"),
                        new ConsoleView.Overview().href(root),
                        view instanceof ConsoleView.Overview),
                new Entry(
                        "sessions",
                        words.say("nav.sessions"),
                        new ConsoleView.Sessions((ContextAddress) null, null).href(root),
                        view instanceof ConsoleView.Sessions),
                new Entry(
                        "health",
                        words.say("nav.health"),
                        new ConsoleView.Health().href(root),
                        view instanceof ConsoleView.Health),
                new Entry(
                        "activity",
                        words.say("nav.activity"),
                        new ConsoleView.Activity(AuditTable.Query.ALL, null).href(root),
                        view instanceof ConsoleView.Activity));
    }
}
