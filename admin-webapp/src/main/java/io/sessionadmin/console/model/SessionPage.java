package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Some sessions of one context in the order of their handles, those in memory and those in the store merged.
 *
 * @param next the handle behind which the next page begins; null on the last page
 * @param problem why stored sessions are missing; none when they are not
 */
public record SessionPage(
        List<SessionEntry> entries, @Nullable Handle next, Reason problem) {

    /** How many sessions a page has at most. */
    public static final int SIZE = 100;

    /** Reads one page; the first and the ten-thousandth cost the same. */
    static SessionPage read(DeployedContext context, @Nullable Handle after, Instant now) {
        SmallestHandles<LiveSession> smallest = new SmallestHandles<>(after, SIZE + 1);
        context.live(now).forEach(session -> smallest.offer(session.handle(), session));
        Map<String, LiveSession> live = new HashMap<>();
        smallest.inOrder().forEach(session -> live.put(session.handle().hex(), session));
        try {
            List<StoredRow> rows = context.stored().page(after, SIZE + 1);
            return merge(live, rows, context.reader(true, now), Reason.NONE);
        } catch (IOException e) {
            return merge(live, List.of(), context.reader(false, now), Reason.of(e));
        }
    }

    /** Of a context that is not deployed here. */
    static SessionPage read(TableSessions orphan, @Nullable Handle after, Instant now) {
        EntryReader reader = new EntryReader(orphan, null, null, true, now);
        try {
            return merge(Map.of(), orphan.page(after, SIZE + 1), reader, Reason.NONE);
        } catch (IOException e) {
            return merge(Map.of(), List.of(), reader, Reason.of(e));
        }
    }

    /** Reads certain sessions, as far as they are there; no more than a page has. */
    static SessionPage read(DeployedContext context, Collection<Handle> handles, Instant now) {
        Set<Handle> wanted = new HashSet<>(handles);
        Map<String, LiveSession> live = new HashMap<>();
        for (LiveSession session : context.live(now)) {
            if (wanted.contains(session.handle())) {
                live.put(session.handle().hex(), session);
            }
        }
        try {
            return merge(live, context.stored().find(wanted), context.reader(true, now), Reason.NONE);
        } catch (IOException e) {
            return merge(live, List.of(), context.reader(false, now), Reason.of(e));
        }
    }

    /** The same of a context that is not deployed here. */
    static SessionPage read(TableSessions orphan, Collection<Handle> handles, Instant now) {
        EntryReader reader = new EntryReader(orphan, null, null, true, now);
        try {
            return merge(Map.of(), orphan.find(handles), reader, Reason.NONE);
        } catch (IOException e) {
            return merge(Map.of(), List.of(), reader, Reason.of(e));
        }
    }

    /** Both sides have the first of their sessions behind the cursor, so the first of both are the first of all. */
    private static SessionPage merge(
            Map<String, LiveSession> live, List<StoredRow> stored, EntryReader reader, Reason problem) {
        Map<String, StoredRow> rows = new HashMap<>();
        stored.forEach(row -> rows.put(row.key().handle().hex(), row));
        TreeSet<String> handles = new TreeSet<>(live.keySet());
        handles.addAll(rows.keySet());
        List<SessionEntry> entries = new ArrayList<>();
        for (String handle : handles) {
            if (entries.size() == SIZE) {
                return new SessionPage(entries, entries.get(SIZE - 1).handle(), problem);
            }
            entries.add(reader.read(live.get(handle), rows.get(handle)));
        }
        return new SessionPage(entries, null, problem);
    }
}
