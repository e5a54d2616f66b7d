package io.sessionadmin.console.script;

import io.sessionadmin.console.model.BadParameterException;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a program sends to end sessions. Nothing in it is passed over: a field that is not understood might have been the
 * one that keeps sessions out.
 *
 * @param expected how many sessions are meant; empty when it does not say
 */
record EndingBody(Selection selection, OptionalInt expected, String reason) {

    static final Set<String> NAMES = Set.of("context", "host", "handles", "filter", "expectedCount", "reason");

    static EndingBody parse(Map<String, Object> body, String defaultHost) throws RefusedException {
        ContextAddress context = context(body, defaultHost);
        Object handles = body.get("handles");
        Object filter = body.get("filter");
        if (handles != null && !(handles instanceof List<?>)) {
            throw Body.refused("handles", "has to be a list.");
        }
        if (filter != null && !(filter instanceof Map<?, ?>)) {
            throw Body.refused("filter", "has to be an object.");
        }
        if ((handles == null) == (filter == null) || (handles != null && context == null)) {
            throw new RefusedException(
                    Problem.BAD_BODY,
                    "Send \"handles\" (a list) and \"context\", or \"filter\" (an object with the conditions of GET"
                            + " sessions) and \"expectedCount\".");
        }
        Selection selection = handles instanceof List<?> named && context != null
                ? EndedSessions.named(context, named)
                : matching(context, filter instanceof Map<?, ?> conditions ? conditions : Map.of());
        return new EndingBody(selection, expected(body), text(body, "reason", ""));
    }

    private static ContextAddress.@Nullable Deployed context(Map<String, Object> body, String defaultHost)
            throws RefusedException {
        String name = text(body, "context", "");
        String host = text(body, "host", defaultHost);
        if (name.isEmpty()) {
            if (body.containsKey("context") || body.containsKey("host")) {
                throw Body.refused("context", "has to name a context, as in /shop, or / for the root.");
            }
            return null;
        }
        return new ContextAddress.Deployed(host, name);
    }

    private static OptionalInt expected(Map<String, Object> body) throws RefusedException {
        if (!body.containsKey("expectedCount")) {
            return OptionalInt.empty();
        }
        if (!(body.get("expectedCount") instanceof Long count) || count < 0 || count > Integer.MAX_VALUE) {
            throw Body.refused("expectedCount", "has to be a whole number.");
        }
        return OptionalInt.of(count.intValue());
    }

    private static String text(Map<String, Object> body, String name, String missing) throws RefusedException {
        Object value = body.get(name);
        if (value == null) {
            return missing;
        }
        if (value instanceof String text) {
            return text;
        }
        throw Body.refused(name, "has to be text.");
    }

    private static Selection matching(@Nullable ContextAddress context, Map<?, ?> filter) throws RefusedException {
        Map<String, String[]> conditions = new HashMap<>();
        for (Map.Entry<?, ?> condition : filter.entrySet()) {
            String name = condition.getKey().toString();
            if (!SessionFilter.names().contains(name)) {
                String known = String.join(", ", new TreeSet<>(SessionFilter.names()));
                throw Body.refused("filter." + name, "is not known. The conditions are " + known + ".");
            }
            Object value = condition.getValue();
            if (!(value instanceof Long) && !(value instanceof String text && !text.isBlank())) {
                throw Body.refused("filter." + name, "has to be text or a whole number.");
            }
            conditions.put(name, new String[] {value.toString()});
        }
        try {
            return new Selection.Matching(SessionScope.of(context), SessionFilter.parse(conditions, Set.of()));
        } catch (BadParameterException e) {
            throw Body.refused("filter." + e.parameter(), "is not understood. " + Sentences.say(e.reason()));
        }
    }
}
