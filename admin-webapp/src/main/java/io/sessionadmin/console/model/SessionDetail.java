package io.sessionadmin.console.model;

import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known of one session.
 *
 * @param attributes those in memory and those of the saved copy, by name
 * @param compared whether it is known which attributes the saved copy has
 * @param unreadable why the saved copy can't be read; none when it can, or there is none
 * @param storeProblem why the store did not answer; none when it did
 */
public record SessionDetail(
        SessionEntry entry,
        List<Attribute> attributes,
        boolean compared,
        Reason unreadable,
        Reason storeProblem,
        Instant now) {

    /**
     * An attribute.
     *
     * @param memoryClass of the value in memory; null when it is not in memory
     * @param storedClass as the stream names it; null when it is not in the saved copy
     * @param bytes in the saved copy; -1 when it is not there
     */
    public record Attribute(
            String name,
            @Nullable String memoryClass,
            @Nullable String storedClass,
            long bytes) {}

    /** Empty when there is no such session, and the store, if it answered, has none. */
    static Optional<SessionDetail> find(DeployedContext context, Handle handle, Instant now) throws IOException {
        LiveSession live = context.live(handle, now).orElse(null);
        try {
            StoredRow row =
                    context.stored().find(List.of(handle)).stream().findFirst().orElse(null);
            return read(context.stored(), live, row, context.reader(true, now), Reason.NONE);
        } catch (IOException e) {
            if (live == null) {
                throw e;
            }
            return read(context.stored(), live, null, context.reader(false, now), Reason.of(e));
        }
    }

    /** Of a context that is not deployed here. */
    static Optional<SessionDetail> find(TableSessions orphan, Handle handle, Instant now) throws IOException {
        EntryReader reader = new EntryReader(orphan, null, null, true, now);
        StoredRow row = orphan.find(List.of(handle)).stream().findFirst().orElse(null);
        return read(orphan, null, row, reader, Reason.NONE);
    }

    private static Optional<SessionDetail> read(
            StoredSessions stored,
            @Nullable LiveSession live,
            @Nullable StoredRow row,
            EntryReader reader,
            Reason storeProblem)
            throws IOException {
        if (live == null && row == null) {
            return Optional.empty();
        }
        SessionEntry entry = reader.read(live, row);
        Map<String, Attribute> attributes = new TreeMap<>();
        if (live != null) {
            live.attributes()
                    .forEach(held ->
                            attributes.put(held.name(), new Attribute(held.name(), held.className(), null, -1)));
        }
        Reason unreadable = Reason.NONE;
        boolean compared = !storeProblem.isGiven();
        if (row != null && row.valid()) {
            byte[] data = stored.data(row).orElse(row.data());
            try {
                SessionStream stream = SessionStream.read(data);
                stream.attributes().forEach(held -> attributes.merge(held.name(), of(held), SessionDetail::both));
                unreadable = reader.missingClass(stream.classNames());
            } catch (UnreadableStreamException e) {
                compared = false;
                unreadable = data.length == StoredSessions.READ_AT_MOST && row.bytes() > data.length
                        ? Reason.of("reason.tooLarge", StoredSessions.READ_AT_MOST >> 20)
                        : EntryReader.said(e);
            }
        }
        return Optional.of(new SessionDetail(
                entry, List.copyOf(attributes.values()), compared, unreadable, storeProblem, reader.now()));
    }

    private static Attribute of(StoredAttribute held) {
        return new Attribute(held.name(), null, held.className(), held.bytes());
    }

    private static Attribute both(Attribute memory, Attribute stored) {
        return new Attribute(memory.name(), memory.memoryClass(), stored.storedClass(), stored.bytes());
    }
}
