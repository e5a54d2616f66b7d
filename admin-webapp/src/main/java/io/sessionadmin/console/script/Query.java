package io.sessionadmin.console.script;

import io.sessionadmin.console.model.BadParameterException;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.SessionQuery;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters of a request of a program, read strictly: what is not understood is refused, and never quoted, because it
 * may be a session id.
 *
 * @param defaultHost where a context is looked for that is given without its host
 */
record Query(Map<String, String[]> values, String defaultHost) {

    private static final int LONGEST = 1_000;

    Query takesOnly(Set<String> names) throws RefusedException {
        if (!names.containsAll(values.keySet())) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER,
                    names.isEmpty()
                            ? "This takes no parameters."
                            : "The parameters are " + String.join(", ", new TreeSet<>(names)) + ".");
        }
        return this;
    }

    /** Empty when it is not given. */
    Optional<String> one(String name) throws RefusedException {
        String[] given = values.get(name);
        if (given == null) {
            return Optional.empty();
        }
        if (given.length != 1 || given[0].length() > LONGEST || given[0].chars().anyMatch(Character::isISOControl)) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER,
                    "Give " + name + " once, in " + LONGEST + " characters at most, without control characters.");
        }
        return Optional.of(given[0]);
    }

    /** {@code context=/shop##2} with or without {@code host}, or {@code app} as rows name a context that is not deployed here. */
    ContextAddress context() throws RefusedException {
        Optional<String> app = one("app");
        Optional<String> context = one("context");
        if (app.isPresent() == context.isPresent()) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER,
                    "Give context=/path, with host where there are several, or app=/Engine/host/path for rows of a"
                            + " context that is not deployed here.");
        }
        if (app.isPresent()) {
            return new ContextAddress.Orphan(app.get());
        }
        return deployed(context.get());
    }

    /** As Tomcat's Manager has it: {@code path=/shop} with or without {@code version} and {@code host}. */
    ContextAddress.Deployed place() throws RefusedException {
        String path = one("path")
                .filter(given -> !given.isEmpty())
                .orElseThrow(() -> new RefusedException(
                        Problem.BAD_PARAMETER, "Give path=/shop, or path=/ for the root context."));
        Optional<String> version = one("version");
        return deployed(version.map(number -> path + "##" + number).orElse(path));
    }

    /** Which sessions are asked for, in one context or in all. */
    SessionQuery sessions() throws RefusedException {
        Map<String, String[]> asked = new HashMap<>(values);
        if (asked.containsKey("context")) {
            asked.putIfAbsent("host", new String[] {defaultHost});
        }
        try {
            return SessionQuery.parse(asked, Set.of());
        } catch (BadParameterException e) {
            throw new RefusedException(Problem.BAD_PARAMETER, Sentences.say(e.reason()));
        }
    }

    /** The same where the context is named by {@code path}. */
    SessionQuery sessionsOfPlace() throws RefusedException {
        Map<String, String[]> asked = new HashMap<>(values);
        ContextAddress.Deployed place = place();
        asked.keySet().removeAll(Set.of("path", "version"));
        asked.put("context", new String[] {place.name()});
        asked.put("host", new String[] {place.host()});
        return new Query(asked, defaultHost).sessions();
    }

    /** @param name {@code /shop##2}; {@code /} for the root context */
    ContextAddress.Deployed deployed(String name) throws RefusedException {
        if (!name.startsWith("/")) {
            throw new RefusedException(
                    Problem.BAD_PARAMETER, "A context begins with a slash: /shop, or / for the root.");
        }
        return new ContextAddress.Deployed(one("host").orElse(defaultHost), name);
    }
}
