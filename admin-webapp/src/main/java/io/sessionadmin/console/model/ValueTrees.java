package io.sessionadmin.console.model;

import io.sessionadmin.console.model.ValueNode.Access;
import io.sessionadmin.console.model.ValueNode.Kind;
import io.sessionadmin.console.model.ValueNode.Place;
import io.sessionadmin.stream.StoredAttribute;
import io.sessionadmin.stream.StreamValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes trees of the attributes of one saved session: bounded in all directions, so that no session makes a large page,
 * and without what their reader may not see.
 */
final class ValueTrees {

    /** Of one session; a page of them, in hostile letters, is less than 200 kB. */
    private static final int LETTERS_AT_MOST = 110_000;

    /** What a node takes beside its texts. */
    private static final int LETTERS_OF_A_NODE = 330;

    private static final int CHILDREN_AT_MOST = 100;
    private static final int DEPTH_AT_MOST = 12;
    static final int TEXT_AT_MOST = 200;
    static final int NAME_AT_MOST = 100;
    private static final int PRIMITIVES_AT_MOST = 32;

    private final Values values;
    private int letters;

    private ValueTrees(Values values) {
        this.values = values;
    }

    /** The attributes' trees by name; one that has no room is left out. Small ones first, and none takes another's share. */
    static Map<String, ValueNode> of(List<StoredAttribute> attributes, Values values) {
        List<StoredAttribute> bySize = new ArrayList<>(attributes);
        bySize.sort(Comparator.comparingLong(StoredAttribute::bytes));
        ValueTrees trees = new ValueTrees(values);
        Map<String, ValueNode> found = new HashMap<>();
        int left = LETTERS_AT_MOST;
        int waiting = bySize.size();
        for (StoredAttribute attribute : bySize) {
            int share = left / waiting--;
            trees.letters = share;
            ValueNode node = trees.attribute(attribute);
            if (node != null) {
                found.put(attribute.name(), node);
            }
            left -= share - trees.letters;
        }
        return found;
    }

    /** How one value stands in the one around it. */
    private record Spot(String name, Place place, int position, boolean secret, int depth) {

        Spot below(String inner, Place where, int at) {
            return new Spot(inner, where, at, secret || SecretNames.matches(inner), depth + 1);
        }
    }

    private @Nullable ValueNode attribute(StoredAttribute attribute) {
        boolean secret = SecretNames.matches(attribute.name());
        Spot spot = new Spot(attribute.name(), Place.ATTRIBUTE, 0, secret, 1);
        ValueNode node = node(spot, attribute.value(), attribute.className());
        return node == null ? null : withBytes(node, attribute.bytes());
    }

    private static ValueNode withBytes(ValueNode node, long bytes) {
        return new ValueNode(
                node.name(),
                node.place(),
                node.position(),
                node.kind(),
                node.className(),
                bytes,
                node.size(),
                node.access(),
                node.value(),
                node.cut(),
                node.children(),
                node.notShown());
    }

    /** Null when there is no room left for it. */
    private @Nullable ValueNode node(Spot spot, StreamValue value, String declared) {
        if (value instanceof StreamValue.Bean bean) {
            return parent(spot, Kind.BEAN, bean.className(), bean.bytes(), -1, below -> bean(below, bean));
        }
        if (value instanceof StreamValue.Proxy proxy) {
            String name = "proxy of " + String.join(", ", proxy.interfaces());
            return parent(spot, Kind.PROXY, name, proxy.bytes(), -1, below -> fields(below, proxy.fields()));
        }
        if (value instanceof StreamValue.Elements list) {
            return parent(
                    spot,
                    Kind.COLLECTION,
                    list.className(),
                    list.bytes(),
                    list.size(),
                    below -> elements(below, list.elements(), list.size()));
        }
        if (value instanceof StreamValue.Entries map) {
            return parent(spot, Kind.MAP, map.className(), map.bytes(), map.size(), below -> entries(below, map));
        }
        if (value instanceof StreamValue.Array array) {
            return array(spot, array);
        }
        return leaf(spot, value, declared);
    }

    // ------------------------------------------------------------------ what has no more in it

