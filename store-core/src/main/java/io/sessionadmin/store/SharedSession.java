package io.sessionadmin.store;

import io.sessionadmin.table.RowVersion;
import io.sessionadmin.table.StoredSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionEvent;
import java.io.Serial;
import java.io.Serializable;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.apache.catalina.SessionListener;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.session.StandardSession;
import org.apache.tomcat.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of a session that other nodes may serve too: Tomcat's own session, which knows the row that it comes
 * from, what was changed since, and how many requests use it.
 *
 * <p>It never expires by itself: being idle here says nothing about other nodes. {@link SharedPersistentManager} and the
 * table decide. Safe for use by several threads, as far as Tomcat's is.
 */
final class SharedSession extends StandardSession {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why a session ends, and who has to be told. */
    enum End {
        /** The application, or this node's own Tomcat, ends it: listeners are told, a tombstone is left. */
        HERE,
        /** Its row is gone or a tombstone, and it falls to this node to tell the listeners. */
        TELL,
        /** It has ended elsewhere, where the listeners were told. */
        SILENT
    }

    /** From a look-up to the access that follows it no more goes by than that, in milliseconds. */
    private static final long JUST_NOW = 2_000;

    private static final Set<String> SAVED_NOTES = Set.of(Constants.SESSION_ID_NOTE, Constants.FORM_REQUEST_NOTE);

    // Objects of their own for these would be a tenth of what a copy costs beyond Tomcat's session.
    private static final AtomicIntegerFieldUpdater<SharedSession> USES =
            AtomicIntegerFieldUpdater.newUpdater(SharedSession.class, "uses");
    private static final AtomicIntegerFieldUpdater<SharedSession> HANDOUTS =
            AtomicIntegerFieldUpdater.newUpdater(SharedSession.class, "handouts");
    private static final AtomicIntegerFieldUpdater<SharedSession> END_DECIDED =
            AtomicIntegerFieldUpdater.newUpdater(SharedSession.class, "endDecided");
    private static final int NO = 0;
    private static final int YES = 1;

    private final transient SharedPersistentManager shared;
    private final transient ReentrantLock saving = new ReentrantLock();
    private final transient Changes changes = new Changes();
    private final transient HandedOut handedOut = new HandedOut();

    /** How often an attribute was handed out that may be changed in place, and up to which time that is settled. */
    private transient volatile int handouts;

    private transient volatile int settledHandouts;
    private transient volatile long servedAt;
    private transient volatile int uses;
    private transient volatile int endDecided = NO;

    private transient volatile RowVersion basis = RowVersion.NONE;
    private transient volatile long verifiedAt;

    /** When the session of the row was created: its id may be given to another one. */
    private transient volatile long createdAsStored;

    private transient volatile SessionBackup backup = SessionBackup.NONE;
    private transient volatile RowContent content = RowContent.UNKNOWN;
    private transient volatile End end = End.HERE;
    private transient volatile boolean ended;

    SharedSession(SharedPersistentManager manager) {
        super(manager);
        this.shared = manager;
    }

    // ------------------------------------------------------------------ what changes it

    @Override
    public void setAttribute(String name, Object value, boolean notify) {
        if (name == null || value == null || !isValid) {
            super.setAttribute(name, value, notify); // refuses it, or removes and comes by below
            return;
        }
        changes.mark(name); // now, so that no newer row is taken over there
        super.setAttribute(name, value, notify);
        handedOut.put(name, value);
        HANDOUTS.incrementAndGet(this);
        changed(name); // and again, so that a save that has read the old value does not count
    }

    @Override
    protected void removeAttributeInternal(String name, boolean notify) {
        boolean there = name != null && attributes.containsKey(name);
        if (there) {
            changes.mark(name);
        }
        super.removeAttributeInternal(name, notify);
        if (there) {
            handedOut.forget(name);
            changed(name);
        }
    }

    @Override
    public Object getAttribute(String name) {
        Object value = super.getAttribute(name);
        if (value != null && !HandedOut.isImmutable(value)) {
            handedOut.watch(name, value);
            HANDOUTS.incrementAndGet(this);
            if (shared.savesInBackground()) {
                noteUnsaved(); // it may be
            }
            attend();
        }
        return value;
    }

    /** For others than the application, as {@link #peek}. Unlike a view of the map's keys it leaves nothing in memory. */
    List<String> attributeNames() {
        List<String> names = new ArrayList<>(attributes.size());
        attributes.forEach((name, value) -> names.add(name));
        return names;
    }

