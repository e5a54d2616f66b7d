package io.sessionadmin.stream;

import static java.io.ObjectStreamConstants.TC_CLASSDESC;
import static java.io.ObjectStreamConstants.TC_EXCEPTION;
import static java.io.ObjectStreamConstants.TC_OBJECT;

import io.sessionadmin.stream.HandleTable.StoredValue;
import io.sessionadmin.stream.StreamValue.Elided;
import io.sessionadmin.stream.StreamValue.Scalar;
import java.util.List;

/** An object whose fields, and what its classes wrote besides, are being read. */
final class ObjectFrame extends StreamFrame {
    /** What stands where a class refused to be serialised, the exception with the start of its descriptor. */
    private static final byte[] REFUSAL = {
        TC_EXCEPTION, TC_OBJECT, TC_CLASSDESC, 0, 32, 'j', 'a', 'v', 'a', '.', 'i', 'o'
    };

    private final StreamParser parser;
    private final ClassDescriptor type;
    private final int handle;
    private final List<ClassDescriptor> hierarchy;
    private final BeanBuilder contents;
    private final boolean boxed;
    private int nextClass;
    private int nextField;

    ObjectFrame(StreamParser parser, StreamFrame begun, ClassDescriptor type, int handle) {
        super(begun.start, begun.level, begun.visible, begun.visible && begun.level <= parser.limits.maxShownDepth());
        this.parser = parser;
        this.type = type;
        this.handle = handle;
        // writeExternal also writes what belongs to superclasses.
        hierarchy = type.isExternalizable() ? List.of(type) : type.hierarchy();
        contents = new BeanBuilder(parser.in);
        // Kept even where it is not shown: Integer.valueOf gives the same object again, and then it may be.
        boxed = JdkShapes.isBoxed(type, hierarchy);
        shown |= boxed;
    }

    @Override
    String className() {
        return type.readableName();
    }

    @Override
    void step() throws UnreadableStreamException {
        if (nextClass == hierarchy.size()) {
            finish();
            return;
        }
        ClassDescriptor declaring = hierarchy.get(nextClass);
        if (nextField < declaring.fields().size()) {
            readField(declaring, declaring.fields().get(nextField));
        } else if (!(declaring.hasWriteMethod() || type.isExternalizable()) || !parser.readExtra(this)) {
            endBytes();
            nextClass++;
            nextField = 0;
        }
    }

    private void readField(ClassDescriptor declaring, ClassDescriptor.Field field) throws UnreadableStreamException {
        boolean refused = nextField == 0 && declaring.hasWriteMethod() && parser.in.startsWith(REFUSAL);
        if (!field.isPrimitive() || refused) {
            parser.readOn(this);
        } else if (boxed || (shown && parser.take())) {
            accept(new StreamParser.Item(field.typeName(), parser.in.primitive(field.type()), 0));
        } else {
            int size = ClassDescriptor.sizeOf(field.type());
            parser.in.skip(size);
            accept(new StreamParser.Item(field.typeName(), null, size));
        }
    }

    @Override
    void accept(StreamParser.Item item) {
        ClassDescriptor declaring = hierarchy.get(nextClass);
        if (nextField < declaring.fields().size()) {
            contents.add(declaring, declaring.fields().get(nextField), item);
            nextField++;
        } else {
            endBytes();
            contents.add(item);
        }
    }

    @Override
    void accept(int at, int length) {
        contents.addBytes(at, length);
    }

    private void endBytes() {
        if (contents.hasBytes()) {
            contents.endBytes(shown && parser.take());
        }
    }

    private void finish() throws UnreadableStreamException {
        parser.pop();
        String className = className();
        int bytes = parser.in.position() - start;
        StreamValue value;
        if (!shown) {
            value = new Elided(className, 1, bytes);
        } else if (type.isProxy()) {
            value = new StreamValue.Proxy(handle, type.interfaces(), bytes, contents.fields(className));
        } else {
            value = JdkShapes.show(contents.bean(handle, className, bytes));
        }
        if (value instanceof Scalar) {
            parser.handles.replace(handle, new StoredValue(className, value));
        }
        parser.deliver(this, className, value);
    }
}
