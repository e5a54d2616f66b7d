package io.sessionadmin.store;

import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.SessionRow;
import io.sessionadmin.table.SessionRow.Form;
import io.sessionadmin.table.StoredSession;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.apache.juli.logging.Log;

/**
 * Makes rows of the sessions of one context, and sessions of its rows. What can't be made is named in the log, once.
 * Safe for use by several threads.
 */
final class SessionRows {

    /** What a session id may look like; another one is nobody's, and not worth a query. */
    private static final Pattern PLAUSIBLE_ID = Pattern.compile("[A-Za-z0-9._~:+=@,!*/|-]{1,255}");

    private static final int NAMED_AT_MOST = 1_000;
    private static final int LONGEST_USER = 255;

    /**
     * A session as a row.
     *
     * @param leftOut what is in memory and not in the row, each with the reason
     */
    record Written(SessionRow row, List<String> leftOut) {}

    private final Log log;
    private final String context;
    private final SessionCodec codec;
    private final Set<String> namedAttributes = ConcurrentHashMap.newKeySet();
    private final Set<String> namedRows = ConcurrentHashMap.newKeySet();

    SessionRows(Log log, Manager manager) {
        this.log = log;
        this.context = ContextName.of(manager.getContext());
        this.codec = new SessionCodec(manager);
    }

    static boolean isPlausible(String id) {
        return PLAUSIBLE_ID.matcher(id).matches();
    }

    SessionKey key(String id) {
        return new SessionKey(context, id);
    }

    SessionKey key(Session session) {
        return key(session.getIdInternal());
    }

    /**
     * Makes a row of a live session, which stays as it is.
     *
     * @param held whether it stays in this node's memory
     */
    Written write(StandardSession session, String id, boolean held) throws SessionNotSavedException {
        return write(session, id, held, Form.WHOLE);
    }

    /** The same, of all of it in this form. */
    Written write(StandardSession session, String id, boolean held, Form form) throws SessionNotSavedException {
        if (!isPlausible(id)) {
            throw new SessionNotSavedException("its id is longer than 255 characters or has characters that no cookie"
                    + " carries; look at <SessionIdGenerator>");
        }
        return row(session, id, held, form, codec.encode(session, id));
    }

    /**
     * Makes a row of what has changed in a session that has a row, and stays in memory.
     *
     * @param since names of attributes that were set or removed since all of it was written
     * @return empty when that can't be written apart from the rest
     */
    Optional<Written> writeChanges(StandardSession session, Set<String> since) throws SessionNotSavedException {
        String id = session.getIdInternal();
        return codec.encodeChanges(session, id, since).map(encoded -> row(session, id, true, Form.CHANGES, encoded));
    }

    /** Whether what changes in a session can be written apart from the rest. */
    boolean isIndependent(StandardSession session) {
        return codec.isIndependent(session);
    }

    private Written row(StandardSession session, String id, boolean held, Form form, SessionCodec.Encoded encoded) {
        nameLeftOut(encoded.leftOut());
        SessionRow row = new SessionRow(
                key(id),
                session.getMaxInactiveInterval(),
                encoded.access(),
                session.getCreationTimeInternal(),
                SessionUser.of(session).map(SessionRows::fitting).orElse(null),
                held,
                encoded.endListener(),
                form,
                encoded.data());
        return new Written(row, encoded.leftOut());
    }

    /** Makes a session of a row. It belongs to the manager, but is not yet among its sessions. */
    StandardSession read(StoredSession stored) throws SessionUnreadableException {
        try {
            return codec.decode(stored);
        } catch (SessionUnreadableException e) {
            String message = "Session " + stored.key() + " can't be read: " + e.reason();
            if (namedRows.size() < NAMED_AT_MOST && namedRows.add(message)) {
                log.warn(message);
                log.debug("The cause", e);
            }
            throw e;
        }
    }

    private void nameLeftOut(List<String> leftOut) {
        for (String word : leftOut) {
            if (namedAttributes.size() < NAMED_AT_MOST && namedAttributes.add(word)) {
                log.warn("Sessions of " + context
                        + " are saved without an attribute, which only this node's memory has: " + word);
            }
        }
    }

    private static String fitting(String user) {
        return user.length() <= LONGEST_USER
                ? user.replace('\0', '?')
                : user.substring(0, LONGEST_USER).replace('\0', '?');
    }
}
