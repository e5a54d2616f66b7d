package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Handle;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.catalina.session.StandardSession;
import org.junit.jupiter.api.Test;

/** How pages of a context with very many live sessions share one look at them. */
final class LiveSnapshotTest {

    private final Instant start = Instant.now();
    private final Shop shop = Shop.withoutStore();
    private final SetClock clock = new SetClock(start);
    private final EngineSessions sessions = new EngineSessions(shop.engine, clock);
    private final SessionQuery query = SessionQuery.of(new ContextAddress.Deployed("localhost", "/shop"));

    @Test
    void pagesShareALookForSomeSecondsAndNoLonger() {
        visit(LiveSnapshot.LARGE);
        assertThat(total()).isEqualTo(LiveSnapshot.LARGE);
        shop.visit("late", start);

        clock.now = start.plus(LiveSnapshot.SHARED).minusMillis(1);
        assertThat(total()).isEqualTo(LiveSnapshot.LARGE);
        assertThat(sessions.list(query).orElseThrow().asOf()).isEqualTo(start);
        clock.now = start.plus(LiveSnapshot.SHARED);
        assertThat(total()).isEqualTo(LiveSnapshot.LARGE + 1);
        assertThat(sessions.list(query).orElseThrow().asOf()).isEqualTo(clock.now);
    }

    @Test
    void fewSessionsAreLookedAtWithEachPage() {
        visit(3);
        assertThat(total()).isEqualTo(3);
        shop.visit("late", start);

        assertThat(total()).isEqualTo(4);
    }

    @Test
    void whatHasEndedSinceTheLookIsNotOnThePage() {
        List<StandardSession> visits = visit(LiveSnapshot.LARGE);
        Handle first = page().items().get(0).entry().handle();
        StandardSession ended = visits.stream()
                .filter(session -> Handle.of(session.getIdInternal()).equals(first))
                .findFirst()
                .orElseThrow();
        ended.setValid(false);

        clock.now = start.plusMillis(1);
        assertThat(page().items()).extracting(item -> item.entry().handle()).doesNotContain(first);
    }

    @Test
    void handlesOfEndedSessionsAreForgotten() {
        LiveHandles handles = new LiveHandles();
        IntStream.range(0, 5_000).forEach(i -> handles.of("id " + i));

        handles.prune(List.of());

        assertThat(handles.size()).isZero();
    }

    private List<StandardSession> visit(int many) {
        return IntStream.range(0, many)
                .mapToObj(i -> shop.visit("id " + i, start))
                .toList();
    }

    private long total() {
        return page().total().value();
    }

    private SessionsFound page() {
        return sessions.list(query).orElseThrow().found();
    }

    private static final class SetClock extends Clock {

        private Instant now;

        SetClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
