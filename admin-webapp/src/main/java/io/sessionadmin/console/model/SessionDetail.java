package io.sessionadmin.console.model;

import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.ReplicaState;
import io.sessionadmin.table.RowFacts;
import io.sessionadmin.table.StoredRow;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known of one session, as far as its reader may see it.
 *
 * @param attributes those in memory and those of the saved copy, by name
 * @param moreAttributes how many there are besides
 * @param compared whether it is known which attributes the saved copy has
 * @param unreadable why the saved copy can't be read; none when it can, or there is none
 * @param storeProblem why the store did not answer; none when it did
 * @param facts of the row; null where there is none, or its table does not know
 * @param nodes this node first
 * @param othersUnknown why it is not known which other nodes there are; none when it is
 * @param replicas that the saved copy is read from, one at most; none when it is read where it is saved
 */
public record SessionDetail(
        SessionEntry entry,
        List<Attribute> attributes,
        int moreAttributes,
        boolean compared,
        Values values,
        Reason unreadable,
        Reason storeProblem,
        @Nullable RowFacts facts,
        List<NodeState> nodes,
        Reason othersUnknown,
        List<ReplicaState> replicas,
        Instant now) {

    /** So many are shown. */
    private static final int ATTRIBUTES_AT_MOST = 200;

    private static final int LEFT_OUT_AT_MOST = 50;

    /**
     * An attribute.
     *
     * @param name fit to be shown
     * @param key the name itself
     * @param memoryClass of the value in memory; null when it is not in memory
     * @param storedClass as the stream names it; null when it is not in the saved copy
     * @param bytes in the saved copy; -1 when it is not there
     * @param newer whether memory is known to have another value than the saved copy
     * @param notSaved why it is in memory and not in the saved copy; none when it is, or nobody knows
     * @param saved what the saved copy has of it; null when that is nothing, or there was no room
     */
    public record Attribute(
            String name,
            String key,
            @Nullable String memoryClass,
            @Nullable String storedClass,
            long bytes,
            boolean newer,
            Reason notSaved,
            @Nullable ValueNode saved) {}

    /**
     * How a session is looked at.
     *
     * @param node how this node is called where rows do not say it
     */
    record View(Values values, String node, Instant now) {}

    /** Where a session is looked for. */
    private record Around(
            StoredSessions stored, String node, ClusterNodes cluster, Values values, List<ReplicaState> replicas) {}

    /** Empty when there is no such session, and the store, if it answered, has none. */
    static Optional<SessionDetail> find(DeployedContext context, Handle handle, View view) throws IOException {
        Instant now = view.now();
        LiveSession live = context.live(handle, now).orElse(null);
        Around around = new Around(
                context.stored(),
                context.nodeName().orElse(view.node()),
                context.nodes(),
                view.values(),
                Replicas.of(List.of(context)));
        try {
            StoredRow row =
                    context.stored().find(List.of(handle)).stream().findFirst().orElse(null);
            return read(around, live, row, context.reader(true, now), Reason.NONE);
        } catch (IOException e) {
            if (live == null) {
                throw e;
            }
            return read(around, live, null, context.reader(false, now), Reason.of(e));
        }
    }

    /** Of a context that is not deployed here. */
    static Optional<SessionDetail> find(TableSessions orphan, Handle handle, View view) throws IOException {
        EntryReader reader = new EntryReader(orphan, null, null, true, view.now());
        StoredRow row = orphan.find(List.of(handle)).stream().findFirst().orElse(null);
        ClusterNodes nodes = ClusterNodes.of(orphan.catalog(), orphan.app(), "");
        return read(new Around(orphan, view.node(), nodes, view.values(), List.of()), null, row, reader, Reason.NONE);
    }

    private static Optional<SessionDetail> read(
            Around around, @Nullable LiveSession live, @Nullable StoredRow row, EntryReader reader, Reason storeProblem)
            throws IOException {
        if (live == null && row == null) {
            return Optional.empty();
        }
        SessionEntry entry = reader.read(live, row);
        List<StoredAttribute> saved = List.of();
        Reason unreadable = Reason.NONE;
        boolean compared = !storeProblem.isGiven();
        if (row != null && row.valid()) {
            byte[] data = around.stored().data(row).orElse(row.data());
            try {
                SessionStream stream = SessionStream.read(data);
                saved = stream.attributes();
                unreadable = reader.missingClass(stream.classNames());
            } catch (UnreadableStreamException e) {
                compared = false;
                unreadable = data.length == StoredSessions.READ_AT_MOST && row.bytes() > data.length
                        ? Reason.of("reason.tooLarge", StoredSessions.READ_AT_MOST >> 20)
                        : EntryReader.said(e);
            }
        }
        Found found = attributes(entry, saved, compared, around.values());
        return Optional.of(new SessionDetail(
                entry,
                found.shown(),
                found.more(),
                compared,
                around.values(),
                unreadable,
                storeProblem,
                row == null ? null : around.stored().facts(row).orElse(null),
                NodeState.of(entry, around.node(), around.cluster()),
                around.cluster().unknown(),
                around.replicas(),
                reader.now()));
    }

    // ------------------------------------------------------------------ what the row lacks

    /** What the last save left out and why, fit to be shown: so many of it as are shown. */
    public List<String> leftOut() {
        return known().stream()
                .limit(LEFT_OUT_AT_MOST)
                .map(word -> Legible.text(word, ValueTrees.TEXT_AT_MOST))
                .toList();
    }

    /** How many there are besides. */
    public int moreLeftOut() {
        return Math.max(0, known().size() - LEFT_OUT_AT_MOST);
    }

    private List<String> known() {
        SessionEntry.LiveBackup backup = entry.backup();
        return backup == null ? List.of() : backup.known().leftOut();
    }

    // ------------------------------------------------------------------ attributes

    private record Found(List<Attribute> shown, int more) {}

    private static Found attributes(SessionEntry entry, List<StoredAttribute> stored, boolean compared, Values values) {
        Map<String, StoredAttribute> saved = new LinkedHashMap<>();
        stored.forEach(held -> saved.put(held.name(), held));
        Map<String, LiveSession.Attribute> live = new LinkedHashMap<>();
        if (entry.live() != null) {
            entry.live().attributes(saved).forEach(held -> live.put(held.name(), held));
        }
        TreeSet<String> names = new TreeSet<>(saved.keySet());
        names.addAll(live.keySet());
        List<String> shown = names.stream().limit(ATTRIBUTES_AT_MOST).toList();
        Map<String, ValueNode> trees = ValueTrees.of(
                shown.stream().filter(saved::containsKey).map(saved::get).toList(), values);
        List<Attribute> attributes = new ArrayList<>();
        for (String name : shown) {
            StoredAttribute copy = saved.get(name);
            LiveSession.Attribute held = live.get(name);
            attributes.add(new Attribute(
                    Legible.text(name, ValueTrees.NAME_AT_MOST),
                    name,
                    held == null ? null : Legible.text(held.className(), ValueTrees.TEXT_AT_MOST),
                    copy == null ? null : Legible.text(copy.className(), ValueTrees.TEXT_AT_MOST),
                    copy == null ? -1 : copy.bytes(),
                    held != null && held.newer(),
                    held == null || copy != null || !compared ? Reason.NONE : whyNotSaved(held, entry),
                    trees.get(name)));
        }
        return new Found(List.copyOf(attributes), names.size() - shown.size());
    }

    private static Reason whyNotSaved(LiveSession.Attribute held, SessionEntry entry) {
        SessionEntry.LiveBackup backup = entry.backup();
        String mark = held.name() + ": ";
        for (String leftOut :
                backup == null ? List.<String>of() : backup.known().leftOut()) {
            if (leftOut.startsWith(mark)) {
                return Reason.said(Legible.text(leftOut.substring(mark.length()), ValueTrees.TEXT_AT_MOST));
            }
        }
        return Reason.of(held.serialisable() ? "reason.notSavedYet" : "reason.notSerialisable");
    }
}
