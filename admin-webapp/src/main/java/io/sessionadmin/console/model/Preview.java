package io.sessionadmin.console.model;

import io.sessionadmin.console.model.EngineSessions.Reach;
import java.util.List;
import java.util.Optional;

/**
 * What ending some sessions would end. It is exact as of now: before anything is ended it is looked again.
 *
 * @param contexts in which there is something to end
 * @param shown the first of the sessions
 * @param own sessions of the administrator's own browser, which are left out
 * @param gone sessions that were named and are not there any more
 * @param unseen what else may be there, where nobody here sees it, and the way to it; empty where all is seen
 * @param problems what is missing, and why
 */
public record Preview(
        Selection selection,
        List<Part> contexts,
        List<SessionsFound.Item> shown,
        int own,
        int gone,
        Optional<String> user,
        List<Reason> unseen,
        List<Reason> problems) {

    /** More sessions than this are ended only when their number was typed. */
    public static final int TYPED_ABOVE = 100;

    /** So many sessions are ended by one job at most. */
    public static final int AT_MOST = 100_000;

    /** So many are shown. */
    public static final int SHOWN = 100;

    /**
     * Sessions of one context.
     *
     * @param reach how far their end goes
     */
    public record Part(ContextAddress context, int count, Reach reach) {}

    /** How many sessions would end. */
    public int count() {
        return contexts.stream().mapToInt(Part::count).sum();
    }

    public boolean isTooLarge() {
        return count() > AT_MOST;
    }

    public boolean needsTypedCount() {
        return count() > TYPED_ABOVE;
    }
}
