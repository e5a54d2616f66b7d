package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.SessionSort;
import io.sessionadmin.console.model.SessionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The form by which people say which sessions they look for; it is sent by GET, so that the filter lives in the URL.
 *
 * @param fields that keep the context
 * @param values what is in the text fields now, by the names of the parameters
 * @param chips the conditions that hold, each with a link that takes it away
 * @param sentence the filter in words; empty when it takes all
 * @param all address of the list without a filter
 */
public record FilterForm(
        String action,
        List<SessionsPage.Hidden> fields,
        List<Choice> states,
        List<Choice> backups,
        List<Choice> sorts,
        Map<String, String> values,
        List<Chip> chips,
        String sentence,
        String all) {

    /** What a list offers. */
    public record Choice(String value, String text, boolean selected) {}

    /** A condition that holds; the link shows the list without it. */
    public record Chip(String name, String text, String without, String label) {}

    static FilterForm of(SessionQuery query, String root, Wording words) {
        SessionFilter filter = query.filter();
        FilterWords said = FilterWords.of(filter, words);
        List<Chip> chips = new ArrayList<>();
        for (FilterWords.Clause clause : said.clauses()) {
            var without = new ConsoleView.Sessions(query.first().with(filter.without(clause.name())));
            chips.add(new Chip(
                    clause.name(), clause.text(), without.href(root), words.say("filter.remove", clause.text())));
        }
        Map<String, String> values = new TreeMap<>();
        filter.parameters().forEach(parameter -> values.put(parameter.name(), parameter.value()));
        return new FilterForm(
                root + "/sessions",
                context(query.scope().address()),
                states(filter, words),
                backups(filter, words),
                sorts(query.sort(), words),
                values,
                chips,
                filter.isEmpty() ? "" : said.sentence(),
                new ConsoleView.Sessions(query.first().with(SessionFilter.NONE)).href(root));
    }

    static List<SessionsPage.Hidden> context(@Nullable ContextAddress context) {
        if (context instanceof ContextAddress.Deployed deployed) {
            return List.of(
                    new SessionsPage.Hidden("host", deployed.host()),
                    new SessionsPage.Hidden("context", deployed.name()));
        }
        return context instanceof ContextAddress.Orphan orphan
                ? List.of(new SessionsPage.Hidden("app", orphan.app()))
                : List.of();
    }

    private static List<Choice> states(SessionFilter filter, Wording words) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", words.say("filter.any"), filter.state() == null));
        for (SessionState state : SessionState.values()) {
            choices.add(new Choice(state.word(), words.say("state." + state.name()), state == filter.state()));
        }
        return choices;
    }

    private static List<Choice> backups(SessionFilter filter, Wording words) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", words.say("filter.any"), filter.backup() == null));
        for (SessionFilter.Backup backup : SessionFilter.Backup.values()) {
            String text = words.say("filter.backup." + backup.name());
            choices.add(new Choice(backup.word(), text, backup == filter.backup()));
        }
        return choices;
    }

    private static List<Choice> sorts(SessionSort sort, Wording words) {
        List<Choice> choices = new ArrayList<>();
        for (SessionSort each : SessionSort.values()) {
            String value = each == SessionSort.HANDLE ? "" : each.word();
            choices.add(new Choice(value, words.say("sort." + each.name()), each == sort));
        }
        return choices;
    }
}
