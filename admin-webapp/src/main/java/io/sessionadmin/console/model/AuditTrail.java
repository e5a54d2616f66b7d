package io.sessionadmin.console.model;

import io.sessionadmin.table.AuditEntry;
import io.sessionadmin.table.AuditTable;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoreUnavailableException;
import io.sessionadmin.table.TableMismatchException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What administrators did: in the log, in the tables beside the sessions, and in memory, where the last ones are kept
 * whether a table has them or not. An entry is written before the action and completed after it. An action is never
 * refused because its entry can't be written; what could not be is written as soon as it can. Safe for use by several
 * threads.
 */
public final class AuditTrail {

    private static final Log log = LogFactory.getLog("io.sessionadmin.console");

    /** So many actions are kept in memory. */
    public static final int REMEMBERED = 200;

    private static final int NAMED_IN_LOG = 20;
    private static final Duration BETWEEN_CLEANINGS = Duration.ofHours(1);

    /** Where entries of a context can be kept, by the place of its session table. */
    @FunctionalInterface
    interface Tables {

        /** By place: those of the named context first. */
        Map<String, AuditTable> of(String app);
    }

    /** @param written whether a table has it as it is here */
    private record Kept(AuditEntry entry, boolean written) {}

    private final Tables tables;
    private final Duration retention;
    private final Clock clock;
    private final Map<UUID, Kept> latest = new LinkedHashMap<>();
    private Instant cleaned = Instant.EPOCH;

