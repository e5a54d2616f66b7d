package io.sessionadmin.console;

import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Legible;
import io.sessionadmin.console.model.Reason;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Says numbers, times, sizes and reasons in the reader's language, as seen at one moment. */
final class Wording {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final String[] SIZES = {"size.bytes", "size.kilo", "size.mega", "size.giga"};

    /** Of what is said about something, in letters. */
    private static final int LONGEST = 1_000;

    private final Messages messages;
    private final Instant now;

    Wording(Messages messages, Instant now) {
        this.messages = messages;
        this.now = now;
    }

    Instant now() {
        return now;
    }

    String say(String key, Object... arguments) {
        Object[] shown = arguments.clone();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] instanceof String text) {
                shown[i] = Legible.cut(text, LONGEST);
            }
        }
        return messages.say(key, shown);
    }

    String say(Reason reason) {
        return reason.isGiven() ? say(reason.key(), reason.arguments().toArray()) : "";
    }

    private DateTimeFormatter day() {
        return DateTimeFormatter.ofPattern(say("time.day") + " HH:mm:ss", Locale.ROOT);
    }

    String number(long value) {
        return NumberFormat.getIntegerInstance(messages.locale()).format(value);
    }

    /** The number with a sign of how far it can be trusted; a dash when it is not known. */
    String figure(Figure figure) {
        return switch (figure.certainty()) {
            case EXACT -> number(figure.value());
            case ESTIMATE -> say("figure.about", number(figure.value()));
            case AT_LEAST -> say("figure.atLeast", number(figure.value()));
            case UNKNOWN -> say("figure.unknown");
        };
    }

    /** The two largest units. */
    String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return say("time.seconds", seconds);
        }
        if (seconds < 3_600) {
            return seconds < 600 && seconds % 60 != 0
                    ? say("time.minutesSeconds", seconds / 60, seconds % 60)
                    : say("time.minutes", seconds / 60);
        }
        if (seconds < 86_400) {
            long minutes = seconds % 3_600 / 60;
            return minutes == 0
                    ? say("time.hours", seconds / 3_600)
                    : say("time.hoursMinutes", seconds / 3_600, minutes);
        }
        long hours = seconds % 86_400 / 3_600;
        return hours == 0
                ? say("time.days", number(seconds / 86_400))
                : say("time.daysHours", number(seconds / 86_400), hours);
    }

    String age(Instant since) {
        return duration(Duration.between(since, now));
    }

    String ago(Instant moment) {
        return say("time.ago", age(moment));
    }

    /** With the date where it is not today's. */
    String moment(Instant moment) {
        boolean today = moment.atOffset(ZoneOffset.UTC)
                .toLocalDate()
                .equals(now.atOffset(ZoneOffset.UTC).toLocalDate());
        return say("time.utc", (today ? CLOCK : day()).format(moment.atOffset(ZoneOffset.UTC)));
    }

    /** In units of 1,000. */
    String size(long bytes) {
        if (bytes < 1_000) {
            return say(SIZES[0], bytes);
        }
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < SIZES.length - 1) {
            value /= 1_000;
            unit++;
        }
        NumberFormat format = NumberFormat.getInstance(messages.locale());
        format.setMaximumFractionDigits(value < 9.95 ? 1 : 0);
        return say(SIZES[unit], format.format(value));
    }
}