    /** An attribute, for others than the application: see {@link LiveAttributes}. */
    @Nullable
    Object peek(String name) {
        return attributes.get(name);
    }

    @Override
    public void setMaxInactiveInterval(int interval) {
        boolean same = interval == maxInactiveInterval;
        super.setMaxInactiveInterval(interval);
        changedRest(same);
    }

    @Override
    public void setPrincipal(Principal principal) {
        boolean same = Objects.equals(principal, this.principal);
        super.setPrincipal(principal);
        changedRest(same);
    }

    @Override
    public void setAuthType(String authType) {
        boolean same = Objects.equals(authType, this.authType);
        super.setAuthType(authType);
        changedRest(same);
    }

    @Override
    public void setNote(String name, Object value) {
        boolean same = !SAVED_NOTES.contains(name) || value.equals(getNote(name));
        super.setNote(name, value);
        changedRest(same || !shared.getPersistAuthentication());
    }

    @Override
    public void removeNote(String name) {
        boolean same = !SAVED_NOTES.contains(name) || getNote(name) == null;
        super.removeNote(name);
        changedRest(same || !shared.getPersistAuthentication());
    }

    private void changed(String name) {
        changes.mark(name);
        noteUnsaved();
        attend();
    }

    private void changedRest(boolean same) {
        if (!same && changes != null) { // Tomcat's constructor calls setters
            changes.markRest();
            noteUnsaved();
            attend();
        }
    }

    private void noteUnsaved() {
        if (backup.unsavedSince() == 0) {
            long now = System.currentTimeMillis();
            updateBackup(before -> before.unsavedSince() == 0 ? before.unsavedSince(now) : before);
        }
    }

    private void updateBackup(UnaryOperator<SessionBackup> change) {
        synchronized (changes) {
            backup = change.apply(backup);
        }
    }

    /** What happens while no request uses the session is nobody's to save at a response's end. */
    private void attend() {
        if (uses == 0 && isStored()) {
            shared.unattended(this);
        }
    }

    // ------------------------------------------------------------------ who uses it

    @Override
    public void access() {
        USES.incrementAndGet(this);
        super.access();
    }

    @Override
    public void endAccess() {
        super.endAccess();
        shared.accessed(this);
        if (USES.updateAndGet(this, n -> Math.max(0, n - 1)) == 0) {
            handedOut.forgetReplaced();
        }
    }

    /** Whether a request uses it, or is about to: one that has just looked it up has not accessed it yet. */
    boolean isInUse(long now) {
        return uses > 0 || now - servedAt < JUST_NOW;
    }

    /** A request has looked it up. */
    void served(long now) {
        servedAt = now;
    }

    /** Whether it has neither ended nor was put out of memory. Unlike Tomcat's this expires nothing. */
    @Override
    public boolean isValid() {
        return isValid;
    }

    /** Whether it was idle here for longer than it may. Other nodes may have used it. */
    boolean isOverdue(long now) {
        return maxInactiveInterval > 0 && now - thisAccessedTime >= maxInactiveInterval * 1000L;
    }

    // ------------------------------------------------------------------ how it stands against its row

    /** The row that this copy comes from; {@link RowVersion#NONE} when there never was one. */
    RowVersion basis() {
        return basis;
    }

    boolean isStored() {
        return !basis.isNone();
    }

    /** Whether it ever had a row: another node may have made of it what this one has not seen. */
    boolean wasEverStored() {
        return createdAsStored != 0;
    }

    /** What its row consists of. */
    RowContent content() {
        return content;
    }

    boolean hasOtherAttributesThan(Set<String> names) {
        return attributes.size() > names.size() || !names.containsAll(attributeNames());
    }

    /** When the copy was last known to be the same as its row, milliseconds since 1970-01-01 UTC. */
    long verifiedAt() {
        return verifiedAt;
    }

    /** Whether the row at its id has become another session's. */
    boolean isSucceededBy(SharedSession row) {
        return isStored() && row.getCreationTimeInternal() != createdAsStored;
    }

    Changes changes() {
        return changes;
    }

    /** Whether looking for changes is worth while. */
    boolean mayHaveChanged() {
        return handouts != settledHandouts || changes.any() || !isStored();
    }

