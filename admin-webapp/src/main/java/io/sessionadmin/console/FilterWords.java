package io.sessionadmin.console;

import io.sessionadmin.console.model.Bounds;
import io.sessionadmin.console.model.SessionFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A filter in words for people.
 *
 * @param clauses its conditions; none when it takes all
 * @param sentence as in: sessions, live, of alice, idle for more than 2 h
 */
public record FilterWords(List<Clause> clauses, String sentence) {

    /**
     * One condition.
     *
     * @param name of its parameter
     * @param text as in: of alice
     */
    public record Clause(String name, String text) {}

    static FilterWords of(SessionFilter filter, Wording words) {
        List<Clause> clauses = new ArrayList<>();
        if (filter.state() != null) {
            add(clauses, "state", words.say("state." + filter.state().name()));
        }
        if (filter.backup() != null) {
            add(clauses, "backup", words.say("filter.backup." + filter.backup().name()));
        }
        add(clauses, "user", filter.user(), user -> words.say("filter.user", user));
        add(clauses, "node", filter.node(), node -> words.say("filter.node", node));
        add(clauses, "q", filter.handlePrefix(), prefix -> words.say("filter.q", prefix));
        bounds(clauses, "idle", filter.idle(), seconds -> words.duration(Duration.ofSeconds(seconds)), words);
        bounds(clauses, "age", filter.age(), seconds -> words.duration(Duration.ofSeconds(seconds)), words);
        bounds(clauses, "size", filter.size(), words::size, words);
        add(clauses, "attribute", filter.attribute(), name -> words.say("filter.attribute", name));
        List<String> texts = clauses.stream().map(Clause::text).toList();
        return new FilterWords(
                clauses,
                clauses.isEmpty()
                        ? words.say("filter.none")
                        : words.say("filter.sentence", String.join(words.say("filter.separator"), texts)));
    }

    private static void bounds(
            List<Clause> clauses, String name, Bounds bounds, LongFunction<String> value, Wording words) {
        if (bounds.over() != null) {
            add(clauses, name + "Over", words.say("filter." + name + "Over", value.apply(bounds.over())));
        }
        if (bounds.under() != null) {
            add(clauses, name + "Under", words.say("filter." + name + "Under", value.apply(bounds.under())));
        }
    }

    private static void add(
            List<Clause> clauses, String name, @Nullable String value, java.util.function.UnaryOperator<String> text) {
        if (value != null) {
            add(clauses, name, text.apply(value));
        }
    }

    private static void add(List<Clause> clauses, String name, String text) {
        clauses.add(new Clause(name, text));
    }
}
