package io.sessionadmin.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.SessionInUse;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the sessions that one request uses: the answers of the first look-ups, and what has to be saved
 * before the client sees the end of the response.
 *
 * <p>The thread that the container gave to the request finds it by {@link #current()}; a thread that the application
 * gave to an asynchronous request does not, and looks up for itself. Safe for use by several threads.
 */
final class RequestScope implements Runnable {

    private static final ThreadLocal<RequestScope> CURRENT = new ThreadLocal<>();

    private record Question(SharedPersistentManager manager, String id) {}

    /**
     * What a look-up has found.
     *
     * @param session null for none
     * @param unavailable why nobody knows; null where somebody does
     */
    record Answer(@Nullable SharedSession session, @Nullable String unavailable) {
        static final Answer NONE = new Answer(null, null);
    }

    private final Request request;
    private final Map<Question, Answer> answers = new HashMap<>(4);
    private final Set<SharedSession> used = new LinkedHashSet<>(4);
    private final List<Runnable> atEnd = new ArrayList<>(2);

    RequestScope(Request request) {
        this.request = request;
    }

    static @Nullable RequestScope current() {
        return CURRENT.get();
    }

    /** Makes this the thread's scope. Answers the one before, to {@link #leave} with. */
    @Nullable
    RequestScope enter() {
        RequestScope outer = CURRENT.get();
        CURRENT.set(this);
        return outer;
    }

    static void leave(@Nullable RequestScope outer) {
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }

    /** The answer of an earlier look-up; null when there was none. */
    synchronized @Nullable Answer answer(SharedPersistentManager manager, String id) {
        Answer known = answers.get(new Question(manager, id));
        if (known == null || known.session() == null) {
            return known;
        }
        // It may have ended or got a new id since.
        boolean same = known.session().isValid() && id.equals(known.session().getIdInternal());
        return same ? known : Answer.NONE;
    }

    synchronized void remember(SharedPersistentManager manager, String id, @Nullable SharedSession session) {
        answers.put(new Question(manager, id), new Answer(session, null));
        if (session != null) {
            used.add(session);
        }
    }

    /** Nobody knows, and the request need not ask again. */
    synchronized void rememberUnavailable(SharedPersistentManager manager, String id, String reason) {
        answers.put(new Question(manager, id), new Answer(null, reason));
    }

    /** What to do when the request has ended, such as to let the next one in. */
    synchronized void atEnd(Runnable work) {
        atEnd.add(work);
    }

    /** Saves what has changed: the client is about to see more of the response. Never throws. */
    @Override
    public void run() {
        sessions().forEach(session -> session.saveIfChanged(false));
    }

    private synchronized Set<SharedSession> sessions() {
        // An asynchronous request may have got its session on a thread of the application's.
        if (SessionInUse.of(request) instanceof SharedSession session) {
            used.add(session);
        }
        return used.isEmpty() ? Set.of() : new LinkedHashSet<>(used);
    }

    /** The request has ended: saves the last changes, lets others in, and forgets what it knew. */
    void end() {
        sessions().forEach(session -> session.saveIfChanged(true));
        List<Runnable> work;
        synchronized (this) {
            work = List.copyOf(atEnd);
            atEnd.clear();
            used.clear();
            answers.clear();
        }
        work.forEach(Runnable::run);
    }

    /** Whether a request that ends here is answered 503: the valve that does it stands around this application. */
    boolean isOfSharedManager() {
        Context context = request.getContext();
        return context != null && context.getManager() instanceof SharedPersistentManager;
    }
}
