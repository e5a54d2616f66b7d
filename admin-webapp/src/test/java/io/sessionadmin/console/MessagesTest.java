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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
        for (String text : english().stringPropertyValues()) {
            assertThat(new MessageFormat(text, Locale.ENGLISH).toPattern()).isNotNull();
            assertThat(text.replace("''", "")).doesNotContain("'");
        }
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

    private static English english() throws IOException {
        var english = new English();
        try (Reader reader = new InputStreamReader(
                Files.newInputStream(Path.of("../src-web/messages/console.properties")), StandardCharsets.UTF_8)) {
            english.load(reader);
        }
        return english;
    }

    private static final class English extends Properties {
        private static final long serialVersionUID = 1;

        List<String> stringPropertyValues() {
            return stringPropertyNames().stream().map(this::getProperty).toList();
        }
    }
}
