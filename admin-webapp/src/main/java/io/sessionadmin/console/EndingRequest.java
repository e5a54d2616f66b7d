package io.sessionadmin.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sessionadmin.console.model.BadParameterException;
import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.Selection;
import io.sessionadmin.console.model.SessionFilter;
import io.sessionadmin.console.model.SessionPage;
import io.sessionadmin.console.model.SessionQuery;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import java.net.URLEncoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the requests that end sessions, and those that look at what was ended; and writes what the next one carries. */
final class EndingRequest {

    /** What a form carries beside the sessions themselves. */
    private static final Set<String> OTHERS = Set.of("csrf", "matching", "expected", "typed", "reason");

    private static final int REASON_AT_MOST = 500;
    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");
    private static final Pattern JOB = Pattern.compile("/jobs/([0-9a-f-]{36})(/stop)?");
    private static final Pattern CURSOR = Pattern.compile("(\\d{1,17})-([0-9a-f-]{36})");

    private EndingRequest() {}

    static ConsoleView confirm(Map<String, String[]> parameters) {
        return selected(parameters).view(ConsoleView.Confirm::new);
    }

    static ConsoleView invalidate(Map<String, String[]> parameters) {
        String expected = text(parameters, "expected");
        String typed = text(parameters, "typed").replaceAll("[\\s.,'\u00a0\u202f\u2019]", "");
        String reason = text(parameters, "reason");
        if (!expected.isEmpty() && !COUNT.matcher(expected).matches()) {
            return new ConsoleView.Refused(ConsoleFailure.BAD_REQUEST);
        }
        OptionalInt count = expected.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(expected));
        String kept = reason.length() > REASON_AT_MOST ? reason.substring(0, REASON_AT_MOST) : reason;
        return selected(parameters).view(selection -> new ConsoleView.Invalidate(selection, count, typed, kept));
    }

    /** Either the sessions, or why there are none. */
    private record Selected(@Nullable Selection selection, ConsoleFailure failure) {
        ConsoleView view(java.util.function.Function<Selection, ConsoleView> of) {
            return selection == null ? new ConsoleView.Refused(failure) : of.apply(selection);
        }
    }

    private static Selected selected(Map<String, String[]> parameters) {
        String[] ticked = parameters.get("handle");
        if (ticked == null && !text(parameters, "matching").isEmpty()) {
            try {
                SessionQuery query = SessionQuery.parse(parameters, OTHERS);
                return new Selected(new Selection.Matching(query.scope(), query.filter()), ConsoleFailure.BAD_REQUEST);
            } catch (BadParameterException e) {
                return new Selected(null, ConsoleFailure.BAD_REQUEST);
            }
        }
        Optional<ContextAddress> context = ConsoleView.context(parameters);
        Set<Handle> handles = new LinkedHashSet<>();
        for (String text : ticked == null ? new String[0] : ticked) {
            Handle.parse(text).ifPresent(handles::add);
        }
        boolean senseless = ticked != null && (ticked.length > SessionPage.SIZE || handles.isEmpty());
        if (context.isEmpty() || senseless) {
            return new Selected(null, ConsoleFailure.BAD_REQUEST);
        }
        return handles.isEmpty()
                ? new Selected(null, ConsoleFailure.NOTHING_TICKED)
                : new Selected(new Selection.Named(context.get(), List.copyOf(handles)), ConsoleFailure.BAD_REQUEST);
    }

    /** What a form has to carry so that the same sessions are meant. */
    static List<SessionsPage.Hidden> fields(Selection selection, String csrf) {
        List<SessionsPage.Hidden> fields = new ArrayList<>();
        if (selection instanceof Selection.Named named) {
            fields.addAll(SessionsPage.fields(named.context(), csrf));
            named.handles().forEach(handle -> fields.add(new SessionsPage.Hidden("handle", handle.hex())));
            return fields;
        }
        Selection.Matching matching = (Selection.Matching) selection;
        ContextAddress context = matching.in().address();
        if (context != null) {
            fields.addAll(SessionsPage.fields(context, csrf));
        } else {
            fields.add(new SessionsPage.Hidden("csrf", csrf));
        }
        fields.add(new SessionsPage.Hidden("matching", "all"));
        for (SessionFilter.Parameter parameter : matching.filter().parameters()) {
            fields.add(new SessionsPage.Hidden(parameter.name(), parameter.value()));
        }
        return fields;
    }

    // ------------------------------------------------------------------ jobs

    /** Empty when this is no address of a job. */
    static Optional<ConsoleView> job(String path, boolean get, boolean post) {
        Matcher parts = JOB.matcher(path);
        if (!parts.matches()) {
            return Optional.empty();
        }
        boolean stop = parts.group(2) != null;
        if (stop ? !post : !get) {
            return Optional.of(new ConsoleView.Refused(ConsoleFailure.WRONG_METHOD));
        }
        return Optional.of(stop ? new ConsoleView.StopJob(parts.group(1)) : new ConsoleView.Job(parts.group(1)));
    }

    // ------------------------------------------------------------------ activity

    static ConsoleView activity(Map<String, String[]> parameters) {
        try {
            AuditTable.Query query = new AuditTable.Query(
                    text(parameters, "who"),
                    text(parameters, "context"),
                    text(parameters, "action"),
                    moment(text(parameters, "from"), 0),
                    moment(text(parameters, "to"), 1),
                    text(parameters, "handle"));
            String after = text(parameters, "after");
            return new ConsoleView.Activity(query, after.isEmpty() ? null : cursor(after));
        } catch (DateTimeException | IllegalArgumentException e) {
            return new ConsoleView.Refused(ConsoleFailure.BAD_REQUEST);
        }
    }

    /** @param days to add to a day: its end is where the next one begins */
    private static @Nullable Instant moment(String text, int days) {
        if (text.isEmpty()) {
            return null;
        }
        return text.contains("T")
                ? Instant.parse(text)
                : LocalDate.parse(text)
                        .plusDays(days)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
    }

    private static AuditTable.Cursor cursor(String text) {
        Matcher parts = CURSOR.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no cursor");
        }
        Instant begun = Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS);
        return new AuditTable.Cursor(begun, UUID.fromString(parts.group(2)));
    }

    static String cursor(AuditTable.Cursor cursor) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, cursor.begunAt()) + "-" + cursor.id();
    }

    /** As {@link #activity} reads it back. */
    static String query(AuditTable.Query query, AuditTable.@Nullable Cursor after) {
        List<String> parts = new ArrayList<>();
        add(parts, "who", query.who());
        add(parts, "context", query.context());
        add(parts, "action", query.action());
        add(parts, "from", query.from() == null ? "" : query.from().toString());
        add(parts, "to", query.to() == null ? "" : query.to().toString());
        add(parts, "handle", query.handle());
        add(parts, "after", after == null ? "" : cursor(after));
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static void add(List<String> parts, String name, String value) {
        if (!value.isEmpty()) {
            parts.add(name + "=" + URLEncoder.encode(value, UTF_8));
        }
    }

    private static String text(Map<String, String[]> parameters, String name) {
        String[] values = parameters.get(name);
        return values == null || values.length == 0 ? "" : values[0].strip().replaceAll("\\p{Cntrl}", " ");
    }
}
