package io.sessionadmin.console.script;

import io.sessionadmin.console.Messages;
import io.sessionadmin.console.model.Reason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The console's reasons for programs and their logs: in English, whatever the reader's language. */
final class Sentences {

    private Sentences() {}

    /** Null when there is no reason. */
    static @Nullable String of(Reason reason) {
        return reason.isGiven() ? say(reason) : null;
    }

    static String say(Reason reason) {
        return new Messages(Locale.ENGLISH).say(reason.key(), reason.arguments().toArray());
    }

    static List<String> of(List<Reason> reasons) {
        return reasons.stream().map(Sentences::say).toList();
    }
}
