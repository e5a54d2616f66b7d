package io.sessionadmin.store;

import io.sessionadmin.store.SharingSettings.Coherence;
import io.sessionadmin.store.SharingSettings.OnStoreUnavailable;
import io.sessionadmin.store.SharingSettings.SessionLocking;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The attributes of {@code <Manager>} as they were written, before the start checks and freezes them. */
final class SharingAttributes {

    private static final int LONGEST_NODE = 255;
    private static final Pattern NEXT_WORD = Pattern.compile("_(.)");

    private static final List<String> KNOWN = List.of(
            "coherence",
            "touchInterval",
            "sessionLocking",
            "sessionLockTimeout",
            "node",
            "onStoreUnavailable",
            "stopTimeout");

    private final Map<String, String> written = new LinkedHashMap<>();

    void set(String name, String value) {
        written.put(name, value.trim());
    }

    String coherence() {
        return written.getOrDefault("coherence", "strict");
    }

    int touchInterval() {
        return seconds("touchInterval", 60, 1, 3600);
    }

    int sessionLockTimeout() {
        return seconds("sessionLockTimeout", 30, 1, 3600);
    }

    int stopTimeout() {
        return seconds("stopTimeout", 30, 1, 3600);
    }

    String sessionLocking() {
        return written.getOrDefault("sessionLocking", "none");
    }

    String onStoreUnavailable() {
        return written.getOrDefault("onStoreUnavailable", "error");
    }

    Optional<String> node() {
        return Optional.ofNullable(written.get("node")).filter(name -> !name.isEmpty());
    }

    /** @throws IllegalArgumentException for what is unknown or wrong; says what to do */
    SharingSettings freeze() {
        for (String name : written.keySet()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException("<Manager " + name + "=\"" + written.get(name)
                        + "\">: there is no such attribute; SharedPersistentManager takes those of Tomcat's"
                        + " PersistentManager, and " + String.join(", ", KNOWN));
            }
        }
        node().ifPresent(SharingAttributes::checkNode);
        return new SharingSettings(
                one("coherence", coherence(), Coherence.values()),
                Duration.ofSeconds(touchInterval()),
                one("sessionLocking", sessionLocking(), SessionLocking.values()),
                Duration.ofSeconds(sessionLockTimeout()),
                one("onStoreUnavailable", onStoreUnavailable(), OnStoreUnavailable.values()),
                Duration.ofSeconds(stopTimeout()));
    }

    private static void checkNode(String name) {
        if (name.length() > LONGEST_NODE || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "<Manager node=\"...\">: use at most " + LONGEST_NODE + " characters, and no control characters");
        }
    }

    private int seconds(String name, int without, int least, int most) {
        String value = written.get(name);
        if (value == null) {
            return without;
        }
        try {
            int seconds = Integer.parseInt(value);
            if (seconds >= least && seconds <= most) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "<Manager " + name + "=\"" + value + "\">: use a number of seconds from " + least + " to " + most);
    }

    private static <E extends Enum<E>> E one(String attribute, String value, E[] values) {
        return Arrays.stream(values)
                .filter(each -> word(each).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("<Manager " + attribute + "=\"" + value + "\">: use "
                        + Arrays.stream(values).map(SharingAttributes::word).collect(Collectors.joining(" or "))));
    }

    /** {@code NEW_SESSION} is written {@code newSession}. */
    private static String word(Enum<?> value) {
        return NEXT_WORD.matcher(value.name().toLowerCase(Locale.ROOT)).replaceAll(letter -> letter.group(1)
                .toUpperCase(Locale.ROOT));
    }
}
