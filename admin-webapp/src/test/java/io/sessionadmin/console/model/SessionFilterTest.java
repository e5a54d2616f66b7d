package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SessionFilterTest {

    private static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("state", "swappedOut"),
            Map.entry("backup", "atRisk"),
            Map.entry("user", "<b>al\u00efce & b\u00f6b"),
            Map.entry("node", "tc-2"),
            Map.entry("q", "0af3"),
            Map.entry("idleOver", "2h"),
            Map.entry("idleUnder", "1d"),
            Map.entry("ageOver", "90"),
            Map.entry("ageUnder", "15m"),
            Map.entry("sizeOver", "20k"),
            Map.entry("sizeUnder", "2M"),
            Map.entry("attribute", "cart"));

    @Test
    void aFilterIsReadBackFromItsLink() throws Exception {
        SessionFilter filter = parse(ALL);

        assertThat(filter.idle()).isEqualTo(new Bounds(7_200L, 86_400L));
        assertThat(filter.age()).isEqualTo(new Bounds(90L, 900L));
        assertThat(filter.size()).isEqualTo(new Bounds(20_000L, 2_000_000L));
        Map<String, String> link = new HashMap<>();
        filter.parameters().forEach(parameter -> link.put(parameter.name(), parameter.value()));
        assertThat(link).isEqualTo(ALL);
    }

    @Test
    void eachConditionCanBeTakenAway() throws Exception {
        SessionFilter filter = parse(ALL);
        for (SessionFilter.Parameter parameter : filter.parameters()) {
            SessionFilter without = filter.without(parameter.name());
            assertThat(without.parameters()).hasSize(ALL.size() - 1).doesNotContain(parameter);
            filter = filter.without("nothing");
        }
        for (SessionFilter.Parameter parameter : parse(ALL).parameters()) {
            filter = filter.without(parameter.name());
        }
        assertThat(filter).isEqualTo(SessionFilter.NONE);
        assertThat(filter.isEmpty()).isTrue();
    }

    @Test
    void fieldsOfAFormThatNobodyFilledInTakeAllSessions() throws Exception {
        Map<String, String> empty = new HashMap<>();
        ALL.keySet().forEach(name -> empty.put(name, " "));

        assertThat(parse(empty)).isEqualTo(SessionFilter.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "idleover, 2h, '', refused.unknown",
        "idleOver, 2 hours, idleOver, refused.duration",
        "idleOver, -5, idleOver, refused.duration",
        "idleOver, 99999999999d, idleOver, refused.duration",
        "sizeOver, 2T, sizeOver, refused.size",
        "state, LIVE, state, refused.choice",
        "backup, old, backup, refused.choice",
        "q, 78FF3650BFEBC97698B320EFE3E956DD, q, refused.handle",
        "q, 78ff3650.tc1, q, refused.handle",
    })
    void whatIsNotUnderstoodIsRefusedAndNotQuoted(String name, String value, String parameter, String reason) {
        assertThatThrownBy(() -> parse(Map.of(name, value)))
                .isInstanceOfSatisfying(BadParameterException.class, refused -> {
                    assertThat(refused.parameter()).isEqualTo(parameter);
                    assertThat(refused.reason().key()).isEqualTo(reason);
                    assertThat(refused.reason().arguments()).doesNotContain(value);
                    assertThat(refused).hasMessageNotContaining(value);
                });
    }

    @Test
    void controlCharactersAndRepeatedParametersAreRefused() {
        assertThatThrownBy(() -> parse(Map.of("user", "a\r\nb"))).isInstanceOf(BadParameterException.class);
        assertThatThrownBy(() -> SessionFilter.parse(Map.of("user", new String[] {"a", "b"}), Set.of()))
                .isInstanceOf(BadParameterException.class);
        assertThatThrownBy(() -> parse(Map.of("attribute", "x".repeat(256)))).isInstanceOf(BadParameterException.class);
    }

    @Test
    void whatSomebodyElseReadsIsLeftAlone() throws Exception {
        var form = Map.of("user", new String[] {"alice"}, "csrf", new String[] {"1", "2"});

        assertThat(SessionFilter.parse(form, Set.of("csrf")).user()).isEqualTo("alice");
    }

    @Test
    void aQuerySaysWhoseSessionsAndFromWhere() throws Exception {
        var cursor = new SessionCursor("/Catalina/localhost/a~b##1", io.sessionadmin.table.Handle.of("x"));
        SessionQuery query = SessionQuery.parse(
                form(Map.of(
                        "host",
                        "localhost",
                        "context",
                        "/shop",
                        "sort",
                        "-size",
                        "limit",
                        "20",
                        "after",
                        cursor.text())),
                Set.of());

        assertThat(query.scope())
                .isEqualTo(new SessionScope.OneContext(new ContextAddress.Deployed("localhost", "/shop")));
        assertThat(query.sort()).isEqualTo(SessionSort.LARGEST);
        assertThat(query.after()).isEqualTo(cursor);
        assertThat(query.limit()).isEqualTo(20);
        assertThat(SessionQuery.parse(Map.of(), Set.of()))
                .isEqualTo(new SessionQuery(
                        new SessionScope.AllContexts(), SessionFilter.NONE, SessionSort.HANDLE, null, 100, false));
    }

    @Test
    void aContextWithoutItsHostOrALimitAboveAPageIsRefused() {
        for (Map<String, String> bad : List.of(
                Map.of("context", "/shop"),
                Map.of("host", "localhost"),
                Map.of("host", "localhost", "context", "shop"),
                Map.of("host", "localhost", "context", "/shop", "app", "/Catalina/localhost/shop"),
                Map.of("limit", "101"),
                Map.of("limit", "0"),
                Map.of("sort", "name"),
                Map.of("count", "all"),
                Map.of("after", ".9999999999999999999." + "0".repeat(32)),
                Map.of("after", "' or 1=1"))) {
            assertThatThrownBy(() -> SessionQuery.parse(form(bad), Set.of()))
                    .as(bad.toString())
                    .isInstanceOf(BadParameterException.class);
        }
    }

    private static SessionFilter parse(Map<String, String> parameters) throws BadParameterException {
        return SessionFilter.parse(form(parameters), Set.of());
    }

    private static Map<String, String[]> form(Map<String, String> parameters) {
        Map<String, String[]> form = new HashMap<>();
        parameters.forEach((name, value) -> form.put(name, new String[] {value}));
        return form;
    }
}