    /**
     * Marks what was changed in place; the caller holds the lock.
     *
     * @param usesAtMost how many requests may use the session for it to be known that nobody goes on changing it
     */
    void noticeChangesInPlace(int usesAtMost) {
        int seen = handouts;
        if (seen == settledHandouts) {
            return;
        }
        for (HandedOut.Changed changed : handedOut.takeChanged(this::isLeftOut)) {
            synchronized (changes) {
                if (!isValid || !handedOut.isKnown(changed.name(), changed.value())) {
                    continue; // the application has put something else there meanwhile
                }
                if (changed.replaced()) {
                    attributes.put(changed.name(), changed.value());
                    handedOut.restored(changed.name(), changed.value());
                }
                changes.mark(changed.name());
            }
            noteUnsaved();
        }
        if (uses <= usesAtMost && handouts == seen) {
            settledHandouts = seen;
        }
        if (!changes.any() && isStored() && settledHandouts == seen) {
            updateBackup(before -> before.failure() == null ? before.unsavedSince(0) : before);
        }
    }

    /** The last access that the store knows of, milliseconds since 1970-01-01 UTC on this node's clock. */
    long savedAccess() {
        return backup.savedAccess();
    }

    SessionBackup backup() {
        return backup;
    }

    /**
     * What people see: an access that changed nothing is not at risk.
     */
    SessionBackup backupForPeople() {
        SessionBackup now = backup;
        boolean changed = shared.savesInBackground() ? mayHaveChanged() : changes.any();
        if (now.failure() != null || changed || !isStored()) {
            return now;
        }
        return now.completed();
    }

