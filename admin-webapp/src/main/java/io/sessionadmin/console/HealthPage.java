package io.sessionadmin.console;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Finding;
import io.sessionadmin.console.model.Finding.Severity;
import io.sessionadmin.console.model.Health;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the doctor says, in words.
 *
 * @param summary how many of what severity
 */
public record HealthPage(Tag summary, String asOf, List<Item> findings, List<Chart> contexts, List<String> problems) {

    /** A finding; the same one of several contexts is said once. */
    public record Item(String id, Tag severity, String title, String advice, String change, List<String> contexts) {

        private int bytes() {
            return 600
                    + Room.of(Stream.concat(Stream.of(id, id, title, advice, change), contexts.stream()))
                    + 30 * contexts.size();
        }

        /** The same of another context; of many, not all are named. */
        private Item and(String context) {
            if (contexts.size() > CONTEXTS_NAMED) {
                return this;
            }
            List<String> more = new ArrayList<>(contexts);
            more.add(contexts.size() < CONTEXTS_NAMED ? Room.brief(context) : "\u2026");
            return new Item(id, severity, title, advice, change, more);
        }
    }

    /** A context with what its manager and store are set to. */
    public record Chart(String context, String host, String note, List<Element> elements) {

        private int bytes() {
            return 300
                    + 2 * Room.of(context)
                    + elements.stream()
                            .flatMap(element -> element.lines().stream())
                            .mapToInt(line -> 240 + Room.of(Stream.of(line.name(), line.name(), line.value())))
                            .sum();
        }
    }

    /** An element of the configuration. */
    public record Element(String name, List<Line> lines) {}

    /**
     * An attribute.
     *
     * @param changed when it is not the documented default
     * @param origin whether it was set, in words
     */
    public record Line(String name, String value, boolean changed, String origin) {}

    private static final int LIST_BYTES = 90_000;
    private static final int SAID_AT_MOST = 10;
    private static final int CONTEXTS_NAMED = 10;

    static HealthPage of(Health health, Wording words) {
        List<Item> items = items(health.findings(), words);
        List<Item> shown = Room.first(items, LIST_BYTES, Item::bytes);
        List<Chart> charts = Room.first(
                health.contexts().stream().map(context -> chart(context, words)).toList(), LIST_BYTES, Chart::bytes);
        List<String> problems = health.unexamined().stream()
                .limit(SAID_AT_MOST)
                .map(context -> words.say("health.unexamined", context.context().title(), words.say(context.reason())))
                .collect(Collectors.toCollection(ArrayList::new));
        more("health.contexts.more", health.unexamined().size() - problems.size(), problems, words);
        more("health.findings.more", items.size() - shown.size(), problems, words);
        more("health.settings.more", health.contexts().size() - charts.size(), problems, words);
        return new HealthPage(
                summary(items, words),
                words.say("health.asOf", health.node(), words.moment(health.asOf())),
                shown,
                charts,
                problems);
    }

    private static void more(String key, int number, List<String> problems, Wording words) {
        if (number > 0) {
            problems.add(words.say(key, number));
        }
    }

    private static Tag summary(List<Item> items, Wording words) {
        long bad = items.stream()
                .filter(item -> item.severity().tone().equals("bad"))
                .count();
        long warn = items.stream()
                .filter(item -> item.severity().tone().equals("warn"))
                .count();
        String text = words.say("health.summary", items.size(), bad, warn);
        if (bad > 0) {
            return Tag.bad("danger", text);
        }
        return warn > 0 ? Tag.warn("warning", text) : Tag.ok("sound", text);
    }

    /** Said once where it says the same of several contexts. */
    private static List<Item> items(List<Finding> findings, Wording words) {
        Map<String, Item> items = new LinkedHashMap<>();
        for (Finding finding : findings) {
            String title = words.say("finding." + finding.kind().name(), arguments(finding, words));
            String key = finding.id() + title + finding.change();
            Item known = items.get(key);
            Item item = known != null
                    ? known
                    : new Item(
                            finding.id(),
                            tag(finding.severity(), words),
                            title,
                            words.say("advice." + finding.kind().name()),
                            finding.change(),
                            List.of());
            items.put(key, item.and(name(finding.context())));
        }
        return List.copyOf(items.values());
    }

    private static String name(ContextAddress.Deployed context) {
        return context.name();
    }

    private static Object[] arguments(Finding finding, Wording words) {
        return finding.arguments().stream()
                .map(argument -> argument instanceof Reason reason ? words.say(reason) : argument)
                .toArray();
    }

    private static Tag tag(Severity severity, Wording words) {
        String text = words.say("severity." + severity);
        String name = severity.name().toLowerCase(Locale.ROOT);
        return switch (severity) {
            case DANGER -> Tag.bad(name, text);
            case WARNING -> Tag.warn(name, text);
            case NOTE -> Tag.plain(name, text);
        };
    }

    private static String origin(Setting setting, Wording words) {
        if (setting.changed()) {
            return words.say("health.changed");
        }
        return words.say(setting.written() ? "health.written" : "health.default");
    }

    private static Chart chart(Health.Examined context, Wording words) {
        Map<String, List<Line>> elements = new LinkedHashMap<>();
        for (Setting setting : context.settings()) {
            elements.computeIfAbsent(setting.element(), element -> new ArrayList<>())
                    .add(new Line(
                            setting.name(),
                            setting.value().isEmpty() ? words.say("health.unset") : Room.brief(setting.value()),
                            setting.changed(),
                            origin(setting, words)));
        }
        return new Chart(
                context.context().name(),
                context.context().host(),
                words.say("health.findings", context.findings()),
                elements.entrySet().stream()
                        .map(element -> new Element(element.getKey(), element.getValue()))
                        .toList());
    }
}
