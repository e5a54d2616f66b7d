package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Preview;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks whether some sessions shall end, in words that name the scope.
 *
 * @param drift why this page is shown again; empty for the first time
 * @param filter the conditions that they meet; empty where they were ticked
 * @param scopes how many in which context; empty where there is one
 * @param typed what has to be typed: the number; empty when nothing has
 * @param more how many are not listed; empty when all are
 */
public record ConfirmPage(
        String question,
        String drift,
        String filter,
        List<String> scopes,
        List<String> consequences,
        List<String> notes,
        List<String> problems,
        List<SessionsPage.Row> rows,
        String more,
        String typed,
        String reason,
        String button,
        String cancel,
        String action,
        List<SessionsPage.Hidden> fields) {

    static ConfirmPage of(
            Preview preview,
            String drift,
            String reason,
            Function<ContextAddress, String> scope,
            String csrf,
            String root,
            Wording words) {
        String question = question(preview.count(), preview.user(), preview.contexts(), scope, words);
        List<SessionsPage.Hidden> fields = new ArrayList<>(EndingRequest.fields(preview.selection(), csrf));
        fields.add(new SessionsPage.Hidden("expected", Integer.toString(preview.count())));
        int hidden = preview.count() - preview.shown().size();
        return new ConfirmPage(
                words.say("confirm.question", question),
                drift,
                preview.selection() instanceof Selection.Matching matching
                        ? FilterWords.of(matching.filter(), words).sentence()
                        : "",
                preview.contexts().size() < 2
                        ? List.of()
                        : preview.contexts().stream()
                                .map(part -> words.say("confirm.part", part.count(), scope.apply(part.context())))
                                .toList(),
                preview.contexts().stream()
                        .map(part -> part.reach().name().toLowerCase(Locale.ROOT))
                        .distinct()
                        .map(reach -> words.say("confirm." + reach))
                        .toList(),
                notes(preview, words),
                preview.problems().stream().map(words::say).toList(),
                preview.shown().stream()
                        .map(item -> SessionsPage.row(item.context(), item.entry(), root, words))
                        .toList(),
                hidden == 0 ? "" : words.say("confirm.more", hidden),
                preview.needsTypedCount() ? words.number(preview.count()) : "",
                reason,
                question,
                cancel(preview.selection(), root),
                ConsoleView.Invalidate.href(root),
                fields);
    }

    private static List<String> notes(Preview preview, Wording words) {
        List<String> notes = new ArrayList<>();
        if (preview.gone() > 0) {
            notes.add(words.say("confirm.gone", preview.gone()));
        }
        if (preview.own() > 0) {
            notes.add(words.say("confirm.own", preview.own()));
        }
        preview.unseen().forEach(unseen -> notes.add(words.say(unseen)));
        if (preview.isTooLarge()) {
            notes.add(words.say("start.tooMany", Preview.AT_MOST));
        }
        return notes;
    }

    private static String cancel(Selection selection, String root) {
        ContextAddress context = selection instanceof Selection.Named named
                ? named.context()
                : ((Selection.Matching) selection).in().address();
        return context == null
                ? new ConsoleView.Overview().href(root)
                : new ConsoleView.Sessions(context, null).href(root);
    }

    /** As in: Invalidate 3 sessions of alice in /shop. */
    static String question(
            int count,
            Optional<String> user,
            List<Preview.Part> contexts,
            Function<ContextAddress, String> scope,
            Wording words) {
        String where = contexts.size() == 1
                ? scope.apply(contexts.get(0).context())
                : words.say("scope.contexts", contexts.size());
        return user.isPresent()
                ? words.say("scope.ofUser", count, user.get(), where)
                : words.say("scope.ofContext", count, where);
    }

    /** The same of some sessions of one context. */
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
