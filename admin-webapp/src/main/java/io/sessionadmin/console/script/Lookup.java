package io.sessionadmin.console.script;

import io.sessionadmin.console.model.ContextAddress;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.table.Handle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The sessions with one id, in all contexts that this node knows.
 *
 * @param problems of stores that did not answer
 */
record Lookup(Handle handle, List<Place> places, List<String> problems) {

    record Place(ContextAddress context, SessionDetail detail) {}

    /** @throws RefusedException when there is none, which nobody knows as long as a store is silent */
    static Lookup of(EngineSessions sessions, String id) throws RefusedException {
        Handle handle = Handle.of(id);
        List<Place> places = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (ContextAddress context : sessions.contexts()) {
            try {
                sessions.find(context, handle).ifPresent(detail -> places.add(new Place(context, detail)));
            } catch (IOException e) {
                problems.add(context.title() + ": " + Sentences.say(EngineSessions.reason(e)));
            }
        }
        if (places.isEmpty()) {
            throw problems.isEmpty()
                    ? new RefusedException(
                            Problem.NO_SUCH_SESSION,
                            "No context of this node, and no store behind one, has it. An id may end in the name of a"
                                    + " node: send all of it.")
                    : new RefusedException(Problem.STORE_SILENT, String.join(" ", problems));
        }
        return new Lookup(handle, places, problems);
    }
}
