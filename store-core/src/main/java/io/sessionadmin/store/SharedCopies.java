package io.sessionadmin.store;

import io.sessionadmin.store.SharedSession.End;
import io.sessionadmin.table.StoredSession;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.catalina.session.StandardSession;
import org.apache.juli.logging.Log;

/** The copies in the memory of a {@link SharedPersistentManager}, for somebody outside of it to end. */
final class SharedCopies implements OutsideEnding.Copies {

    private final Log log;
    private final SharedPersistentManager manager;
    private final SessionRows rows;
    private final Endings endings;

    SharedCopies(Log log, SharedPersistentManager manager, SessionRows rows, Endings endings) {
        this.log = log;
        this.manager = manager;
        this.rows = rows;
        this.endings = endings;
    }

    @Override
    public Map<String, StandardSession> find(Collection<String> ids) {
        Map<String, StandardSession> found = new HashMap<>();
        for (String id : ids) {
            SharedSession copy = manager.inMemory(id);
            if (copy != null) {
                found.put(id, copy);
            }
        }
        return found;
    }

    @Override
    public boolean decideEnd(StandardSession copy) {
        return ((SharedSession) copy).decideEnd();
    }

    @Override
    public void end(StandardSession copy, boolean tell) {
        manager.end((SharedSession) copy, tell ? End.TELL : End.SILENT);
    }

    /** Tells the listeners of a session whose row this node has reaped, or ended; of the copy in memory where there is one. */
    @Override
    public void tellOfEnd(StoredSession stored) {
        SharedSession copy = manager.inMemory(stored.key().id());
        if (copy != null && copy.isStored() && copy.decideEnd()) {
            manager.end(copy, End.TELL);
            return;
        }
        try {
            SharedSession last = (SharedSession) rows.read(stored);
            manager.carryOver(last);
            if (last.decideEnd()) {
                manager.end(last, End.TELL);
            }
        } catch (SessionUnreadableException e) {
            log.warn("Session " + stored.key() + " has ended without its listeners being told, because it can't be"
                    + " read: " + e.reason());
        }
    }

    /** Sessions whose rows this node has reaped, and that nobody has to be told of but who holds a copy. */
    void endUntold(Collection<String> ids) {
        int absent = 0;
        for (String id : ids) {
            SharedSession copy = manager.inMemory(id);
            if (copy == null) {
                absent++;
            } else if (copy.isStored() && copy.decideEnd()) {
                manager.end(copy, End.TELL);
            }
        }
        manager.haveExpired(absent);
    }

    @Override
    public void remember(String id) {
        endings.remember(id);
    }
}
