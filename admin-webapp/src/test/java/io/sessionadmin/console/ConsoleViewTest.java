package io.sessionadmin.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.SessionCursor;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.table.Handle;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        SessionQuery query = SessionQuery.of(null).with(filter);
        var export = new ConsoleView.Export(query, ConsoleView.Format.CSV);

        assertThat(follow(new ConsoleView.Sessions(query).href("/session-admin")))
                .isEqualTo(new ConsoleView.Sessions(query));
        assertThat(follow(export.href("/session-admin"))).isEqualTo(export);
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
                .isEqualTo(new ConsoleView.Confirm(SHOP, List.of(HANDLE)));
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
