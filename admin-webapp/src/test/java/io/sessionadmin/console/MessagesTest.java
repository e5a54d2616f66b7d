package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Finding;
import io.sessionadmin.console.model.FindingKind;
import io.sessionadmin.console.model.InvalidationResult;
import io.sessionadmin.console.model.NodeResult;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.store.SessionBackup;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MessagesTest {

    private static final Pattern IN_CODE = Pattern.compile("(?:say|Reason\\.of)\\(\\s*\"([A-Za-z.-]*[A-Za-z])\"");
    private static final Pattern IN_TEMPLATES = Pattern.compile("#\\{([A-Za-z.-]+)");

    @Test
    void everyMessageThatIsAskedForIsThere() throws IOException {
        Set<String> missing = new TreeSet<>(asked());
        missing.removeAll(english().stringPropertyNames());

        assertThat(missing).isEmpty();
    }

    @Test
    void everyStateHasAWord() throws IOException {
        Set<String> keys = new TreeSet<>();
        Stream.of(SessionState.values()).forEach(state -> keys.add("state." + state));
        Stream.of(SessionBackup.State.values()).forEach(state -> keys.add("backups.part." + state));
        Stream.of(InvalidationResult.Outcome.values()).forEach(outcome -> keys.add("outcome." + outcome));
        Stream.of(InvalidationResult.Outcome.values()).forEach(outcome -> keys.add("result.count." + outcome));
        Stream.of(EngineSessions.Reach.values())
                .forEach(reach -> keys.add("confirm." + reach.name().toLowerCase(Locale.ROOT)));
        Stream.of(SessionFilter.Backup.values()).forEach(backup -> keys.add("filter.backup." + backup));
        for (FindingKind kind : FindingKind.values()) {
            keys.addAll(List.of("finding." + kind, "advice." + kind));
        }
        Stream.of(Finding.Severity.values()).forEach(severity -> keys.add("severity." + severity));
        Stream.of(NodeResult.State.values()).forEach(state -> keys.add("nodes." + state));
        for (ConsoleFailure failure : ConsoleFailure.values()) {
            keys.addAll(List.of(failure.title(), failure.advice()));
        }

        assertThat(english().stringPropertyNames()).containsAll(keys);
    }

    @Test
    void everyMessageIsAPatternWithItsApostrophesWrittenTwice() throws IOException {
        for (Locale language : Messages.LANGUAGES) {
            for (String text : words(language).stringPropertyValues()) {
                assertThat(new MessageFormat(text, language).toPattern()).isNotNull();
                assertThat(text.replace("''", "")).as("in " + language).doesNotContain("'");
            }
        }
    }

    @Test
    void everyLanguageSaysAllThatEnglishSaysAboutTheSameThings() throws IOException {
        Words english = english();
        for (Locale language : Messages.LANGUAGES) {
            Words words = words(language);
            assertThat(words.stringPropertyNames())
                    .as("in " + language)
                    .containsExactlyInAnyOrderElementsOf(english.stringPropertyNames());
            for (String key : english.stringPropertyNames()) {
                assertThat(arguments(words.getProperty(key)))
                        .as(key + " in " + language)
                        .isEqualTo(arguments(english.getProperty(key)));
            }
        }
    }

    private static Set<String> arguments(String pattern) {
        Set<String> arguments = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\{(\\d+)").matcher(pattern);
        while (matcher.find()) {
            arguments.add(matcher.group(1));
        }
        return arguments;
    }

    @Test
    void readersGetTheirLanguageAndItsWayToWriteNumbersAndDays() {
        Map<Locale, String> expected = Map.of(
                Locale.ENGLISH, "1,234,567 2026-11-26",
                Locale.GERMAN, "1.234.567 26.11.2026",
                Locale.FRENCH, "1\u202f234\u202f567 26/11/2026",
                Locale.JAPANESE, "1,234,567 2026/11/26",
                Locale.CHINESE, "1,234,567 2026-11-26");
        Instant moment = Instant.parse("2026-11-26T10:00:00Z");
        expected.forEach((language, text) -> {
            Messages messages = Messages.forReader(Collections.enumeration(List.of(Locale.ITALIAN, language)));
            Wording words = new Wording(messages, moment.plus(Duration.ofDays(3)));
            assertThat(words.number(1_234_567) + " " + words.moment(moment)).startsWith(text);
            assertThat(messages.locale()).isEqualTo(language);
        });
    }

    @Test
    void aReaderOfAnotherLanguageGetsEnglish() {
        Messages messages = Messages.forReader(Collections.enumeration(List.of(Locale.ITALIAN, Locale.KOREAN)));

        assertThat(messages.locale()).isEqualTo(Locale.ENGLISH);
        assertThat(messages.say("overview.title")).isEqualTo("All contexts");
    }

    private static Set<String> asked() throws IOException {
        Set<String> keys = new TreeSet<>();
        collect(Path.of("src/main/java"), IN_CODE, keys);
        collect(Path.of("../src-web/templates"), IN_TEMPLATES, keys);
        assertThat(keys).contains("overview.title", "reason.missingClass", "column.at-risk");
        return keys;
    }

    private static void collect(Path folder, Pattern pattern, Set<String> keys) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = pattern.matcher(Files.readString(file));
                while (matcher.find()) {
                    keys.add(matcher.group(1));
                }
            }
        }
    }

    private static Words english() throws IOException {
        return words(Locale.ENGLISH);
    }

    private static Words words(Locale language) throws IOException {
        String suffix = language.equals(Locale.ENGLISH) ? "" : "_" + language.getLanguage();
        var words = new Words();
        try (Reader reader = new InputStreamReader(
                Files.newInputStream(Path.of("../src-web/messages/console" + suffix + ".properties")),
                StandardCharsets.UTF_8)) {
            words.load(reader);
        }
        return words;
    }

    private static final class Words extends Properties {
        private static final long serialVersionUID = 1;

        List<String> stringPropertyValues() {
            return stringPropertyNames().stream().map(this::getProperty).toList();
        }
    }
}
