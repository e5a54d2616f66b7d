package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamParser.Item;
import io.sessionadmin.stream.StreamValue.Bean;
import io.sessionadmin.stream.StreamValue.Null;
import io.sessionadmin.stream.StreamValue.Scalar;
import io.sessionadmin.stream.StreamValue.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows the order in which {@code StandardSession.doWriteObject} writes a session.
 *
 * <pre>
 * header
 * Long creationTime, Long lastAccessedTime, Integer maxInactiveInterval, Boolean isNew, Boolean isValid,
 * Long thisAccessedTime, String id
 * [String authType, principal                        since authentication is persisted; null unless configured
 *  [String expectedSessionId, SavedRequest]]         in later releases, null likewise
 * Integer n, n x (String name, value)
 * </pre>
 *
 * All are objects, and any may be a reference back: where {@code isValid} equals {@code isNew} it is one.
 */
final class SessionReader {
    /** Values kept of each part of the head: enough for the name of a principal with many roles. */
    private static final int HEAD_VALUES = 1_000;

    private final StreamParser parser;
    private final Limits limits;

    SessionReader(byte[] data, Limits limits) throws UnreadableStreamException {
        this.parser = new StreamParser(data, limits);
        this.limits = limits;
    }

    SessionHead head() throws UnreadableStreamException {
        return readStart().head;
    }

    /** What stands behind changes: the names of attributes that the older stream is not right about any more. */
    Set<String> names() throws UnreadableStreamException {
        int count = scalar("the number of changed names", Integer.class);
        if (count < 0 || count > limits.maxAttributes()) {
            throw UnreadableStreamException.at(
                    count + " changed names are declared, the limit is " + limits.maxAttributes(), parser.position());
        }
        Set<String> names = new HashSet<>();
        for (int i = 1; i <= count; i++) {
            if (!(read("changed name " + i + " of " + count, 1).value() instanceof Text text)) {
                throw unexpected("changed name " + i + " of " + count);
            }
            names.add(text.shown());
        }
        return names;
    }

    SessionStream session() throws UnreadableStreamException {
        Start start = readStart();
        int count = count(start);
        List<StoredAttribute> attributes = new ArrayList<>();
        int valuesLeft = limits.maxValues();
        for (int i = 1; i <= count; i++) {
            String place = "attribute " + i + " of " + count;
            Item name = read(place, 1);
            if (!(name.value() instanceof Text text)) {
                throw unexpected("the name of " + place);
            }
            int values = Math.min(limits.maxValuesPerAttribute(), valuesLeft);
            Item item = read(place, values);
            valuesLeft -= Math.max(0, values - parser.valuesLeft());
            StreamValue value =
                    item.value() != null ? item.value() : new StreamValue.Elided(item.className(), 1, item.bytes());
            attributes.add(new StoredAttribute(text.shown(), item.className(), item.bytes(), value));
        }
        return new SessionStream(start.head, Collections.unmodifiableList(attributes), parser.classNames());
    }

    /** The head, and the number of attributes if it was met where newer releases write the authentication. */
    private record Start(SessionHead head, @Nullable Integer count) {}

    private Start readStart() throws UnreadableStreamException {
        long creationTime = scalar("the creation time", Long.class);
        long lastAccessedTime = scalar("the time of the last access", Long.class);
        int maxInactiveInterval = scalar("the inactive interval", Integer.class);
        boolean isNew = scalar("the new flag", Boolean.class);
        boolean isValid = scalar("the valid flag", Boolean.class);
        long thisAccessedTime = scalar("the time of this access", Long.class);
        if (!(read("the session id", 1).value() instanceof Text id)) {
            throw unexpected("the session id");
        }
        StreamValue next = read("the authentication type", 1).value();
        Integer count = next instanceof Scalar scalar && scalar.value() instanceof Integer n ? n : null;
        if (count == null && !(next instanceof Text) && !(next instanceof Null)) {
            throw unexpected("the authentication type");
        }
        Item principal = count == null ? read("the principal", HEAD_VALUES) : null;
        SessionHead head = new SessionHead(
                creationTime,
                lastAccessedTime,
                maxInactiveInterval,
                isNew,
                isValid,
                thisAccessedTime,
                id.shown(),
                next instanceof Text authType ? authType.shown() : null,
                principalName(principal),
                principalClass(principal));
        return new Start(head, count);
    }

    private int count(Start start) throws UnreadableStreamException {
        Integer known = start.count;
        if (known == null) {
            StreamValue next = read("the expected session id", 1).value();
            if (next instanceof Scalar scalar && scalar.value() instanceof Integer n) {
                known = n;
            } else {
                read("the saved request", 1);
                known = scalar("the number of attributes", Integer.class);
            }
        }
        if (known < 0 || known > limits.maxAttributes()) {
            throw UnreadableStreamException.at(
                    known + " attributes are declared, the limit is " + limits.maxAttributes(), parser.position());
        }
        return known;
    }

    private static @Nullable String principalName(@Nullable Item principal) {
        if (principal == null || !(principal.value() instanceof Bean bean)) {
            return null;
        }
        String name = null;
        for (StreamValue.Field field : bean.fields()) {
            if (field.name().equals("name") && field.value() instanceof Text text) {
                name = text.shown();
            }
        }
        return name;
    }

    private static @Nullable String principalClass(@Nullable Item principal) {
        if (principal == null
                || principal.value() instanceof Null
                || principal.value() instanceof StreamValue.NotSaved) {
            return null;
        }
        String suffix = "$SerializablePrincipal";
        String name = principal.className();
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    private <T> T scalar(String place, Class<T> type) throws UnreadableStreamException {
        if (read(place, 1).value() instanceof Scalar scalar
                && scalar.className().equals(type.getName())
                && type.isInstance(scalar.value())) {
            return type.cast(scalar.value());
        }
        throw unexpected(place);
    }

    private Item read(String place, int values) throws UnreadableStreamException {
        try {
            return parser.readValue(values);
        } catch (UnreadableStreamException e) {
            throw e.inside(place);
        }
    }

    private UnreadableStreamException unexpected(String place) {
        return UnreadableStreamException.at(
                place + " is of another type than Tomcat writes, it ends", parser.position());
    }
}
