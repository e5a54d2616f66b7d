package io.sessionadmin.table;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator did, or is doing. No text of it begins a new line, and none is longer than a row should hold.
 *
 * @param begunAt on this node's clock when written, on the database's when read
 * @param endedAt likewise; null while it is under way, and for ever when the console died over it
 * @param address where the request came from
 * @param node whose console it was
 * @param action in a word: {@code invalidate} and so on
 * @param context the name of the context as Tomcat's stores write it: {@code /Engine/host/path##version}
 * @param scope which sessions were meant: {@code handles}, or a filter as the console's URLs have it
 * @param reason as the administrator wrote it; may be empty
 * @param asked how many sessions were meant
 * @param done of them, those with which it was done; and {@code failed}, those with which it was not
 * @param outcome in a word; null: not known yet
 * @param details what happened on each node; may be empty
 * @param handles of the sessions, the first {@value #HANDLES} of them
 */
public record AuditEntry(
        UUID id,
        Instant begunAt,
        @Nullable Instant endedAt,
        String who,
        String address,
        String node,
        String action,
        String context,
        String scope,
        String reason,
        int asked,
        int done,
        int failed,
        @Nullable String outcome,
        String details,
        List<Handle> handles) {

    /** So many sessions of an action are named. */
    public static final int HANDLES = 1_000;

    private static final int NAME = 255;
    private static final int TEXT = 1_000;

    public AuditEntry {
        who = line(who, NAME);
        address = line(address, NAME);
        node = line(node, NAME);
        action = line(action, NAME);
        context = line(context, NAME);
        scope = line(scope, TEXT);
        reason = line(reason, TEXT);
        details = line(details, TEXT);
        handles = List.copyOf(handles.size() > HANDLES ? handles.subList(0, HANDLES) : handles);
    }

    private static String line(String text, int longest) {
        String line = text.strip().replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}\\x{85}]", " ");
        return line.length() > longest ? line.substring(0, longest - 3) + "..." : line;
    }

    /** An action that begins now. */
    public static AuditEntry begin(
            Instant now,
            Actor actor,
            String action,
            String context,
            String scope,
            String reason,
            int asked,
            List<Handle> handles) {
        return new AuditEntry(
                UUID.randomUUID(),
                now,
                null,
                actor.who(),
                actor.address(),
                actor.node(),
                action,
                context,
                scope,
                reason,
                asked,
                0,
                0,
                null,
                "",
                handles);
    }

    /**
     * Who acts.
     *
     * @param address where the request came from
     * @param node whose console it is
     */
    public record Actor(String who, String address, String node) {}

    /** The same action, further on. */
    public AuditEntry progress(int done, int failed, List<Handle> handles) {
        return new AuditEntry(
                id, begunAt, null, who, address, node, action, context, scope, reason, asked, done, failed, null, "",
                handles);
    }

    /** The same action, when it is over. */
    public AuditEntry end(Instant now, String outcome, String details) {
        return new AuditEntry(
                id, begunAt, now, who, address, node, action, context, scope, reason, asked, done, failed, outcome,
                details, handles);
    }
}