    private @Nullable ValueNode leaf(Spot spot, StreamValue value, String declared) {
        if (value instanceof StreamValue.Text text) {
            return plain(spot, Kind.TEXT, declared(value, declared), text.length(), text.shown(), text.isCut());
        }
        if (value instanceof StreamValue.Scalar scalar) {
            return plain(spot, Kind.SCALAR, scalar.className(), -1, String.valueOf(scalar.value()), false);
        }
        if (value instanceof StreamValue.EnumConstant constant) {
            return plain(spot, Kind.ENUM, constant.className(), -1, constant.constant(), false);
        }
        if (value instanceof StreamValue.ClassReference reference) {
            return plain(spot, Kind.CLASS, "java.lang.Class", -1, reference.className(), false);
        }
        if (value instanceof StreamValue.RawBytes raw) {
            boolean cut = raw.hex().length() < 2L * raw.length();
            return plain(spot, Kind.BYTES, "byte[]", raw.length(), raw.hex(), cut);
        }
        if (value instanceof StreamValue.NotSaved lost) {
            String message = lost.message() == null ? "" : lost.message();
            return plain(spot, Kind.NOT_SAVED, lost.exceptionClass(), -1, message, false);
        }
        if (value instanceof StreamValue.BackReference reference) {
            return bare(spot, Kind.REFERENCE, reference.className(), -1);
        }
        if (value instanceof StreamValue.Elided elided) {
            String className = elided.className();
            return bare(spot, Kind.NOT_SHOWN, className == null ? declared : className, elided.bytes());
        }
        return bare(spot, Kind.NULL, declared, -1);
    }

    private static String declared(StreamValue text, String declared) {
        return text instanceof StreamValue.Text ? "java.lang.String" : declared;
    }

    private @Nullable ValueNode bare(Spot spot, Kind kind, String className, long bytes) {
        return take(spot, kind, className, bytes, -1, Access.NONE, "", false);
    }

    /** The size of a masked value says too much, too. */
    private @Nullable ValueNode plain(
            Spot spot, Kind kind, String className, long size, String value, boolean cutBefore) {
        if (values == Values.HIDDEN || spot.secret()) {
            Access access = spot.secret() ? Access.MASKED : Access.HIDDEN;
            return take(spot, kind, className, -1, spot.secret() ? -1 : size, access, "", false);
        }
        String shown = Legible.text(value, TEXT_AT_MOST);
        boolean cut = cutBefore || value.length() > TEXT_AT_MOST;
        return take(spot, kind, className, -1, size, Access.SHOWN, shown, cut);
    }

    private @Nullable ValueNode array(Spot spot, StreamValue.Array array) {
        String className = array.componentType() + "[]";
        boolean primitives = !array.elements().isEmpty()
                && array.elements().get(0) instanceof StreamValue.Scalar first
                && first.className().equals(array.componentType());
        if (!primitives) {
            return parent(
                    spot,
                    Kind.ARRAY,
                    className,
                    array.bytes(),
                    array.length(),
                    below -> elements(below, array.elements(), array.length()));
        }
        boolean letters = array.componentType().equals("char");
        List<String> some = array.elements().stream()
                .limit(letters ? TEXT_AT_MOST : PRIMITIVES_AT_MOST)
                .map(element -> element instanceof StreamValue.Scalar scalar ? String.valueOf(scalar.value()) : "?")
                .toList();
        boolean cut = some.size() < array.length();
        ValueNode node =
                plain(spot, Kind.ARRAY, className, array.length(), String.join(letters ? "" : ", ", some), cut);
        return node == null || node.access() == Access.MASKED ? node : withBytes(node, array.bytes());
    }

    // ------------------------------------------------------------------ what has

    /** What of the values in one is shown, and how many more there are. */
    private record Below(List<ValueNode> shown, long more) {}

    private @Nullable ValueNode parent(
            Spot spot, Kind kind, String className, long bytes, long size, Function<Spot, Below> children) {
        boolean deep = spot.depth() >= DEPTH_AT_MOST;
        Kind shownAs = deep ? Kind.NOT_SHOWN : kind;
        ValueNode alone = take(spot, shownAs, className, bytes, size, Access.NONE, "", false);
        if (alone == null || deep) {
            return alone;
        }
        Below below = children.apply(spot);
        return new ValueNode(
                alone.name(),
                alone.place(),
                alone.position(),
                kind,
                alone.className(),
                bytes,
                size,
                Access.NONE,
                "",
                false,
                below.shown(),
                below.more());
    }