    /** One thread at a time saves this copy, or renews it. */
    boolean lockForSaving(long millis) {
        try {
            return saving.tryLock() || saving.tryLock(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void unlock() {
        saving.unlock();
    }

    /** It is saved, with all changes up to that number. */
    void saved(RowVersion version, int upTo, SharedRows.Prepared prepared, long now) {
        createdAsStored = creationTime;
        basis = version;
        content = prepared.content();
        verifiedAt = now;
        changes.settle(upTo);
        SessionBackup saved =
                SessionBackup.saved(prepared.row().lastAccess(), now, prepared.bytes(), prepared.leftOut());
        updateBackup(before -> changes.any() ? saved.unsavedSince(now) : saved);
    }

    void notSaved(String reason, long now) {
        updateBackup(before -> before.failed(reason, now));
    }

    /** The row is still the one that this copy comes from. */
    void seenInStore(long lastAccess, long now) {
        verifiedAt = now;
        usedElsewhere(lastAccess);
    }

    /** The store knows of this access now. */
    void touched(long access) {
        updateBackup(before -> access > before.savedAccess() ? before.withSavedAccess(access) : before);
    }

    /** There is no row for its id any more, or not yet: it is saved as a new one. */
    void detachFromRow() {
        basis = RowVersion.NONE;
        content = RowContent.UNKNOWN;
        changes.markRest();
        noteUnsaved();
    }

    private void usedElsewhere(long lastAccess) {
        thisAccessedTime = Math.max(thisAccessedTime, lastAccess);
        touched(lastAccess);
    }

    // ------------------------------------------------------------------ from the row

    /** An attribute as a row has it, of a session that is being read. */
    void restore(String name, Object value) {
        attributes.put(name, value);
    }

    /** The row that this session is read from has changes of these attributes, or of their absence. */
    void changedSinceWhole(Set<String> names) {
        content = content.changed(names);
    }

    /** This copy was made of that row. */
    void madeOf(StoredSession stored, long now) {
        createdAsStored = creationTime;
        changes.settle(Integer.MAX_VALUE);
        renewed(stored, content.changedSince(), now);
        thisAccessedTime = stored.lastAccess();
        lastAccessedTime = Math.min(lastAccessedTime, stored.lastAccess());
        isNew = false;
    }

    private void renewed(StoredSession stored, Set<String> changedSince, long now) {
        basis = stored.version();
        content = content.of(stored, changedSince);
        verifiedAt = now;
        int bytes = content.wholeBytes() + (stored.changes() == null ? 0 : stored.changes().length);
        SessionBackup fresh = SessionBackup.saved(stored.lastAccess(), stored.savedAt(), bytes, backup.leftOut());
        updateBackup(before -> changes.any() ? fresh.unsavedSince(now) : fresh);
    }

    /**
     * Takes over what the row has and this copy has not changed. The caller holds the lock, and has noticed what was
     * changed in place. An object that looks as it did stays the same one: a request may hold it.
     */
    void takeOver(SharedSession newer, StoredSession stored, long now) {
        if (!isStored()) { // another node was faster with the first save
            creationTime = newer.creationTime;
        }
        createdAsStored = newer.creationTime;
        for (Map.Entry<String, Object> attribute : newer.attributes.entrySet()) {
            String name = attribute.getKey();
            if (handedOut.looksTheSame(name, attribute.getValue())) {
                continue;
            }
            synchronized (changes) {
                if (changes.has(name)) {
                    continue;
                }
                attributes.put(name, attribute.getValue());
                handedOut.replaced(name);
            }
            tellActivated(attribute.getValue());
        }
        for (String name : keys()) {
            synchronized (changes) {
                boolean known =
                        !stored.partial() || newer.content.changedSince().contains(name);
                if (known && !changes.has(name) && !newer.attributes.containsKey(name) && isSaved(name)) {
                    attributes.remove(name);
                    handedOut.replaced(name);
                }
            }
        }
        if (!changes.hasRest()) {
            takeOverRest(newer);
        }
        renewed(stored, newer.content.changedSince(), now);
        usedElsewhere(stored.lastAccess());
    }

    private void takeOverRest(SharedSession newer) {
        maxInactiveInterval = newer.maxInactiveInterval;
        if (shared.getPersistAuthentication()) {
            principal = newer.principal;
            authType = newer.authType;
            for (String note : SAVED_NOTES) {
                Object value = newer.notes.get(note);
                if (value == null) {
                    notes.remove(note);
                } else {
                    notes.put(note, value);
                }
            }
        }
    }

    /** Whether rows have this attribute: what can't be saved lives in this node's memory alone, and stays. */
    private boolean isSaved(String name) {
        Object value = attributes.get(name);
        return value instanceof Serializable && !exclude(name, value) && !isLeftOut(name);
    }

    private boolean isLeftOut(String name) {
        List<String> leftOut = backup.leftOut();
        return !leftOut.isEmpty() && leftOut.stream().anyMatch(word -> word.startsWith(name + ": "));
    }

    private void tellActivated(Object value) {
        if (value instanceof HttpSessionActivationListener listener) {
            try {
                listener.sessionDidActivate(new HttpSessionEvent(getSession()));
            } catch (Throwable t) { // the application's
                ExceptionUtils.handleThrowable(t);
                shared.getContext().getLogger().error("sessionDidActivate threw", t);
            }
        }
    }

    // ------------------------------------------------------------------ its end

    /** Also called by Tomcat, for a logout: that is {@link End#HERE}. */
    @Override
    public void expire(boolean notify) {
        END_DECIDED.set(this, YES);
        SharedEnding ending = SharedEnding.begin();
        try {
            super.expire(notify);
        } finally {
            ending.finish();
        }
    }

    /** One thread decides how this copy ends, and then ends it: whether its listeners are told is asked for once. */
    boolean decideEnd() {
        return END_DECIDED.compareAndSet(this, NO, YES);
    }

    boolean isEndDecided() {
        return endDecided == YES;
    }

    /** Ends this copy in one of the ways that leave the store alone. For the thread that decides. */
    void end(End how) {
        end = how;
        if (how == End.SILENT) {
            fireSessionEvent(SESSION_DESTROYED_EVENT, null); // Tomcat's own, such as single sign-on
            expire(false);
        } else {
            expire(true);
        }
    }

    End how() {
        return end;
    }

    /** From the moment on when it leaves the manager: Tomcat calls it invalid only when its listeners have been told. */
    boolean hasEnded() {
        return ended || !isValid;
    }

    void leavesManager() {
        ended = true;
    }

    /** Tomcat's own listeners, such as single sign-on, to be carried over to the next copy. */
    @SuppressWarnings("SynchronizeOnNonFinalField") // as StandardSession.fireSessionEvent does
    List<SessionListener> tomcatsListeners() {
        synchronized (listeners) {
            return listeners.isEmpty() ? List.of() : List.copyOf(listeners);
        }
    }

    @SuppressWarnings("SynchronizeOnNonFinalField")
    void addTomcatsListeners(List<SessionListener> carried) {
        synchronized (listeners) {
            for (SessionListener listener : new ArrayList<>(carried)) {
                if (!listeners.contains(listener)) {
                    listeners.add(listener);
                }
            }
        }
    }

    /** @param done whether the application has done with the request, and changes nothing any more */
    void saveIfChanged(boolean done) {
        shared.saveIfChanged(this, done);
    }

    @Override
    public String toString() {
        return "SharedSession"; // Tomcat's shows the id
    }
}
