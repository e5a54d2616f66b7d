package io.sessionadmin.console.script;

import io.sessionadmin.console.Messages;
import io.sessionadmin.console.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The console's reasons for programs and their logs: in English, whatever the reader's language. */
final class Sentences {

    private static final int SAID_AT_MOST = 20;
    private static final int LONG = 500;

    private Sentences() {}

    /** Null when there is no reason. */
    static @Nullable String of(Reason reason) {
        return reason.isGiven() ? say(reason) : null;
    }

    static String say(Reason reason) {
        return new Messages(Locale.ENGLISH).say(reason.key(), reason.arguments().toArray());
    }

    static List<String> of(List<Reason> reasons) {
        return few(reasons.stream().map(Sentences::say).toList());
    }

    /** As many of them as somebody reads, and how many more there are. */
    static List<String> few(List<String> sentences) {
        List<String> few = new ArrayList<>();
        sentences.stream()
                .limit(SAID_AT_MOST)
                .forEach(
                        sentence -> few.add(sentence.length() > LONG ? sentence.substring(0, LONG) + "..." : sentence));
        if (sentences.size() > SAID_AT_MOST) {
            few.add("And " + (sentences.size() - SAID_AT_MOST) + " more.");
        }
        return List.copyOf(few);
    }
}