    private Below bean(Spot spot, StreamValue.Bean bean) {
        Below fields = fields(spot, bean.fields());
        List<ValueNode> shown = new ArrayList<>(fields.shown());
        long more = fields.more();
        for (StreamValue value : bean.extra()) {
            if (value instanceof StreamValue.Elided rest && rest.className() == null) {
                more += rest.values();
            } else {
                more += add(shown, spot.below("", Place.EXTRA, shown.size()), value, "");
            }
        }
        return new Below(List.copyOf(shown), more);
    }

    private Below fields(Spot spot, List<StreamValue.Field> fields) {
        List<ValueNode> shown = new ArrayList<>();
        long more = 0;
        for (StreamValue.Field field : fields) {
            if (field.value() instanceof StreamValue.Elided rest && rest.className() == null) {
                more += rest.values();
            } else {
                more += add(shown, spot.below(field.name(), Place.FIELD, shown.size()), field.value(), field.type());
            }
        }
        return new Below(List.copyOf(shown), more);
    }

    private Below elements(Spot spot, List<StreamValue> elements, int size) {
        List<ValueNode> shown = new ArrayList<>();
        for (StreamValue element : elements) {
            int at = shown.size();
            if (add(shown, spot.below(Integer.toString(at), Place.ELEMENT, at), element, "") > 0) {
                break;
            }
        }
        return new Below(List.copyOf(shown), size - shown.size());
    }

    private Below entries(Spot spot, StreamValue.Entries map) {
        List<ValueNode> shown = new ArrayList<>();
        for (StreamValue.Entry entry : map.entries()) {
            ValueNode node = shown.size() < CHILDREN_AT_MOST ? entry(spot, entry, shown.size()) : null;
            if (node == null) {
                break;
            }
            shown.add(node);
        }
        return new Below(List.copyOf(shown), map.size() - shown.size());
    }

    /** A key is a value, too: it may be somebody's address, say. */
    private @Nullable ValueNode entry(Spot spot, StreamValue.Entry entry, int at) {
        String key = plainKey(entry.key());
        if (key != null) {
            boolean secret = spot.secret() || SecretNames.matches(key);
            String name = values == Values.SHOWN && !spot.secret() ? key : "";
            return node(new Spot(name, Place.ENTRY, at, secret, spot.depth() + 1), entry.value(), "");
        }
        Spot inner = new Spot("", Place.ENTRY, at, spot.secret(), spot.depth() + 1);
        return parent(inner, Kind.ENTRY, "", -1, -1, below -> {
            List<ValueNode> both = new ArrayList<>();
            long more = add(both, below.below("", Place.KEY, 0), entry.key(), "")
                    + add(both, below.below("", Place.VALUE, 1), entry.value(), "");
            return new Below(List.copyOf(both), more);
        });
    }

    private static @Nullable String plainKey(StreamValue key) {
        if (key instanceof StreamValue.Text text) {
            return text.shown();
        }
        if (key instanceof StreamValue.Scalar scalar) {
            return String.valueOf(scalar.value());
        }
        if (key instanceof StreamValue.EnumConstant constant) {
            return constant.constant();
        }
        return key instanceof StreamValue.ClassReference reference ? reference.className() : null;
    }

    /** 1 when there is no room for it. */
    private long add(List<ValueNode> shown, Spot spot, StreamValue value, String declared) {
        ValueNode node = shown.size() < CHILDREN_AT_MOST ? node(spot, value, declared) : null;
        if (node == null) {
            return 1;
        }
        shown.add(node);
        return 0;
    }

    // ------------------------------------------------------------------ room

    private @Nullable ValueNode take(
            Spot spot, Kind kind, String className, long bytes, long size, Access access, String value, boolean cut) {
        String name = Legible.text(spot.name(), NAME_AT_MOST);
        String shownClass = Legible.text(className, TEXT_AT_MOST);
        int needed = LETTERS_OF_A_NODE + letters(name) + letters(shownClass) + letters(value);
        if (letters < needed) {
            return null;
        }
        letters -= needed;
        return new ValueNode(
                name, spot.place(), spot.position(), kind, shownClass, bytes, size, access, value, cut, List.of(), 0);
    }

    /** As many bytes as a text takes in a page at most. */
    private static int letters(String text) {
        int letters = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            letters += letter == '<' || letter == '>' || letter == '&' || letter == '"' || letter == '\''
                    ? 6
                    : letter < 0x80 ? 1 : 3;
        }
        return letters;
    }
}
