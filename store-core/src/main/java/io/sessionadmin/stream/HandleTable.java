package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamValue.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers what later parts of a stream may refer to, in the order of {@code java.io.ObjectInputStream}.
 *
 * <p>Objects are remembered by their class name only; what is plain enough to be shown again, by its value.
 */
final class HandleTable {
    private static final int BASE = 0x7e0000;

    /** Something the stream may refer to. */
    sealed interface Target permits StoredString, StoredObject, StoredClass, StoredValue {}

    record StoredObject(String className) implements Target {}

    record StoredClass(ClassDescriptor descriptor) implements Target {}

    record StoredValue(String className, StreamValue value) implements Target {}

    private final ByteReader in;
    private final Limits limits;
    private final List<Target> targets = new ArrayList<>();
    private int assigned;

    HandleTable(ByteReader in, Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    int assign(Target target) throws UnreadableStreamException {
        count(1);
        targets.add(target);
        return targets.size() - 1;
    }

    void replace(int handle, Target target) {
        targets.set(handle, target);
    }

    /** Counts what takes memory without being a target, too; a reset does not give it back. */
    void count(int entries) throws UnreadableStreamException {
        assigned += entries;
        if (assigned > limits.maxHandles()) {
            throw new UnreadableStreamException(
                    "more than " + limits.maxHandles() + " objects at byte " + in.position(), in.position());
        }
    }

    void clear() {
        targets.clear();
    }

    /** Reads the handle of a back reference. */
    int readHandle() throws UnreadableStreamException {
        int at = in.position();
        int handle = in.i4() - BASE;
        if (handle < 0 || handle >= targets.size()) {
            throw new UnreadableStreamException("a reference to an object that does not exist at byte " + at, at);
        }
        return handle;
    }

    Target target(int handle) {
        return targets.get(handle);
    }

    StoredString readString(boolean isLong) throws UnreadableStreamException {
        long declared = isLong ? in.i8() : in.u2();
        int start = in.skip(declared);
        int bytes = (int) declared;
        StoredString string = new StoredString(start, bytes, in.countChars(start, bytes));
        assign(string);
        return string;
    }

    /** A string by its place; it is decoded when it is shown, and once, however often it is referred to. */
    final class StoredString implements Target {
        private final int start;
        private final int bytes;
        private final int length;
        private @Nullable Text text;
        private @Nullable String typeName;

        private StoredString(int start, int bytes, int length) {
            this.start = start;
            this.bytes = bytes;
            this.length = length;
        }

        Text text() throws UnreadableStreamException {
            Text decoded = text;
            if (decoded == null) {
                decoded = new Text(in.chars(start, bytes, limits.maxStringLength()), length);
                text = decoded;
            }
            return decoded;
        }

        /** This string read as the signature of a field. */
        String typeName() throws UnreadableStreamException {
            String decoded = typeName;
            if (decoded == null) {
                decoded = ClassDescriptor.sourceFormOfSignature(in.chars(start, bytes, limits.maxStringLength()));
                typeName = decoded;
            }
            return decoded;
        }
    }
}
