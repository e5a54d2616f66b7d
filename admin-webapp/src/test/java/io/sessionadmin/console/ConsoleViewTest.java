package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Reason;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionCursor;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.console.model.SessionScope;
import io.sessionadmin.console.model.SessionSort;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleViewTest {

    private static final Handle HANDLE = Handle.of("some session");
    private static final ContextAddress SHOP = new ContextAddress.Deployed("localhost", "/shop");

    @ParameterizedTest
    @ValueSource(strings = {"/", "/shop", "/shop##2", "/##7", "/a/b", "/b\u00fccher & m\u00e4rchen=100%+1?#x"})
    void aLinkToTheSessionsOfAnyContextIsReadBackAsWritten(String name) {
        var view = new ConsoleView.Sessions(
                new ContextAddress.Deployed("www.example.com", name),
                new SessionCursor("/Catalina/x/a~b##1", HANDLE, null));

        assertThat(follow(view.href("/session-admin"))).isEqualTo(view);
    }

    @Test
    void aLinkToRowsOfAnUnknownContextIsReadBackAsWritten() {
        var view = new ConsoleView.Session(new ContextAddress.Orphan("/Catalina/localhost/old##1 \"<b>"), HANDLE);

        assertThat(follow(view.href(""))).isEqualTo(view);
    }

    @Test
    void theOverviewIsAtTheRoot() {
        assertThat(follow(new ConsoleView.Overview().href("/session-admin"))).isEqualTo(new ConsoleView.Overview());
        assertThat(ConsoleView.parse("HEAD", "", Map.of())).isEqualTo(new ConsoleView.Overview());
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /, WRONG_METHOD",
        "DELETE, /sessions, WRONG_METHOD",
        "GET, /sessions/confirm, WRONG_METHOD",
        "GET, /sessions/invalidate, WRONG_METHOD",
        "GET, /sessions/lookup, WRONG_METHOD",
        "POST, /sessions/0123456789abcdef0123456789abcdef, WRONG_METHOD",
        "GET, /sessions/export, BAD_REQUEST",
        "GET, /sessions/0123456789abcdef0123456789abcdef, BAD_REQUEST",
        "POST, /sessions/confirm, BAD_REQUEST",
        "GET, /nothing, NO_SUCH_PAGE",
        "GET, /sessions/, NO_SUCH_PAGE",
        "GET, /sessions/../static, NO_SUCH_PAGE",
        "GET, /sessions/78FF3650BFEBC97698B320EFE3E956DD.tc1, NO_SUCH_PAGE",
    })
    void whatTheConsoleDoesNotDoIsRefused(String method, String path, ConsoleFailure failure) {
        assertThat(ConsoleView.parse(method, path, Map.of())).isEqualTo(new ConsoleView.Refused(failure));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "shop", "/shop\u0000", "/shop\r\nSet-Cookie: a=b"})
    void aContextThatNoTomcatHasIsABadRequest(String name) {
        var parameters = Map.of("host", new String[] {"localhost"}, "context", new String[] {name});

        assertThat(failure(ConsoleView.parse("GET", "/sessions", parameters))).isEqualTo(ConsoleFailure.BAD_REQUEST);
    }

    @Test
    void aParameterThatIsThereTwiceIsABadRequest() {
        var parameters = Map.of("host", new String[] {"a", "b"}, "context", new String[] {"/shop"});

        assertThat(failure(ConsoleView.parse("GET", "/sessions", parameters))).isEqualTo(ConsoleFailure.BAD_REQUEST);
    }

    @Test
    void aCursorThatIsNoHandleIsABadRequest() {
        assertThat(failure(ConsoleView.parse("GET", "/sessions", form("after", "' or 1=1"))))
                .isEqualTo(ConsoleFailure.BAD_REQUEST);
    }

    @Test
    void aFilterAndItsExportAreReadBackAsWritten() throws Exception {
        var filter = SessionFilter.parse(
                Map.of("user", new String[] {"a&b=c <d> \u20ac"}, "idleOver", new String[] {"2h"}), Set.of());
        SessionQuery all = SessionQuery.of(null).with(filter);
        SessionQuery query = all.in(SessionSort.LARGEST);
        var export = new ConsoleView.Export(query, ConsoleView.Format.CSV);

        assertThat(follow(new ConsoleView.Sessions(query).href("/session-admin")))
                .isEqualTo(new ConsoleView.Sessions(query));
        assertThat(follow(new ConsoleView.Sessions(query.exactly()).href("/session-admin")))
                .isEqualTo(new ConsoleView.Sessions(query.exactly()));
        assertThat(follow(export.href("/session-admin"))).isEqualTo(export);
        assertThat(follow(export.href("/session-admin") + "&limit=10")).isEqualTo(refusedExport());
        assertThat(follow(export.href("/session-admin") + "&after=" + HANDLE.hex() + "~"))
                .isEqualTo(refusedExport());
    }

    /** A file is no page of one. */
    private static ConsoleView refusedExport() {
        return new ConsoleView.Refused(ConsoleFailure.BAD_REQUEST, Reason.of("refused.export"));
    }

    @Test
    void allContextsAreMeantWhereNoneIsNamed() {
        assertThat(ConsoleView.parse("GET", "/sessions", Map.of()))
                .isEqualTo(new ConsoleView.Sessions(SessionQuery.of(null)));
        assertThat(ConsoleView.parse("POST", "/sessions/lookup", Map.of("id", new String[] {"x"})))
                .isEqualTo(new ConsoleView.Lookup(null, "x"));
        assertThat(ConsoleView.parse(
                        "POST", "/sessions/lookup", Map.of("id", new String[] {"x"}, "host", new String[] {""})))
                .isEqualTo(bad());
    }

    @Test
    void tickedSessionsAreConfirmedOnceEach() {
        assertThat(ConsoleView.parse("POST", "/sessions/confirm", form("handle", HANDLE.hex(), HANDLE.hex())))
                .isEqualTo(new ConsoleView.Confirm(new Selection.Named(SHOP, List.of(HANDLE))));
    }

    @Test
    void allThatAFilterTakesAreMeantByTheFilterAndTheirNumber() {
        Map<String, String[]> form = new HashMap<>(form("matching", "all"));
        form.put("user", new String[] {"alice"});
        form.put("idleOver", new String[] {"2h"});
        form.put("expected", new String[] {"1200"});
        form.put("typed", new String[] {"1,200"});
        form.put("reason", new String[] {"left the\ncompany"});
        form.put("csrf", new String[] {"token"});

        var view = (ConsoleView.Invalidate) ConsoleView.parse("POST", "/sessions/invalidate", form);
        var matching = (Selection.Matching) view.selection();
        assertThat(matching.in()).isEqualTo(new SessionScope.OneContext(SHOP));
        assertThat(matching.filter().user()).isEqualTo("alice");
        assertThat(matching.filter().idle().over()).isEqualTo(7_200);
        assertThat(matching.scope()).isEqualTo("user=alice&idleOver=2h");
        assertThat(view.expected()).hasValue(1_200);
        assertThat(view.typed()).isEqualTo("1200");
        assertThat(view.reason()).isEqualTo("left the company");
    }

    @Test
    void whatAFormCarriesMeansTheSameSessionsAgain() throws Exception {
        var filter = SessionFilter.parse(Map.of("user", new String[] {"al\"ice"}), Set.of());
        for (Selection selection : List.of(
                new Selection.Named(SHOP, List.of(HANDLE)),
                new Selection.Matching(new SessionScope.OneContext(SHOP), filter),
                new Selection.Matching(new SessionScope.AllContexts(), filter))) {
            Map<String, String[]> form = new HashMap<>();
            EndingRequest.fields(selection, "token")
                    .forEach(field -> form.put(field.name(), new String[] {field.value()}));
            assertThat(ConsoleView.parse("POST", "/sessions/confirm", form))
                    .isEqualTo(new ConsoleView.Confirm(selection));
        }
    }

    @Test
    void aMisspeltConditionEndsNothing() {
        Map<String, String[]> form = new HashMap<>(form("matching", "all"));
        form.put("usr", new String[] {"alice"});

        assertThat(ConsoleView.parse("POST", "/sessions/invalidate", form)).isEqualTo(bad());
    }

    @Test
    void aLinkToActionsIsReadBackAsWritten() {
        var query = new AuditTable.Query(
                "ad&min", "/shop", "invalidate", Instant.parse("2026-11-26T00:00:00Z"), null, HANDLE.brief());
        var cursor = new AuditTable.Cursor(
                Instant.parse("2026-11-26T08:00:00.123456Z"), UUID.fromString("0b0e3d5c-1111-4222-8333-444455556666"));
        var view = new ConsoleView.Activity(query, cursor);

        assertThat(follow(view.href("/session-admin"))).isEqualTo(view);
        assertThat(ConsoleView.parse("GET", "/activity", Map.of("from", new String[] {"yesterday"})))
                .isEqualTo(bad());
    }

    @Test
    void jobsAreReadByGetAndStoppedByPost() {
        String job = "/jobs/0b0e3d5c-1111-4222-8333-444455556666";

        assertThat(ConsoleView.parse("GET", job, Map.of())).isInstanceOf(ConsoleView.Job.class);
        assertThat(ConsoleView.parse("POST", job + "/stop", Map.of())).isInstanceOf(ConsoleView.StopJob.class);
        assertThat(ConsoleView.parse("GET", job + "/stop", Map.of()))
                .isEqualTo(new ConsoleView.Refused(ConsoleFailure.WRONG_METHOD));
        assertThat(ConsoleView.parse("GET", "/jobs/1", Map.of()))
                .isEqualTo(new ConsoleView.Refused(ConsoleFailure.NO_SUCH_PAGE));
    }

    @Test
    void nothingTickedIsSaidSo() {
        assertThat(ConsoleView.parse("POST", "/sessions/confirm", form("id", "x")))
                .isEqualTo(new ConsoleView.Refused(ConsoleFailure.NOTHING_TICKED));
    }

    @Test
    void noMoreSessionsAreEndedAtOnceThanAPageHas() {
        String[] handles =
                IntStream.range(0, 101).mapToObj(i -> Handle.of("s" + i).hex()).toArray(String[]::new);

        assertThat(ConsoleView.parse("POST", "/sessions/invalidate", form("handle", handles)))
                .isEqualTo(bad());
        assertThat(ConsoleView.parse("POST", "/sessions/invalidate", form("handle", Arrays.copyOf(handles, 100))))
                .isInstanceOf(ConsoleView.Invalidate.class);
    }

    @Test
    void aPastedIdIsNotShownByTheViewThatCarriesIt() {
        ConsoleView view = ConsoleView.parse("POST", "/sessions/lookup", form("id", "  78FF3650BFEB.tc1 "));

        assertThat(view).isEqualTo(new ConsoleView.Lookup(SHOP, "78FF3650BFEB.tc1"));
        assertThat(view.toString()).doesNotContain("78FF3650BFEB");
    }

    private static @Nullable ConsoleFailure failure(ConsoleView view) {
        return view instanceof ConsoleView.Refused refused ? refused.failure() : null;
    }

    private static ConsoleView bad() {
        return new ConsoleView.Refused(ConsoleFailure.BAD_REQUEST);
    }

    private static Map<String, String[]> form(String name, String... values) {
        return Map.of("host", new String[] {"localhost"}, "context", new String[] {"/shop"}, name, values);
    }

    /** As a browser and a container do it. */
    private static ConsoleView follow(String href) {
        URI uri = URI.create(href);
        Map<String, String[]> parameters = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&", -1)) {
                String[] parts = pair.split("=", 2);
                parameters.put(parts[0], new String[] {URLDecoder.decode(parts[1], StandardCharsets.UTF_8)});
            }
        }
        return ConsoleView.parse("GET", uri.getPath().replaceFirst("^/session-admin", ""), parameters);
    }
}
