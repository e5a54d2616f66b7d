package io.sessionadmin.console;

import io.sessionadmin.console.model.ActionResult;
import io.sessionadmin.console.model.SessionEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Asks whether something shall be done to one session, or tells what came of it.
 *
 * @param outcome what came of it; without a text on the page that asks
 * @param details what happened, or will
 * @param button empty on the page that tells
 */
public record ActPage(
        String title,
        Tag outcome,
        List<String> details,
        String button,
        String action,
        List<SessionsPage.Hidden> fields,
        String back) {

    static ActPage ask(
            ConsoleView.Act view, SessionEntry entry, String scope, String csrf, String root, Wording words) {
        String what = what(view, entry.user().orElse(""), scope, words);
        List<SessionsPage.Hidden> fields = new ArrayList<>(SessionsPage.fields(view.context(), csrf));
        fields.add(new SessionsPage.Hidden("handle", view.handle().hex()));
        fields.add(new SessionsPage.Hidden("confirmed", "yes"));
        if (!view.attribute().isEmpty()) {
            fields.add(new SessionsPage.Hidden("attribute", view.attribute()));
        }
        boolean backUp = view.action() == ConsoleView.Action.BACK_UP;
        return new ActPage(
                words.say("confirm.question", what),
                Tag.NONE,
                List.of(words.say(backUp ? "act.backUp.consequence" : "act.remove.consequence")),
                what,
                view.action().href(root),
                List.copyOf(fields),
                new ConsoleView.Session(view.context(), view.handle()).href(root));
    }

    static ActPage tell(ConsoleView.Act view, ActionResult result, String scope, String root, Wording words) {
        String text = words.say("act.outcome." + result.outcome().name());
        String name = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
        Tag outcome =
                switch (result.outcome()) {
                    case SAVED, REMOVED, NOTHING_TO_SAVE -> Tag.ok(name, text);
                    case REMOVED_HERE -> Tag.warn(name, text);
                    case NO_SUCH_ATTRIBUTE, NOT_LIVE -> Tag.plain(name, text);
                    case FAILED -> Tag.bad(name, text);
                };
        return new ActPage(
                words.say("result.title", what(view, result.user().orElse(""), scope, words)),
                outcome,
                result.details().stream().map(words::say).toList(),
                "",
                "",
                List.of(),
                new ConsoleView.Session(view.context(), view.handle()).href(root));
    }

    /** As in: Remove attribute "cart" of the session of alice in /shop. */
    private static String what(ConsoleView.Act view, String user, String scope, Wording words) {
        String whose = user.isEmpty()
                ? words.say("act.session", view.handle().brief(), scope)
                : words.say("act.sessionOf", user, scope);
        return view.action() == ConsoleView.Action.BACK_UP
                ? words.say("act.backUp", whose)
                : words.say("act.remove", view.attribute(), whose);
    }
}
