package io.sessionadmin.console.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A context whose sessions are looked through.
 *
 * @param app its name in rows
 * @param live its sessions in the memory of this node
 * @param node how rows call this node
 * @param alive the other nodes that are there
 * @param counted what its store keeps, when somebody has just counted it; else null
 */
record SearchedContext(
        ContextAddress address,
        String app,
        StoredSessions stored,
        LiveSnapshot live,
        String node,
        List<String> alive,
        EntryReader reader,
        EntryReader withoutStore,
        @Nullable StoredCounts counted) {

    static SearchedContext of(DeployedContext context, Instant now) {
        return of(context, new LiveSnapshot(context.live(now), now), null, now);
    }

    static SearchedContext of(DeployedContext context, LiveSnapshot live, @Nullable StoredCounts counted, Instant now) {
        EntryReader reader = context.reader(true, now);
        return new SearchedContext(
                context.address(),
                context.app(),
                context.stored(),
                live,
                reader.node(),
                reader.alive(),
                reader,
                context.reader(false, now),
                counted);
    }

    /** One that is not deployed here. */
    static SearchedContext of(String app, TableSessions rows, @Nullable StoredCounts counted, Instant now) {
        List<String> alive = rows.aliveBeside("");
        EntryReader reader = new EntryReader(rows, null, null, true, "", alive, now);
        return new SearchedContext(
                new ContextAddress.Orphan(app), app, rows, LiveSnapshot.NOTHING, "", alive, reader, reader, counted);
    }
}
