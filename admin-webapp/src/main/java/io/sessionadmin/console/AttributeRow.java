package io.sessionadmin.console;

import io.sessionadmin.console.model.SessionDetail;
import io.sessionadmin.console.model.ValueNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attribute in words.
 *
 * @param key the name itself, for the form that removes it
 * @param share of the size of all attributes, in hundredths; empty when the size is not known
 * @param tag how memory and saved copy differ; without a text where they do not
 * @param notes what there is to say about it
 * @param value what is in it; null when it is not in the saved copy
 * @param open whether it is drawn unfolded
 */
public record AttributeRow(
        String name,
        String key,
        String className,
        String size,
        String share,
        Tag tag,
        List<String> notes,
        @Nullable Node value,
        boolean removable,
        boolean open) {

    /** Whether there is more than one line. */
    public boolean isFoldable() {
        Node root = value;
        return removable || !notes.isEmpty() || (root != null && root.isFoldable());
    }

    /**
     * A value in words.
     *
     * @param name of what it is in the value around it
     * @param value empty when there is none to be seen
     * @param access {@code shown}, {@code withheld}, {@code masked} or {@code none}: a class of the stylesheet
     * @param notes sizes, and what was cut
     * @param more how many more children there are, in words
     */
    public record Node(
            String name,
            String className,
            String value,
            String access,
            List<String> notes,
            List<Node> children,
            String more) {

        public boolean isFoldable() {
            return !children.isEmpty() || !more.isEmpty();
        }
    }

    /** So many lines are drawn unfolded. */
    private static final int UNFOLDED_AT_MOST = 30;

    static List<AttributeRow> of(SessionDetail detail, boolean removable, Wording words) {
        long total = detail.attributes().stream()
                .mapToLong(held -> Math.max(0, held.bytes()))
                .sum();
        List<AttributeRow> rows = new ArrayList<>();
        int lines = 0;
        for (SessionDetail.Attribute held : detail.attributes()) {
            int more = held.saved() == null ? 1 : held.saved().count();
            boolean open = more > 1 && lines + more <= UNFOLDED_AT_MOST;
            lines += open ? more : 0;
            rows.add(row(held, detail, total, removable, open, words));
        }
        return List.copyOf(rows);
    }

    private static AttributeRow row(
            SessionDetail.Attribute held,
            SessionDetail detail,
            long total,
            boolean removable,
            boolean open,
            Wording words) {
        String memory = held.memoryClass();
        String stored = held.storedClass();
        ValueNode saved = held.saved();
        List<String> notes = new ArrayList<>();
        if (held.notSaved().isGiven()) {
            notes.add(words.say("attribute.notSaved", words.say(held.notSaved())));
        }
        if (memory != null && stored != null && !memory.equals(stored)) {
            notes.add(words.say("attribute.savedAs", stored));
        }
        if (held.newer()) {
            notes.add(words.say("attribute.newer.note"));
        }
        if (saved == null && stored != null) {
            notes.add(words.say("attribute.noRoom"));
        }
        return new AttributeRow(
                held.name(),
                held.key(),
                memory != null ? memory : stored == null ? "" : stored,
                held.bytes() < 0 ? words.say("figure.unknown") : words.size(held.bytes()),
                held.bytes() < 0 || total == 0 ? "" : BackupBar.hundredths(Math.max(1, 100.0 * held.bytes() / total)),
                tag(held, detail, words),
                notes,
                saved == null ? null : node(saved, words),
                removable && memory != null && ConsoleView.canCarry(held.key()),
                open);
    }

    private static Tag tag(SessionDetail.Attribute held, SessionDetail detail, Wording words) {
        if (held.storedClass() == null && detail.compared()) {
            return Tag.warn("memory-only", words.say("attribute.memoryOnly"));
        }
        if (held.newer()) {
            return Tag.warn("newer", words.say("attribute.newer"));
        }
        return held.memoryClass() == null && detail.entry().live() != null
                ? Tag.plain("saved-only", words.say("attribute.onlySaved"))
                : Tag.NONE;
    }

    // ------------------------------------------------------------------ values

    private static Node node(ValueNode node, Wording words) {
        return new Node(
                name(node, words),
                node.className(),
                value(node, words),
                access(node),
                notes(node, words),
                node.children().stream().map(child -> node(child, words)).toList(),
                node.notShown() == 0 ? "" : words.say("tree.more", node.notShown()));
    }

    private static String name(ValueNode node, Wording words) {
        return switch (node.place()) {
            case ENTRY -> node.name().isEmpty() ? words.say("tree.entry", node.position() + 1) : node.name();
            case KEY -> words.say("tree.key");
            case VALUE -> words.say("tree.value");
            case EXTRA -> words.say("tree.extra");
            default -> node.name();
        };
    }

    private static String access(ValueNode node) {
        return switch (node.access()) {
            case NONE -> "none";
            case SHOWN -> "shown";
            case HIDDEN -> "withheld";
            case MASKED -> "masked";
        };
    }

    private static String value(ValueNode node, Wording words) {
        return switch (node.access()) {
            case HIDDEN -> words.say("tree.hidden");
            case MASKED -> words.say("tree.masked");
            case SHOWN -> node.kind() == ValueNode.Kind.TEXT ? words.say("tree.quoted", node.value()) : node.value();
            case NONE -> node.kind() == ValueNode.Kind.NULL ? words.say("tree.null") : "";
        };
    }

    private static List<String> notes(ValueNode node, Wording words) {
        List<String> notes = new ArrayList<>();
        if (node.size() >= 0) {
            String sort =
                    switch (node.kind()) {
                        case TEXT -> "tree.characters";
                        case MAP -> "tree.entries";
                        case BYTES -> "tree.bytes";
                        default -> "tree.elements";
                    };
            // a short text shows its length itself
            if (node.kind() != ValueNode.Kind.TEXT || node.access() != ValueNode.Access.SHOWN || node.cut()) {
                notes.add(words.say(sort, node.size()));
            }
        }
        if (node.cut()) {
            notes.add(words.say("tree.cut"));
        }
        if (node.bytes() >= 0 && node.place() != ValueNode.Place.ATTRIBUTE) {
            notes.add(words.size(node.bytes()));
        }
        switch (node.kind()) {
            case REFERENCE -> notes.add(words.say("tree.reference"));
            case NOT_SHOWN -> notes.add(words.say("tree.notShown"));
            case NOT_SAVED -> notes.add(words.say("tree.notSaved"));
            default -> {}
        }
        return List.copyOf(notes);
    }
}
