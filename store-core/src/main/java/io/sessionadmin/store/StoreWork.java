package io.sessionadmin.store;

import io.sessionadmin.table.StoreUnavailableException;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.apache.catalina.Session;
import org.apache.catalina.session.StandardSession;
import org.jspecify.annotations.Nullable;

/** What a started {@link JdbcStore} does for its manager: one kind for Tomcat's own managers, one for ours. */
interface StoreWork {

    /** Saves a live session. After an exception the old row is as it was. */
    void save(StandardSession session) throws IOException;

    /** The stored session; null when there is none, or it has ended. */
    @Nullable
    Session load(String id) throws IOException;

    /** Deals with the row of a session that has ended here. */
    void remove(String id);

    /** Ends sessions for good, for somebody outside of the application. */
    Map<String, Invalidation> invalidate(Collection<String> ids);

    /** Saves what is not saved of a live session, for somebody outside of the application. No access is counted. */
    BackupResult backUp(String id);

    /** Somebody said that sessions have ended. */
    void endInvalidated();

    /** Nothing was heard of sessions that ended for a while; from now on it is again. */
    void hearsAgain();

    /** What is due now; called each second. */
    void everySecond() throws StoreUnavailableException;

    /** What the manager's background process calls. */
    void backgroundPass();

    /** What is not told now never will be. */
    void finishBeforeStop();
}
