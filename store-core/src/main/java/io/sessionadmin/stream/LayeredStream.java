package io.sessionadmin.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The bytes of a row that has changes beside its whole stream, put together for readers:
 *
 * <pre>
 * "SAC1", int n, n bytes of changes: a session stream, Integer m, m x String name
 * the older whole session stream
 * </pre>
 *
 * The changes come first: they have the newer head, and the beginning of a large row is enough to read it. An attribute
 * whose name is among the m is as the changes have it, or gone; the others are as the whole stream has them.
 */
final class LayeredStream {

    private static final byte[] MAGIC = {'S', 'A', 'C', '1'};
    private static final int HEADER = MAGIC.length + Integer.BYTES;

    private LayeredStream() {}

    static boolean is(byte[] data) {
        return data.length >= HEADER && Arrays.equals(data, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** The changes, or as much of them as is there. */
    static byte[] top(byte[] data) {
        int length = ByteBuffer.wrap(data).getInt(MAGIC.length);
        return Arrays.copyOfRange(data, HEADER, HEADER + Math.max(0, Math.min(length, data.length - HEADER)));
    }

    static SessionStream read(byte[] data, Limits limits) throws UnreadableStreamException {
        byte[] top = top(data);
        SessionReader changes = new SessionReader(top, limits);
        SessionStream newer = changes.session();
        Set<String> names = changes.names();
        SessionStream older =
                new SessionReader(Arrays.copyOfRange(data, HEADER + top.length, data.length), limits).session();
        List<StoredAttribute> attributes = new ArrayList<>();
        for (StoredAttribute attribute : older.attributes()) {
            if (!names.contains(attribute.name())) {
                attributes.add(attribute);
            }
        }
        attributes.addAll(newer.attributes());
        if (attributes.size() > limits.maxAttributes()) {
            throw new UnreadableStreamException(
                    attributes.size() + " attributes with the changes, the limit is " + limits.maxAttributes(),
                    data.length);
        }
        SortedSet<String> classNames = new TreeSet<>(older.classNames());
        classNames.addAll(newer.classNames());
        return new SessionStream(
                newer.head(), Collections.unmodifiableList(attributes), Collections.unmodifiableSortedSet(classNames));
    }
}