    /** @param retention how long tables keep entries */
    AuditTrail(Tables tables, Duration retention, Clock clock) {
        this.tables = tables;
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * An action is about to begin.
     *
     * @param action in a word: {@code invalidate} and so on
     * @param app the context, as rows carry it
     * @param scope which sessions: {@code handles}, or a filter as links carry it
     * @param asked how many
     * @param handles of them, as far as they are known
     */
    public AuditEntry begin(
            AuditEntry.Actor actor,
            String action,
            String app,
            String scope,
            String reason,
            int asked,
            List<Handle> handles) {
        AuditEntry entry = AuditEntry.begin(clock.instant(), actor, action, app, scope, reason, asked, handles);
        log.info("Begins: " + line(entry));
        write(entry);
        return entry;
    }

    /** It has gone so far. */
    public AuditEntry progress(AuditEntry entry, int done, int failed, List<Handle> handles) {
        AuditEntry further = entry.progress(done, failed, handles);
        write(further);
        return further;
    }

    /**
     * It is over.
     *
     * @param outcome in a word: {@code done}, {@code stopped}, {@code failed}
     * @param details what happened on each node
     */
    public void end(AuditEntry entry, String outcome, String details) {
        AuditEntry over = entry.end(clock.instant(), outcome, details);
        log.info("Ended: " + line(over));
        write(over);
    }

    /** As in: invalidate in /Catalina/localhost/shop (user=alice): 2 sessions, 2 done, 0 failed; by admin from ::1 on tc-1. */
    static String line(AuditEntry entry) {
        String outcome = entry.outcome();
        String result = outcome == null ? "" : ", " + entry.done() + " done, " + entry.failed() + " failed: " + outcome;
        String handles =
                entry.handles().stream().limit(NAMED_IN_LOG).map(Handle::hex).collect(Collectors.joining(" "));
        return entry.action() + " in " + entry.context() + " (" + entry.scope() + "): " + entry.asked()
                + (entry.asked() == 1 ? " session" : " sessions") + result + "; asked by " + entry.who() + " from "
                + entry.address() + " on " + entry.node()
                + (entry.reason().isEmpty() ? "" : ", because: " + entry.reason())
                + (entry.details().isEmpty() ? "" : "; " + entry.details())
                + (handles.isEmpty() ? "" : "; " + handles)
                + (entry.handles().size() > NAMED_IN_LOG ? " ..." : "");
    }

    // ------------------------------------------------------------------ write

    private void write(AuditEntry entry) {
        keep(new Kept(entry, store(entry)));
        List<AuditEntry> late;
        synchronized (latest) {
            late = latest.values().stream()
                    .filter(kept -> !kept.written() && !kept.entry().id().equals(entry.id()))
                    .map(Kept::entry)
                    .toList();
        }
        if (isKept(entry.id())) {
            late.stream().filter(this::store).forEach(other -> keep(new Kept(other, true)));
            clean(entry.context());
        }
    }

    private boolean isKept(UUID id) {
        synchronized (latest) {
            Kept kept = latest.get(id);
            return kept != null && kept.written();
        }
    }

    private void keep(Kept kept) {
        synchronized (latest) {
            latest.put(kept.entry().id(), kept);
            while (latest.size() > REMEMBERED) {
                latest.remove(latest.keySet().iterator().next());
            }
        }
    }

    /** In the first table that takes it. */
    private boolean store(AuditEntry entry) {
        for (AuditTable table : tables.of(entry.context()).values()) {
            try {
                table.write(entry, clock.instant());
                return true;
            } catch (StoreUnavailableException | TableMismatchException e) {
                log.debug("An entry of the audit trail can't be written here", e);
            }
        }
        return false;
    }

    private void clean(String app) {
        Instant now = clock.instant();
        synchronized (latest) {
            if (Duration.between(cleaned, now).compareTo(BETWEEN_CLEANINGS) < 0) {
                return;
            }
            cleaned = now;
        }
        for (AuditTable table : tables.of(app).values()) {
            try {
                table.forget(retention);
            } catch (StoreUnavailableException | TableMismatchException e) {
                log.debug("Old entries of the audit trail can't be removed here", e);
            }
        }
    }

    // ------------------------------------------------------------------ read

    /**
     * Actions, the latest first.
     *
     * @param next where the next page begins; null on the last one
     * @param inMemoryOnly how many of them no table has: they go with this console
     * @param problems which tables could not be asked, and why
     * @param kept whether there is a table that keeps them
     */
    public record Page(
            List<AuditEntry> entries,
            AuditTable.@Nullable Cursor next,
            int inMemoryOnly,
            List<Reason> problems,
            boolean kept) {

        /** The page that ends after so many actions; the rest is on the next one. */
        public Page first(int actions) {
            int most = Math.max(1, actions);
            return most >= entries.size()
                    ? this
                    : new Page(
                            entries.subList(0, most),
                            AuditTable.Cursor.behind(entries.get(most - 1)),
                            inMemoryOnly,
                            problems,
                            kept);
        }
    }

    /** One page of what is kept anywhere; each action once. */
    public Page page(AuditTable.Query query, AuditTable.@Nullable Cursor after, int limit) {
        Map<UUID, AuditEntry> found = new LinkedHashMap<>();
        Set<Reason> problems = new LinkedHashSet<>();
        boolean kept = false;
        for (AuditTable table : tables.of("").values()) {
            try {
                table.page(query, after, limit + 1).forEach(entry -> found.put(entry.id(), entry));
                kept = true;
            } catch (StoreUnavailableException e) {
                problems.add(Reason.of((IOException) e));
            } catch (TableMismatchException e) {
                problems.add(Reason.said(e.reason()));
            }
        }
        int inMemoryOnly = 0;
        for (AuditEntry entry : unwritten(query, after)) {
            if (found.putIfAbsent(entry.id(), entry) == null) {
                inMemoryOnly++;
            }
        }
        List<AuditEntry> entries = new ArrayList<>(found.values());
        entries.sort(Comparator.comparing(AuditEntry::begunAt)
                .thenComparing(entry -> entry.id().toString())
                .reversed());
        boolean more = entries.size() > limit;
        List<AuditEntry> page = more ? entries.subList(0, limit) : entries;
        return new Page(
                List.copyOf(page),
                more ? AuditTable.Cursor.behind(page.get(limit - 1)) : null,
                inMemoryOnly,
                List.copyOf(problems),
                kept);
    }

    private List<AuditEntry> unwritten(AuditTable.Query query, AuditTable.@Nullable Cursor after) {
        synchronized (latest) {
            return latest.values().stream()
                    .filter(kept -> !kept.written())
                    .map(Kept::entry)
                    .filter(entry -> matches(entry, query))
                    .filter(entry -> after == null || entry.begunAt().isBefore(after.begunAt()))
                    .toList();
        }
    }

    private static boolean matches(AuditEntry entry, AuditTable.Query query) {
        return contains(entry.who(), query.who())
                && contains(entry.context(), query.context())
                && (query.action().isEmpty() || query.action().equals(entry.action()))
                && Optional.ofNullable(query.from())
                        .map(from -> !entry.begunAt().isBefore(from))
                        .orElse(true)
                && Optional.ofNullable(query.to())
                        .map(to -> entry.begunAt().isBefore(Objects.requireNonNull(to)))
                        .orElse(true)
                && (query.handle().isEmpty()
                        || entry.handles().stream()
                                .anyMatch(handle -> handle.hex().startsWith(query.handle())));
    }

    private static boolean contains(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}
