package io.sessionadmin.console;

import io.sessionadmin.console.model.EngineSessions.Reach;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionPage;
import java.util.List;
import java.util.Locale;

/** Asks whether some sessions shall end, in words that name the scope. */
public record ConfirmPage(
        String question,
        String consequence,
        List<SessionsPage.Row> rows,
        String gone,
        List<String> problems,
        String button,
        String cancel,
        String action,
        List<SessionsPage.Hidden> fields) {

    static ConfirmPage of(
            ConsoleView.Confirm view,
            SessionPage found,
            Reach reach,
            String scope,
            String csrf,
            String root,
            Wording words) {
        int gone = view.handles().size() - found.entries().size();
        String question = question(found.entries(), scope, words);
        return new ConfirmPage(
                words.say("confirm.question", question),
                words.say("confirm." + reach.name().toLowerCase(Locale.ROOT)),
                found.entries().stream()
                        .map(entry -> SessionsPage.row(view.context(), entry, root, words))
                        .toList(),
                gone == 0 || found.problem().isGiven() ? "" : words.say("confirm.gone", gone),
                found.problem().isGiven() ? List.of(words.say(found.problem())) : List.of(),
                question,
                new ConsoleView.Sessions(view.context(), null).href(root),
                ConsoleView.Invalidate.href(root),
                SessionsPage.fields(view.context(), csrf));
    }

    /** As in: Invalidate 3 sessions of alice in /shop. */
    static String question(List<SessionEntry> entries, String scope, Wording words) {
        List<String> users = entries.stream()
                .map(entry -> entry.user().orElse(""))
                .distinct()
                .toList();
        boolean one = users.size() == 1 && !users.get(0).isEmpty();
        return one
                ? words.say("scope.ofUser", entries.size(), users.get(0), scope)
                : words.say("scope.ofContext", entries.size(), scope);
    }
}
