package io.sessionadmin.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.testbed.TestDatabase;
import io.sessionadmin.testbed.TestPostgres;
import io.sessionadmin.testbed.bench.Contender.Client;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmark measures what it says: whoever is fast has stored it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BenchTest {

    private final TestDatabase database = TestPostgres.shared().database();
    private Contenders contenders;

    @BeforeAll
    void open() throws Exception {
        contenders = new Contenders(database);
    }

    @AfterAll
    void close() throws Exception {
        contenders.close();
        database.close();
    }

    @Test
    void whatAContenderSaysIsSavedIsStored() throws Exception {
        for (Contender contender : contenders.all()) {
            Payload payload = Payload.of(4096, 1);
            Client client = contender.client(payload);
            long before = contender.stored();
            client.prepare(Operation.NEW).run();
            assertThat(contender.stored()).as(contender.name()).isEqualTo(before + 1);
            for (Operation operation : EnumSet.range(Operation.FIRST, Operation.ALL)) {
                client.prepare(operation).run();
                for (Map.Entry<String, Object> attribute : payload.current().entrySet()) {
                    assertThat(client.read(attribute.getKey()))
                            .as(contender.name() + " " + operation + " " + attribute.getKey())
                            .isEqualTo(attribute.getValue());
                }
            }
            client.prepare(Operation.LOAD).run();
            client.prepare(Operation.REMOVE).run();
            assertThat(contender.stored()).as(contender.name()).isEqualTo(before);
        }
    }

    @Test
    void aRoundMeasuresEachOperationOfEachContender() throws Exception {
        try (ServerMeter meter = new ServerMeter(database)) {
            Scenario scenario = new Scenario(1024, 2, 4);
            Map<Contender, Map<Operation, Measured>> round =
                    new SessionWorkloads(contenders.all(), EnumSet.allOf(Operation.class), meter).round(scenario, 1);
            round.forEach((contender, measured) -> {
                for (Operation operation : Operation.values()) {
                    assertThat(measured.containsKey(operation)).isEqualTo(contender.does(operation));
                }
                assertThat(measured.values())
                        .allSatisfy(figures ->
                                assertThat(figures.latencies().count()).isEqualTo(scenario.sessions()));
            });
            Map<Operation, Measured> ofLimit = round.entrySet().stream()
                    .filter(entry -> entry.getKey().name().equals(Contenders.LIMIT))
                    .findFirst()
                    .orElseThrow()
                    .getValue();
            Measured limit = Objects.requireNonNull(ofLimit.get(Operation.CHANGED));
            assertThat(limit.roundTrips()).isGreaterThanOrEqualTo(scenario.sessions());
            assertThat(limit.work().writes()).isGreaterThanOrEqualTo(scenario.sessions());
            assertThat(limit.work().walBytes()).isPositive();
            Rounds rounds = new Rounds();
            round.forEach((contender, measured) ->
                    rounds.add(contender.name(), Objects.requireNonNull(measured.get(Operation.NEW))));
            assertThat(new Report("test", "Test", "")
                            .table("new", rounds, Column.OF_OPERATIONS)
                            .markdown())
                    .contains(contenders.all().stream().map(Contender::name).toList());
        }
    }

    @Test
    void aReportIsAPageWithItsPlots(@TempDir Path directory) throws Exception {
        Rounds rounds = new Rounds();
        for (double seconds : List.of(0.5, 1.0, 4.0)) {
            rounds.add(Contenders.STOCK, Measured.whole(100, 2 * seconds, 300, new ServerMeter.Work(0, 200, 0)));
            rounds.add("JdbcStore <1>", Measured.whole(100, seconds, 100, new ServerMeter.Work(0, 100, 0)));
        }
        BarChart chart = new BarChart("Sessions per second");
        chart.add("all", "JdbcStore <1>", rounds.spread("JdbcStore <1>", Measured::perSecond));

        new Report("some", "Some", "2 cores")
                .plot("all", chart)
                .table("all", rounds, List.of(Column.PER_SECOND, Column.TIMES_STOCK, Column.ROUND_TRIPS))
                .write(directory);

        assertThat(directory.resolve("some.md"))
                .content()
                .contains("![Sessions per second](some-all.svg)")
                .contains("| JdbcStore <1> | 100 (25–200) | 2.00 (2.00–2.00) | 1.00 |");
        assertThat(directory.resolve("some-all.svg")).content().contains("JdbcStore &lt;1>", ">100<");
    }

    @Test
    void aPayloadIsAsLargeAsItSaysAndTheSameForTheSameSeed() {
        for (int bytes : List.of(1 << 10, 8 << 10, 64 << 10)) {
            Payload payload = Payload.of(bytes, 7);
            Map<String, Object> attributes = payload.changes(Operation.NEW);
            assertThat(Payload.size(attributes)).isBetween(bytes * 9 / 10, bytes * 11 / 10);
            assertThat(Payload.of(bytes, 7).changes(Operation.NEW)).isEqualTo(attributes);
            assertThat(Payload.of(bytes, 8).changes(Operation.NEW)).isNotEqualTo(attributes);
        }
    }
}
