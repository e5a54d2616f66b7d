package io.sessionadmin.console;

import io.sessionadmin.console.model.NodeState;
import io.sessionadmin.console.model.Replicas;
import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.SessionEntry;
import io.sessionadmin.console.model.SessionState;
import io.sessionadmin.console.model.Values;
import io.sessionadmin.table.StoredRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One session in words.
 *
 * @param places where it is, and where not
 * @param valuesNote whether values are shown, and who sees them
 * @param backUp where the form goes that saves it; empty when it can't be saved from here
 * @param cannotBackUp why not
 * @param remove where forms go that remove an attribute
 * @param cannotRemove why no attribute can be removed from here; empty when some can
 */
public record DetailPage(
        String title,
        boolean userKnown,
        String handle,
        String contextName,
        String contextHref,
        Tag state,
        Tag backup,
        List<String> problems,
        LifeLine life,
        List<Place> places,
        List<String> sources,
        List<SessionFacts.Fact> facts,
        List<SessionFacts.Fact> row,
        String attributesTitle,
        String attributesSource,
        String valuesNote,
        List<AttributeRow> attributes,
        String moreAttributes,
        String noAttributes,
        List<String> leftOut,
        String backUp,
        String cannotBackUp,
        String remove,
        String cannotRemove,
        boolean canInvalidate,
        String cannotInvalidate,
        String invalidate,
        SessionsPage.Target target) {

    /** A node or the store, and how it has the session. */
    public record Place(String name, String label, Tag state, String note) {}

    static DetailPage of(
            ConsoleView.Session view,
            SessionDetail detail,
            String cannotInvalidate,
            boolean operator,
            String csrf,
            String root,
            Wording words) {
        SessionEntry entry = detail.entry();
        boolean endable = cannotInvalidate.isEmpty() && entry.canBeInvalidated();
        String cannotAct = cannotAct(entry, operator, cannotInvalidate, words);
        List<SessionsPage.Hidden> fields = new ArrayList<>(SessionsPage.fields(view.context(), csrf));
        fields.add(new SessionsPage.Hidden("handle", entry.handle().hex()));
        return new DetailPage(
                entry.user().orElse(words.say("session.untitled", entry.handle().brief())),
                entry.user().isPresent(),
                spaced(entry.handle().hex()),
                view.context().title(),
                new ConsoleView.Sessions(view.context(), null).href(root),
                Tag.of(entry, words),
                Tag.ofBackup(entry, words),
                problems(detail, words),
                LifeLine.of(entry, words),
                places(detail, words),
                detail.replicas().stream().map(Replicas::said).map(words::say).toList(),
                SessionFacts.ofSession(view.context(), detail, words),
                SessionFacts.ofRow(detail, words),
                words.say("session.attributes", detail.attributes().size() + detail.moreAttributes()),
                words.say(entry.row() == null || !detail.compared() ? "session.fromMemory" : "session.fromStream"),
                valuesNote(detail, words),
                AttributeRow.of(detail, cannotAct.isEmpty(), words),
                detail.moreAttributes() == 0 ? "" : words.say("session.moreAttributes", detail.moreAttributes()),
                noAttributes(detail, words),
                leftOut(detail, words),
                cannotAct.isEmpty() ? ConsoleView.Action.BACK_UP.href(root) : "",
                operator ? cannotAct : "",
                ConsoleView.Action.REMOVE_ATTRIBUTE.href(root),
                operator && !detail.attributes().isEmpty() ? cannotAct : "",
                endable,
                !endable && cannotInvalidate.isEmpty() ? words.say("session.alreadyInvalidated") : cannotInvalidate,
                ConfirmPage.question(List.of(entry), view.context().title(), words),
                new SessionsPage.Target(ConsoleView.Confirm.href(root), ConsoleView.Lookup.href(root), fields));
    }

    /** Why this session can be neither saved nor changed from here; empty when it can. */
    private static String cannotAct(SessionEntry entry, boolean operator, String cannotInvalidate, Wording words) {
        if (!operator || !cannotInvalidate.isEmpty()) {
            return cannotInvalidate;
        }
        if (entry.live() != null && entry.state() != SessionState.INVALIDATED) {
            return "";
        }
        StoredRow row = entry.row();
        if (row != null && row.valid() && row.node() != null && Boolean.TRUE.equals(row.held())) {
            return words.say("session.liveElsewhere", row.node());
        }
        return words.say(row != null && row.valid() ? "session.storedOnly" : "session.alreadyInvalidated");
    }

    private static List<String> leftOut(SessionDetail detail, Wording words) {
        List<String> leftOut = new ArrayList<>(detail.leftOut());
        if (detail.moreLeftOut() > 0) {
            leftOut.add(words.say("session.moreLeftOut", detail.moreLeftOut()));
        }
        return List.copyOf(leftOut);
    }

    /** In groups of four, so that two people can compare it. */
    private static String spaced(String hex) {
        return hex.replaceAll("(.{4})(?=.)", "$1 ");
    }

    private static List<String> problems(SessionDetail detail, Wording words) {
        List<String> problems = new ArrayList<>();
        if (detail.storeProblem().isGiven()) {
            problems.add(words.say("session.storeSilent", words.say(detail.storeProblem())));
        }
        if (detail.unreadable().isGiven()) {
            problems.add(words.say("session.unreadable", words.say(detail.unreadable())));
        }
        return problems;
    }

    // ------------------------------------------------------------------ where it is

    private static List<Place> places(SessionDetail detail, Wording words) {
        List<Place> places = new ArrayList<>();
        detail.nodes().forEach(state -> places.add(node(state, words)));
        if (detail.othersUnknown().isGiven()) {
            Tag unknown = Tag.plain("not-known", words.say("place.NOT_KNOWN"));
            places.add(new Place("others", words.say("place.others"), unknown, words.say(detail.othersUnknown())));
        }
        places.add(store(detail, detail.entry().row(), words));
        return places;
    }

    private static Place node(NodeState state, Wording words) {
        String name = state.held().name().toLowerCase(Locale.ROOT).replace('_', '-');
        String text = words.say("place." + state.held().name());
        Tag tag =
                switch (state.held()) {
                    case IN_MEMORY, SAID_IN_MEMORY -> Tag.ok(name, text);
                    default -> Tag.plain(name, text);
                };
        String note = state.said() == null ? "" : words.say("place.asSaved", words.ago(state.said()));
        if (state.silent() != null) {
            note = words.say("place.silent", words.duration(state.silent()));
        }
        String label = state.here() ? words.say("place.here", state.node()) : state.node();
        return new Place(state.node(), label, tag, note);
    }

    private static Place store(SessionDetail detail, @Nullable StoredRow row, Wording words) {
        Tag state;
        String note = "";
        if (detail.storeProblem().isGiven()) {
            state = Tag.warn("unknown", words.say("place.unknown"));
        } else if (row == null) {
            state = Tag.plain("absent", words.say("fact.store.no"));
        } else if (!row.valid()) {
            state = Tag.plain("tombstone", words.say("fact.store.tombstone", words.moment(row.lastAccess())));
        } else {
            state = Tag.ok("stored", words.say("fact.store.yes"));
            note = row.savedAt() == null ? "" : words.say("fact.store.savedAt", words.ago(row.savedAt()));
        }
        return new Place("store", words.say("fact.store"), state, note);
    }

    // ------------------------------------------------------------------ attributes

    private static String valuesNote(SessionDetail detail, Wording words) {
        if (detail.attributes().isEmpty()) {
            return "";
        }
        return detail.values() == Values.SHOWN
                ? words.say("session.valuesShown")
                : words.say("session.valuesHidden", Permission.SEE_VALUES.roles());
    }

    private static String noAttributes(SessionDetail detail, Wording words) {
        if (!detail.attributes().isEmpty()) {
            return "";
        }
        if (detail.entry().state() == SessionState.INVALIDATED) {
            return words.say("session.tombstone");
        }
        return words.say(detail.unreadable().isGiven() ? "session.attributesUnreadable" : "session.noAttributes");
    }
}
