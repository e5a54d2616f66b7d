package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.store.SessionBackup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Live sessions by the state of their backup, as a bar and in words.
 *
 * @param text as in: 4 current, 1 never saved; empty when there is nothing to say
 */
public record BackupBar(List<Part> parts, String text) {

    /**
     * @param tone a class of the stylesheet
     * @param x where it begins, in hundredths of the bar
     */
    public record Part(String tone, String x, String width) {}

    static BackupBar of(Collection<ContextSummary> contexts, Wording words) {
        Map<SessionBackup.State, Long> counts = new EnumMap<>(SessionBackup.State.class);
        contexts.forEach(context -> context.backups().forEach((state, count) -> counts.merge(state, count, Long::sum)));
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        List<Part> parts = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        long before = 0;
        for (Map.Entry<SessionBackup.State, Long> counted : counts.entrySet()) {
            long count = counted.getValue();
            String state = counted.getKey().name();
            parts.add(new Part(
                    state.toLowerCase(Locale.ROOT), hundredths(100.0 * before / all), hundredths(100.0 * count / all)));
            texts.add(words.say("backups.part." + state, count));
            before += count;
        }
        return new BackupBar(parts, String.join(", ", texts));
    }

    static String hundredths(double percent) {
        return String.format(Locale.ROOT, "%.2f", percent);
    }
}
