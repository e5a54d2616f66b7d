package io.sessionadmin.store;

import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionRow.Form;
import io.sessionadmin.table.SessionTable;
import io.sessionadmin.table.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes rows of shared sessions: of all of a session, or of what has changed since all of it was written, where that is
 * much less. Safe for use by several threads; the caller holds the session's lock.
 */
final class SharedRows {

    private final SessionTable table;
    private final SessionRows rows;
    private final boolean wholeStreams;

    /** @param wholeStreams whether all of a session is written each time, so that Tomcat's own store can read each row */
    SharedRows(SessionTable table, SessionRows rows, boolean wholeStreams) {
        this.table = table;
        this.rows = rows;
        this.wholeStreams = wholeStreams;
    }

    /**
     * A session on its way to the table.
     *
     * @param row to be written
     * @param leftOut what is in memory and not in the row, each with the reason
     * @param content what the row consists of when it is written
     * @param bytes of the session in the table then
     */
    record Prepared(SessionRow row, List<String> leftOut, RowContent content, int bytes) {}

    /**
     * Whether a session that is about to leave this node's memory is to be saved although nothing has changed: as one
     * stream, which Tomcat's own store can read.
     */
    static boolean isToBeFolded(SharedSession session, boolean held) {
        return !held && session.content().hasChanges();
    }

    /** @param held whether the session stays in this node's memory */
    Prepared prepare(SharedSession session, boolean held) throws SessionNotSavedException, StoreUnavailableException {
        RowContent before = session.content();
        if (wholeStreams || !held || !table.takesChanges()) {
            return whole(session, held, before.apart());
        }
        if (!session.isStored()) {
            return first(session);
        }
        Set<String> since = before.changedSince(session.changes().names());
        if (!before.isWorthWhile() || !session.hasOtherAttributesThan(since)) {
            return whole(session, true, before.apart());
        }
        if (before.apart() == RowContent.Apart.UNKNOWN) {
            return whole(session, true, rows.isIndependent(session) ? RowContent.Apart.YES : RowContent.Apart.NO);
        }
        if (before.apart() == RowContent.Apart.AT_FIRST) {
            if (!rows.isIndependent(session)) {
                return whole(session, true, RowContent.Apart.NO);
            }
            before = before.apartStill();
        }
        Optional<SessionRows.Written> changes = rows.writeChanges(session, since);
        if (changes.isEmpty()) {
            return whole(session, true, RowContent.Apart.NO);
        }
        SessionRows.Written written = changes.get();
        int bytes = written.row().data().length;
        if (!before.isSmallEnough(bytes)) {
            Prepared all = whole(session, true, before.apart());
            return new Prepared(all.row(), all.leftOut(), before.wholeAsTooLarge(all.bytes()), all.bytes());
        }
        return new Prepared(
                written.row(), leftOut(session, since, written), before.changed(since), before.wholeBytes() + bytes);
    }

    /**
     * All of a session for the first time. Of one that was created here each attribute is watched: a change of an object
     * that two of them share, as they are written now, is noticed of both. So its first change may be written alone.
     */
    private Prepared first(SharedSession session) throws SessionNotSavedException {
        Prepared prepared = whole(session, true, session.content().apart());
        return session.wasEverStored()
                ? prepared
                : new Prepared(
                        prepared.row(), prepared.leftOut(), prepared.content().apartAtFirst(), prepared.bytes());
    }

    /** All of it, for a row that is to be a new one. */
    Prepared prepareWhole(SharedSession session, boolean held) throws SessionNotSavedException {
        return whole(session, held, session.content().apart());
    }

    private Prepared whole(SharedSession session, boolean held, RowContent.Apart known)
            throws SessionNotSavedException {
        // What was found out about an earlier stream says nothing about this one.
        RowContent.Apart apart = known == RowContent.Apart.AT_FIRST ? RowContent.Apart.UNKNOWN : known;
        Form form = apart == RowContent.Apart.YES ? Form.WHOLE_INDEPENDENT : Form.WHOLE;
        SessionRows.Written written = rows.write(session, session.getIdInternal(), held, form);
        int bytes = written.row().data().length;
        return new Prepared(written.row(), written.leftOut(), session.content().whole(bytes, apart), bytes);
    }

    /** What the whole stream lacks, but for what the changes say. */
    private static List<String> leftOut(SharedSession session, Set<String> since, SessionRows.Written changes) {
        List<String> leftOut = new ArrayList<>(changes.leftOut());
        session.backup().leftOut().stream()
                .filter(word -> since.stream().noneMatch(name -> word.startsWith(name + ": ")))
                .forEach(leftOut::add);
        return leftOut;
    }
}
