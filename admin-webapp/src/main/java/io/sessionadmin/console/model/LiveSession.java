package io.sessionadmin.console.model;

import io.sessionadmin.store.LiveAttributes;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.SessionUser;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.StreamValue;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SortKey;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.catalina.Session;
import org.jspecify.annotations.Nullable;

/**
 * A session in the memory of this node, looked at without touching it: only getters of Tomcat that neither access nor
 * expire it are called, and no method of an application's object but the name of its principal.
 *
 * <p>Tomcat empties a session that it swaps out
 * (<a href="https://github.com/apache/tomcat/blob/11.0.21/java/org/apache/catalina/session/StandardSession.java">{@code
 * StandardSession.recycle}</a>), so what a page counts and names is copied once. {@code isValid()} and the public time
 * getters expire an overdue session, and are not called.
 */
public final class LiveSession {

    /** Classes of the JDK whose values are what they are. */
    private static final Set<Class<?>> PLAIN = Set.of(
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class);

    private final Session session;
    private final String id;
    private final long created;
    private final long lastAccess;
    private final long lastAccessed;
    private final long idle;
    private final int maxInactive;
    private final SessionBackup note;
    private final long now;
    private final LiveHandles handles;
    private @Nullable Handle handle;

    private LiveSession(Session session, String id, SessionBackup note, long now, LiveHandles handles) {
        this.session = session;
        this.id = id;
        this.created = session.getCreationTimeInternal();
        this.lastAccess = session.getThisAccessedTimeInternal();
        this.lastAccessed = session.getLastAccessedTimeInternal();
        this.idle = session.getIdleTimeInternal();
        this.maxInactive = session.getMaxInactiveInterval();
        this.note = note;
        this.now = now;
        this.handles = handles;
    }

    /** Empty when it has ended or was swapped out, which a session may be while it is looked at. */
    static Optional<LiveSession> of(Session session, long now, LiveHandles handles) {
        String id = session.getIdInternal();
        if (id == null) {
            return Optional.empty();
        }
        LiveSession copy = new LiveSession(session, id, SessionBackup.of(session), now, handles);
        // The check is last: emptied in between, it has no id or is not valid any more.
        boolean emptied = copy.created == 0 || !id.equals(session.getIdInternal()) || !isValid(session);
        return emptied ? Optional.empty() : Optional.of(copy);
    }

    /** The same session as it is now; empty when it has ended. */
    Optional<LiveSession> again(Instant later) {
        return later.toEpochMilli() == now
                ? Optional.of(this)
                : of(session, later.toEpochMilli(), handles).filter(same -> same.id.equals(id));
    }

    private static boolean isValid(Session session) {
        HttpSession http = session instanceof HttpSession itself ? itself : session.getSession();
        try {
            http.isNew(); // the one check of validity that has no effect
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** The session id, a credential: it stays inside of the model. */
    String id() {
        return id;
    }

    public Handle handle() {
        Handle known = handle;
        if (known == null) {
            known = handles.of(id);
            handle = known;
        }
        return known;
    }

    /** Overdue, and not yet expired by its manager. */
    boolean isExpired() {
        return maxInactive > 0 && idle >= maxInactive * 1000L;
    }

    public Instant created() {
        return Instant.ofEpochMilli(created);
    }

    public Instant lastAccess() {
        return Instant.ofEpochMilli(lastAccess);
    }

    /** The end of the last request, milliseconds since 1970-01-01 UTC: what stores save as last access. */
    long lastAccessed() {
        return lastAccessed;
    }

    public int maxInactive() {
        return maxInactive;
    }

    /** When it expires unless it is used again; empty for never. */
    public Optional<Instant> expires() {
        return maxInactive <= 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(now - idle + maxInactive * 1000L));
    }

    /** By its last access, as a row would say it: milliseconds since 1970-01-01 UTC; {@link SortKey#LAST} for never. */
    long expiry() {
        return maxInactive <= 0 ? SortKey.LAST : lastAccess + maxInactive * 1000L;
    }

    public Optional<String> user() {
        return SessionUser.of(session);
    }

    /** How it was logged in to: FORM, BASIC and so on. */
    public Optional<String> authType() {
        return Optional.ofNullable(session.getAuthType());
    }

    /** What {@code JdbcStore} knows of its saved copy. */
    SessionBackup note() {
        return note;
    }

    /**
     * The same, where the store has been asked since: after a fail-over, a restore or a truncation it holds less than
     * was saved.
     *
     * @param storedAccess the last access that the store has; 0 when it has no copy
     */
    SessionBackup note(long storedAccess) {
        return note.asStored(storedAccess);
    }

    /**
     * An attribute in memory.
     *
     * @param newer whether it is known to be another one than in the saved copy; no object of an application is asked
     */
    public record Attribute(String name, String className, boolean serialisable, boolean newer) {}

    /** Whether it has an attribute of this name. */
    boolean hasAttribute(String name) {
        return LiveAttributes.of(session).containsKey(name);
    }

    /**
     * The attributes by name; empty when the session has ended.
     *
     * @param saved those of the saved copy
     */
    List<Attribute> attributes(Map<String, StoredAttribute> saved) {
        Set<String> changed = LiveAttributes.changed(session);
        List<Attribute> found = new ArrayList<>();
        new TreeMap<>(LiveAttributes.of(session)).forEach((name, value) -> {
            StoredAttribute copy = saved.get(name);
            boolean newer = copy != null && (changed.contains(name) || isAnother(value, copy));
            String className = value.getClass().getTypeName();
            found.add(new Attribute(name, className, value instanceof Serializable, newer));
        });
        return found;
    }

    /** Plain values of the JDK are compared; what an application's objects hold is theirs to know. */
    private static boolean isAnother(Object value, StoredAttribute saved) {
        if (saved.value() instanceof StreamValue.Elided) {
            return false; // there was no room for it
        }
        if (value instanceof String text) {
            return !(saved.value() instanceof StreamValue.Text copy
                    && text.length() == copy.length()
                    && text.startsWith(copy.shown()));
        }
        if (value instanceof Enum<?> constant && saved.value() instanceof StreamValue.EnumConstant copy) {
            return !constant.name().equals(copy.constant());
        }
        return PLAIN.contains(value.getClass())
                && !(saved.value() instanceof StreamValue.Scalar copy && value.equals(copy.value()));
    }
}
