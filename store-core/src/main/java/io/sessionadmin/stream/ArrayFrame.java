package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamValue.Elided;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An array whose elements are being read. */
final class ArrayFrame extends StreamFrame {
    /** Elements shown of an array of primitives. */
    private static final int MAX_PRIMITIVES = 64;

    private final StreamParser parser;
    private final ClassDescriptor type;
    private final int length;
    private final int handle;
    private final List<StreamValue> elements = new ArrayList<>();
    private int read;

    ArrayFrame(StreamParser parser, StreamFrame begun, ClassDescriptor type, int length, int handle) {
        super(begun.start, begun.level, begun.visible, begun.visible && begun.level <= parser.limits.maxShownDepth());
        this.parser = parser;
        this.type = type;
        this.length = length;
        this.handle = handle;
    }

    @Override
    String className() {
        return type.readableName();
    }

    @Override
    void step() throws UnreadableStreamException {
        char component = type.name().charAt(1);
        int unit = ClassDescriptor.sizeOf(component);
        if (unit > 0) {
            while (read < length && shown && elements.size() < MAX_PRIMITIVES && parser.take()) {
                elements.add(parser.in.primitive(component));
                read++;
            }
            parser.in.skip((long) (length - read) * unit);
            read = length;
        }
        if (read < length) {
            parser.readOn(this);
            return;
        }
        parser.pop();
        int bytes = parser.in.position() - start;
        StreamValue value = shown
                ? new StreamValue.Array(
                        handle, type.componentName(), bytes, length, Collections.unmodifiableList(elements))
                : new Elided(type.readableName(), 1, bytes);
        parser.deliver(this, type.readableName(), value);
    }

    @Override
    void accept(StreamParser.Item item) {
        read++;
        if (item.value() != null) {
            elements.add(item.value());
        }
    }
}
