package io.sessionadmin.console.script;

import io.sessionadmin.console.model.AuditTrail;
import io.sessionadmin.table.AuditTable;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a program asks of the audit trail, and the page that answers. */
record AuditQuery(AuditTable.Query query, AuditTable.@Nullable Cursor after, int limit) {

    private static final Set<String> NAMES = Set.of("who", "app", "action", "from", "to", "handle", "limit", "after");
    private static final Pattern CURSOR = Pattern.compile("(\\d{1,17})-([0-9a-f-]{36})");
    private static final int LIMIT = 100;
    private static final long ACTIONS_BYTES = 180_000;

    static AuditQuery parse(Query given) throws RefusedException {
        given.takesOnly(NAMES);
        String limit = given.one("limit").orElse("" + LIMIT);
        if (!limit.matches("[1-9]\\d?|100")) {
            throw new RefusedException(Problem.BAD_PARAMETER, "limit has to be a number from 1 to " + LIMIT + ".");
        }
        return new AuditQuery(
                new AuditTable.Query(
                        given.one("who").orElse(""),
                        given.one("app").orElse(""),
                        given.one("action").orElse(""),
                        moment(given, "from"),
                        moment(given, "to"),
                        given.one("handle").orElse("")),
                cursor(given.one("after")),
                Integer.parseInt(limit));
    }

    private static @Nullable Instant moment(Query given, String name) throws RefusedException {
        Optional<String> text = given.one(name);
        try {
            return text.isEmpty() ? null : Instant.parse(text.get());
        } catch (DateTimeException e) {
            throw new RefusedException(Problem.BAD_PARAMETER, name + " has to be a time, as in 2026-01-31T23:59:59Z.");
        }
    }

    private static AuditTable.@Nullable Cursor cursor(Optional<String> text) throws RefusedException {
        if (text.isEmpty()) {
            return null;
        }
        Matcher parts = CURSOR.matcher(text.get());
        try {
            if (parts.matches()) {
                Instant begun = Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS);
                return new AuditTable.Cursor(begun, UUID.fromString(parts.group(2)));
            }
        } catch (IllegalArgumentException e) {
            // no UUID: refused as any other text
        }
        throw new RefusedException(Problem.BAD_PARAMETER, "after has to be what the page before gave as next.");
    }

    /** With fewer actions where they name so many sessions that the answer would be too large. */
    Fields answer(AuditTrail trail) throws IOException {
        AuditTrail.Page page = trail.page(query, after, limit);
        Fields first = new Fields();
        page = page.first(page.entries().size()
                - first.putFirst(
                        "actions",
                        page.entries().stream().map(JobShapes::action).toList(),
                        ACTIONS_BYTES));
        AuditTable.Cursor next = page.next();
        return first.put(
                        "next",
                        next == null
                                ? null
                                : ChronoUnit.MICROS.between(Instant.EPOCH, next.begunAt()) + "-" + next.id())
                .put("kept", page.kept())
                .put("inMemoryOnly", page.inMemoryOnly())
                .put("problems", Sentences.of(page.problems()));
    }
}
