package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.SessionUser;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.StoredRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Says of a live session, a stored one, or both, what they are.
 *
 * @param stored where rows come from
 * @param window null when nothing saves sessions while they are live
 * @param classes of the application; null when it does not run. Only asked for resources, never for classes
 * @param storeAnswers false when a missing row says nothing
 * @param node how rows call this node; empty where it is not known
 * @param alive the other nodes whose word counts that they have a session in memory
 */
record EntryReader(
        StoredSessions stored,
        @Nullable Duration window,
        @Nullable ClassLoader classes,
        boolean storeAnswers,
        String node,
        List<String> alive,
        Instant now) {

    /** Where no other node is known. */
    EntryReader(
            StoredSessions stored,
            @Nullable Duration window,
            @Nullable ClassLoader classes,
            boolean storeAnswers,
            Instant now) {
        this(stored, window, classes, storeAnswers, "", List.of(), now);
    }

    SessionEntry read(@Nullable LiveSession live, @Nullable StoredRow row) {
        Contents contents = row == null || !row.valid() ? Contents.NONE : contents(row);
        SessionState state = state(live, row, contents);
        SessionEntry.LiveBackup backup = live == null ? null : backup(live, row, contents);
        Reason reason = state == SessionState.UNREADABLE ? contents.unreadable() : Reason.NONE;
        if (live != null) {
            String here = node.isEmpty() ? null : node;
            return new SessionEntry(
                    live.handle(), state, reason, live, row, contents.head(), contents.user(), here, backup);
        }
        if (row != null) {
            String there = isHeldElsewhere(row) ? row.node() : null;
            return new SessionEntry(
                    row.key().handle(), state, reason, null, row, contents.head(), contents.user(), there, null);
        }
        throw new IllegalArgumentException("neither live nor stored");
    }

    private SessionState state(@Nullable LiveSession live, @Nullable StoredRow row, Contents contents) {
        if (row != null && !row.valid()) {
            return SessionState.INVALIDATED;
        }
        if (live != null) {
            return live.isExpired() ? SessionState.EXPIRED : SessionState.LIVE;
        }
        Instant expires = row == null ? null : row.expiresAt();
        if (expires != null && expires.isBefore(now)) {
            return SessionState.EXPIRED;
        }
        if (row != null && isHeldElsewhere(row)) {
            return SessionState.LIVE;
        }
        return contents.unreadable().isGiven() ? SessionState.UNREADABLE : SessionState.SWAPPED_OUT;
    }

    private boolean isHeldElsewhere(StoredRow row) {
        return row.valid() && Boolean.TRUE.equals(row.held()) && row.node() != null && alive.contains(row.node());
    }

    private SessionEntry.LiveBackup backup(LiveSession live, @Nullable StoredRow row, Contents contents) {
        SessionBackup known = known(live, row, contents);
        if (!storeAnswers && !hasNotes()) {
            return new SessionEntry.LiveBackup(null, known, false);
        }
        SessionBackup.State state = known.state(stored.latestAccess(live), now.toEpochMilli(), window);
        boolean savedAtMost = known.savedAt() == 0 && known.savedAccess() != 0;
        return new SessionEntry.LiveBackup(state, known, savedAtMost);
    }

    private SessionBackup known(LiveSession live, @Nullable StoredRow row, Contents contents) {
        if (hasNotes() && stored instanceof TableSessions table) {
            long access = row != null && row.valid() ? row.lastAccess().toEpochMilli() : 0;
            return storeAnswers ? table.known(live, access) : live.note();
        }
        if (row == null || !row.valid() || (contents.unreadable().isGiven() && contents.head() == null)) {
            return SessionBackup.NONE; // what can't be read is no copy
        }
        Instant savedAt = row.savedAt();
        long access = stored instanceof FileSessions && savedAt != null
                ? savedAt.toEpochMilli()
                : row.lastAccess().toEpochMilli();
        return new SessionBackup(access, savedAt == null ? 0 : savedAt.toEpochMilli(), row.bytes(), 0, List.of(), null);
    }

    /** Then what is known of a backup does not depend on the store's answer. */
    boolean hasNotes() {
        return stored instanceof TableSessions table && table.notes();
    }

    /**
     * What a stored stream holds.
     *
     * @param user who is logged in; null where nobody is, or it is not known
     * @param unreadable why it can't be turned into a session; none when it can
     */
    private record Contents(
            @Nullable SessionHead head, @Nullable String user, Reason unreadable) {
        static final Contents NONE = new Contents(null, null, Reason.NONE);
    }

    private Contents contents(StoredRow row) {
        SessionHead head;
        try {
            head = SessionStream.readHead(row.data());
        } catch (UnreadableStreamException e) {
            return new Contents(null, null, row.hasAllData() ? said(e) : Reason.NONE);
        }
        if (!row.hasAllData()) {
            return new Contents(head, head.principalName(), Reason.NONE);
        }
        try {
            SessionStream stream = SessionStream.read(row.data());
            return new Contents(head, SessionUser.of(stream).orElse(null), missingClass(stream.classNames()));
        } catch (UnreadableStreamException e) {
            return new Contents(head, head.principalName(), said(e));
        }
    }

    static Reason said(UnreadableStreamException e) {
        String message = e.getMessage();
        return Reason.said(message == null ? "" : message);
    }

    /** A class that the application does not have, found by its file, not by loading it. */
    Reason missingClass(SortedSet<String> classNames) {
        ClassLoader loader = classes;
        if (loader == null) {
            return Reason.NONE;
        }
        for (String name : classNames) {
            String resource = name.replace('.', '/') + ".class";
            if (loader.getResource(resource) == null && ClassLoader.getSystemResource(resource) == null) {
                return Reason.of("reason.missingClass", name);
            }
        }
        return Reason.NONE;
    }
}
