package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.bench.Rounds.Spread;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/** A column of a table of results. A cell is the median of all rounds; in brackets the least and the most. */
record Column(String head, BiFunction<Rounds, String, String> cell) {

    static final Column PER_SECOND =
            new Column("per second", (rounds, name) -> range(rounds.spread(name, Measured::perSecond)));
    static final Column MILLIS =
            new Column("ms", (rounds, name) -> decimals(rounds.spread(name, measured -> measured.seconds() * 1e3)));
    static final Column MICROS_EACH =
            new Column("µs each", (rounds, name) -> range(rounds.spread(name, Measured::micros)));
    static final Column P50 = new Column("p50 µs", (rounds, name) -> median(rounds, name, Measured::medianMicros));
    static final Column P99 = new Column(
            "p99 µs", (rounds, name) -> String.format(Locale.ROOT, "%,.0f", rounds.percentileMicros(name, 0.99)));
    static final Column TIMES_STOCK =
            new Column("× stock", (rounds, name) -> times(rounds, name, Contenders.STOCK, Measured::perSecond));
    static final Column TIMES_LIMIT =
            new Column("× limit", (rounds, name) -> times(rounds, name, Contenders.LIMIT, Measured::perSecond));
    static final Column P50_TIMES_LIMIT =
            new Column("p50 × limit", (rounds, name) -> times(rounds, name, Contenders.LIMIT, Measured::medianMicros));
    static final Column ROUND_TRIPS = new Column(
            "round trips", (rounds, name) -> fine(rounds, name, measured -> measured.per(measured.roundTrips())));
    static final Column COMMITS = new Column(
            "commits",
            (rounds, name) ->
                    fine(rounds, name, measured -> measured.per(measured.work().writes())));
    static final Column WAL = new Column(
            "WAL bytes",
            (rounds, name) -> median(
                    rounds, name, measured -> measured.per(measured.work().walBytes())));
    static final Column CPU = new Column(
            "server CPU µs",
            (rounds, name) -> median(
                    rounds, name, measured -> measured.per(measured.work().cpuMicros())));

    /** Of operations that are timed one by one. */
    static final List<Column> OF_OPERATIONS =
            List.of(PER_SECOND, P50, P99, TIMES_STOCK, P50_TIMES_LIMIT, ROUND_TRIPS, COMMITS, WAL, CPU);

    String cell(Rounds rounds, String contender) {
        return cell.apply(rounds, contender);
    }

    private static String range(Spread spread) {
        return String.format(Locale.ROOT, "%,.0f (%,.0f–%,.0f)", spread.median(), spread.least(), spread.most());
    }

    private static String decimals(Spread spread) {
        return String.format(Locale.ROOT, "%,.1f (%,.1f–%,.1f)", spread.median(), spread.least(), spread.most());
    }

    private static String median(Rounds rounds, String name, ToDoubleFunction<Measured> figure) {
        return String.format(Locale.ROOT, "%,.0f", rounds.spread(name, figure).median());
    }

    private static String fine(Rounds rounds, String name, ToDoubleFunction<Measured> figure) {
        return String.format(Locale.ROOT, "%.2f", rounds.spread(name, figure).median());
    }

    private static String times(Rounds rounds, String name, String other, ToDoubleFunction<Measured> figure) {
        if (!rounds.has(other)) {
            return "";
        }
        Spread ratio = rounds.ratio(name, other, figure);
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratio.median(), ratio.least(), ratio.most());
    }
}
