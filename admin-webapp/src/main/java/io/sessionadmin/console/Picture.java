package io.sessionadmin.console;

import io.sessionadmin.console.model.BackupAges;
import io.sessionadmin.console.model.BackupWindow;
import io.sessionadmin.console.model.ContextSummary;
import io.sessionadmin.console.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A context in two pictures, each with its figures in words: how old the saved copies of its live sessions are, and how
 * many were live over the last hour. Coordinates are those of the templates' view boxes.
 *
 * @param line where maxIdleBackup is among the ages; empty when there is none
 * @param lineEnd where the window ends, which has the background period in it; empty likewise
 */
public record Picture(
        String context,
        String name,
        String href,
        List<Bar> bars,
        List<Tick> ticks,
        String line,
        String lineEnd,
        String lineText,
        String agesText,
        String ages,
        List<Figures> table,
        Hour hour) {

    /** A class of ages: what is saved below, and what is at risk above. */
    public record Bar(String x, String currentY, String currentHeight, String riskY, String riskHeight) {}

    /** A limit below the bars. */
    public record Tick(String x, String text) {}

    /** A row of the table that says the same as the picture. */
    public record Figures(String label, String current, String atRisk) {}

    /**
     * The last hour.
     *
     * @param unsampled how far from the left there is no sample, as this console did not look yet; empty: none is missing
     * @param unsampledText the same in words; empty likewise
     * @param live corners of the line, empty when there are fewer than two samples
     * @param text the figures in a sentence
     */
    public record Hour(
            String unsampled,
            String unsampledText,
            String live,
            String atRisk,
            String title,
            String text,
            String from,
            String now,
            List<Moment> table) {}

    /** A row of the table of an hour. */
    public record Moment(String at, String live, String atRisk) {}

    private static final double WIDTH = 300;
    private static final double HEIGHT = 60;
    private static final double HOUR_HEIGHT = 56;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SAMPLED_EACH = Duration.ofMinutes(1);

    static Picture of(ContextSummary context, List<Sample> samples, String root, Wording words) {
        BackupAges ages = context.ages();
        int classes = BackupAges.LIMITS.size() + 2; // and the oldest, and those without a copy
        double step = WIDTH / classes;
        Optional<BackupWindow> window =
                context.keeping() == null ? Optional.empty() : context.keeping().window();
        boolean background = window.isPresent()
                && window.get().maxIdleBackup() >= 0
                && !window.get().withEachRequest();
        Duration line = background ? Duration.ofSeconds(window.orElseThrow().maxIdleBackup()) : Duration.ZERO;
        return new Picture(
                context.address().title(),
                context.address().title(),
                new ConsoleView.Sessions(context.address(), null).href(root),
                ages.isEmpty() ? List.of() : bars(ages, step),
                ticks(step, words),
                background ? coordinate(place(line, step)) : "",
                background
                        ? context.window()
                                .map(end -> coordinate(place(end, step)))
                                .orElse("")
                        : "",
                background
                        ? words.say("picture.line", words.duration(line))
                        : words.say(
                                window.isPresent() && window.get().withEachRequest()
                                        ? "picture.atOnce"
                                        : "picture.noBackups"),
                ages.isEmpty() ? words.say("picture.nothingLive") : words.say("picture.ages"),
                describe(ages, words),
                figures(ages, words),
                hour(samples, words));
    }

    private static List<Tick> ticks(double step, Wording words) {
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i < BackupAges.LIMITS.size(); i++) {
            ticks.add(new Tick(coordinate((i + 1) * step - 2), words.duration(BackupAges.LIMITS.get(i))));
        }
        ticks.add(new Tick(coordinate((BackupAges.LIMITS.size() + 1.45) * step), words.say("picture.none")));
        return ticks;
    }

    private static List<Bar> bars(BackupAges ages, double step) {
        long most = ages.never();
        for (int i = 0; i < ages.current().size(); i++) {
            most = Math.max(most, ages.current().get(i) + ages.atRisk().get(i));
        }
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < ages.current().size(); i++) {
            bars.add(bar(i * step, ages.current().get(i), ages.atRisk().get(i), most));
        }
        bars.add(bar(ages.current().size() * step, 0, ages.never(), most));
        return bars;
    }

    /** What is there is seen, however few it is among many. */
    private static double height(long count, long most) {
        return count == 0 ? 0 : Math.max(2, HEIGHT * count / most);
    }

    private static Bar bar(double x, long current, long atRisk, long most) {
        double below = height(current, most);
        double above = Math.min(height(atRisk, most), HEIGHT);
        return new Bar(
                coordinate(x),
                coordinate(HEIGHT - below),
                coordinate(below),
                coordinate(Math.max(0, HEIGHT - below - above)),
                coordinate(above));
    }

    /** Classes are of one width each: an age lies within its class in proportion. */
    private static double place(Duration age, double step) {
        Duration from = Duration.ZERO;
        for (int i = 0; i < BackupAges.LIMITS.size(); i++) {
            Duration to = BackupAges.LIMITS.get(i);
            if (age.compareTo(to) <= 0) {
                return step
                        * (i
                                + (double) age.minus(from).toMillis()
                                        / to.minus(from).toMillis());
            }
            from = to;
        }
        return step * (BackupAges.LIMITS.size() + 0.5);
    }

    private static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static List<Figures> figures(BackupAges ages, Wording words) {
        List<Figures> figures = new ArrayList<>();
        for (int i = 0; i < ages.current().size(); i++) {
            String label = i < BackupAges.LIMITS.size()
                    ? words.say("picture.under", words.duration(BackupAges.LIMITS.get(i)))
                    : words.say("picture.older", words.duration(BackupAges.LIMITS.get(i - 1)));
            figures.add(new Figures(
                    label,
                    words.number(ages.current().get(i)),
                    words.number(ages.atRisk().get(i))));
        }
        figures.add(new Figures(words.say("picture.never"), words.number(0), words.number(ages.never())));
        return figures;
    }

    private static String describe(BackupAges ages, Wording words) {
        if (ages.isEmpty()) {
            return words.say("picture.nothingLive");
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < ages.current().size(); i++) {
            long count = ages.current().get(i) + ages.atRisk().get(i);
            if (count > 0) {
                String limit = words.duration(BackupAges.LIMITS.get(Math.min(i, BackupAges.LIMITS.size() - 1)));
                String key = i < BackupAges.LIMITS.size() ? "picture.part.under" : "picture.part.older";
                parts.add(words.say(key, words.number(count), limit));
            }
        }
        if (ages.never() > 0) {
            parts.add(words.say("picture.part.never", words.number(ages.never())));
        }
        return String.join(", ", parts);
    }

    // ------------------------------------------------------------------ the last hour

    static Hour hour(List<Sample> samples, Wording words) {
        if (samples.isEmpty()) {
            String text = words.say("picture.hour.nothing");
            return new Hour(
                    coordinate(WIDTH),
                    words.say("picture.hour.unsampled", words.moment(words.now())),
                    "",
                    "",
                    words.say("picture.hour"),
                    text,
                    words.moment(words.now().minus(HOUR)),
                    words.moment(words.now()),
                    List.of());
        }
        long most = Math.max(1, samples.stream().mapToLong(Sample::live).max().orElse(1));
        long least = samples.stream().mapToLong(Sample::live).min().orElse(0);
        boolean told = samples.stream().allMatch(sample -> sample.atRisk() >= 0);
        long worst = samples.stream().mapToLong(Sample::atRisk).max().orElse(0);
        Instant end = samples.get(samples.size() - 1).at();
        long now = samples.get(samples.size() - 1).live();
        String text = words.say(
                "picture.hour.live",
                words.number(least),
                words.number(samples.stream().mapToLong(Sample::live).max().orElse(0)),
                words.number(now));
        String risk =
                told ? words.say("picture.hour.risk", words.number(worst)) : words.say("picture.hour.riskUnknown");
        boolean drawn = samples.size() > 1;
        Instant first = samples.get(0).at();
        boolean missing = Duration.between(first, end).compareTo(HOUR.minus(SAMPLED_EACH)) < 0;
        return new Hour(
                missing ? coordinate(across(first, end)) : "",
                missing ? words.say("picture.hour.unsampled", words.moment(first)) : "",
                drawn ? line(samples, end, most, Sample::live, false) : "",
                drawn && told && worst > 0 ? line(samples, end, most, Sample::atRisk, true) : "",
                words.say("picture.hour"),
                text + " " + risk,
                words.moment(end.minus(HOUR)),
                words.moment(end),
                samples.stream()
                        .map(sample -> new Moment(
                                words.moment(sample.at()),
                                words.number(sample.live()),
                                sample.atRisk() < 0 ? words.say("figure.unknown") : words.number(sample.atRisk())))
                        .toList());
    }

    /** Where a moment of the last hour is. */
    private static double across(Instant at, Instant end) {
        double minutes = Duration.between(at, end).toMillis() / 60_000.0;
        return WIDTH - Math.min(WIDTH, WIDTH * minutes / 60);
    }

    private static String line(
            List<Sample> samples,
            Instant end,
            long most,
            java.util.function.ToLongFunction<Sample> figure,
            boolean filled) {
        StringBuilder points = new StringBuilder();
        double first = 0;
        double x = 0;
        for (Sample sample : samples) {
            x = across(sample.at(), end);
            double y = HOUR_HEIGHT - HOUR_HEIGHT * figure.applyAsLong(sample) / most;
            if (points.isEmpty()) {
                first = x;
            }
            points.append(coordinate(x)).append(',').append(coordinate(y + 2)).append(' ');
        }
        if (filled) {
            points.append(coordinate(x))
                    .append(',')
                    .append(coordinate(HOUR_HEIGHT + 2))
                    .append(' ');
            points.append(coordinate(first)).append(',').append(coordinate(HOUR_HEIGHT + 2));
        }
        return points.toString().strip();
    }
}
