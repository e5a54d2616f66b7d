package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.InvalidationResult.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What invalidating did, session by session. */
public record ResultPage(String title, String summary, String tone, List<Row> rows, String back) {

    public record Row(String handle, String brief, String user, Tag outcome, List<String> details) {}

    static ResultPage of(
            ContextAddress context, String scope, List<InvalidationResult> results, String root, Wording words) {
        return new ResultPage(
                words.say("result.title", scope),
                summary(results, words),
                has(Outcome.FAILED, results) ? "bad" : has(Outcome.ENDED_FOR_NOW, results) ? "warn" : "ok",
                results.stream().map(result -> row(result, words)).toList(),
                new ConsoleView.Sessions(context, null).href(root));
    }

    private static boolean has(Outcome outcome, List<InvalidationResult> results) {
        return results.stream().anyMatch(result -> result.outcome() == outcome);
    }

    /** As in: 2 ended, 1 was gone already. */
    static String summary(List<InvalidationResult> results, Wording words) {
        return Arrays.stream(Outcome.values())
                .map(outcome -> counted(outcome, results, words))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private static String counted(Outcome outcome, List<InvalidationResult> results, Wording words) {
        long count =
                results.stream().filter(result -> result.outcome() == outcome).count();
        return count == 0 ? "" : words.say("result.count." + outcome.name(), count);
    }

    private static Row row(InvalidationResult result, Wording words) {
        String text = words.say("outcome." + result.outcome().name());
        String name = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
        Tag outcome =
                switch (result.outcome()) {
                    case ENDED, ENDED_HERE -> Tag.ok(name, text);
                    case ENDED_FOR_NOW -> Tag.warn(name, text);
                    case GONE -> Tag.plain(name, text);
                    case FAILED -> Tag.bad(name, text);
                };
        return new Row(
                result.handle().hex(),
                result.handle().brief(),
                result.user().orElse(words.say("user.unknown")),
                outcome,
                result.details().stream().map(words::say).toList());
    }
}
