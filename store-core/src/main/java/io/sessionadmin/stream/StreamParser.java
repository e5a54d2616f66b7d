package io.sessionadmin.stream;

import static java.io.ObjectStreamConstants.*;

import io.sessionadmin.stream.HandleTable.StoredClass;
import io.sessionadmin.stream.HandleTable.StoredObject;
import io.sessionadmin.stream.HandleTable.StoredString;
import io.sessionadmin.stream.HandleTable.StoredValue;
import io.sessionadmin.stream.HandleTable.Target;
import io.sessionadmin.stream.StreamValue.ClassReference;
import io.sessionadmin.stream.StreamValue.EnumConstant;
import io.sessionadmin.stream.StreamValue.Null;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads values by the grammar of Java's serialization and never loads a class.
 *
 * <pre>
 * stream      AC ED 00 05 value*
 * value       70 | 71 handle:4                              null, back reference
 *             74 length:2 utf | 7C length:8 utf             string
 *             73 class data*                                object: one data per class, topmost first
 *             75 class length:4 element*                    array
 *             7E class name:string                          enum constant
 *             76 class                                      class object
 *             7B value                                      exception: the value around it was given up
 *             79                                            reset of the handles, between values only
 * class       70 | 71 handle:4
 *             72 name serialVersionUID:8 flags:1 count:2 field* extra class     the class at the end is the superclass
 *             7D count:4 name* extra class                  dynamic proxy
 * field       letter name signature:string?                 primitives first
 * data        primitive* value* extra?                      the fields; extra if the flags tell of a writeObject
 * extra       (77 length:1 byte* | 7A length:4 byte* | value)* 78
 * </pre>
 *
 * The nesting is kept on a stack of its own, so that no stream can overflow that of the thread.
 * <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/serialization/protocol.html">Protocol</a>
 */
final class StreamParser {
    private static final String CLASS = "java.lang.Class";
    private static final String DESCRIPTOR = "java.io.ObjectStreamClass";

    /**
     * A value that was read.
     *
     * @param value null when it is not shown
     */
    record Item(String className, @Nullable StreamValue value, int bytes) {}

    final ByteReader in;
    final Limits limits;
    final HandleTable handles;
    private final Deque<StreamFrame> stack = new ArrayDeque<>();
    private final ClassReader classes;
    private int valuesLeft;
    private @Nullable Item result;

    StreamParser(byte[] data, Limits limits) throws UnreadableStreamException {
        this.in = new ByteReader(data);
        this.limits = limits;
        this.handles = new HandleTable(in, limits);
        this.classes = new ClassReader(in, limits, handles);
        if (data.length == 0) {
            throw new UnreadableStreamException("it is empty", 0);
        }
        if (in.u2() != (STREAM_MAGIC & 0xffff) || in.u2() != STREAM_VERSION) {
            throw new UnreadableStreamException("it does not start with a Java serialization header", 0);
        }
    }

    int position() {
        return in.position();
    }

    int remaining() {
        return in.remaining();
    }

    /** Of those that the last {@link #readValue} was allowed to show. */
    int valuesLeft() {
        return valuesLeft;
    }

    /** Classes named by the descriptors read so far. */
    SortedSet<String> classNames() {
        return classes.names();
    }

    /** Reads the next value; shows so many values of it, itself included. */
    Item readValue(int values) throws UnreadableStreamException {
        valuesLeft = values;
        while (in.peek() == TC_RESET) {
            in.u1();
            handles.clear();
        }
        result = null;
        Item item = begin(null);
        while (item == null) {
            top().step();
            item = result;
        }
        return item;
    }

    /** Takes one value from what may be shown. */
    boolean take() {
        if (valuesLeft == 0) {
            return false;
        }
        valuesLeft--;
        return true;
    }

    /** Begins a value: answers it if that is all there is to it, else pushes the frame that reads on. */
    private @Nullable Item begin(@Nullable StreamFrame parent) throws UnreadableStreamException {
        int start = in.position();
        int code = in.u1();
        boolean visible = (parent == null || parent.shown) && take();
        int level = parent == null ? 1 : parent.level + 1;
        switch (code) {
            case TC_NULL -> {
                return new Item("null", visible ? new Null() : null, 1);
            }
            case TC_REFERENCE -> {
                return reference(visible);
            }
            case TC_STRING, TC_LONGSTRING -> {
                StoredString string = handles.readString(code == TC_LONGSTRING);
                return new Item("java.lang.String", visible ? string.text() : null, in.position() - start);
            }
            case TC_OBJECT, TC_ARRAY, TC_ENUM, TC_CLASS, TC_CLASSDESC, TC_PROXYCLASSDESC ->
                push(new Typed(code, start, visible, level));
            case TC_EXCEPTION -> {
                handles.clear();
                valuesLeft = Math.max(valuesLeft, Refusal.VALUES);
                push(new Refusal(start));
            }
            default -> throw UnreadableStreamException.misplaced(code, start);
        }
        return null;
    }

    private void push(StreamFrame frame) throws UnreadableStreamException {
        if (stack.size() >= limits.maxDepth()) {
            throw failure("objects are nested more than " + limits.maxDepth() + " deep", in.position());
        }
        stack.push(frame);
    }

    void pop() {
        stack.pop();
    }

    private StreamFrame top() {
        return stack.element();
    }

    void readOn(StreamFrame frame) throws UnreadableStreamException {
        Item item = begin(frame);
        if (item != null) {
            frame.accept(item);
        }
    }

    /** Hands a completed value to the frame around it, which is on top again. */
    void deliver(StreamFrame from, String className, @Nullable StreamValue value) throws UnreadableStreamException {
        Item item = new Item(className, from.visible ? value : null, in.position() - from.start);
        if (stack.isEmpty()) {
            result = item;
        } else {
            top().accept(item);
        }
    }

    private Item reference(boolean visible) throws UnreadableStreamException {
        int at = in.position();
        int handle = handles.readHandle();
        Target target = handles.target(handle);
        String className;
        StreamValue value;
        if (target instanceof StoredString string) {
            className = "java.lang.String";
            value = string.text();
        } else if (target instanceof StoredValue stored) {
            className = stored.className();
            value = stored.value();
        } else if (target instanceof StoredClass stored) {
            className = DESCRIPTOR;
            value = new ClassReference(complete(stored, at).readableName());
        } else {
            className = ((StoredObject) target).className();
            value = new StreamValue.BackReference(handle, className);
        }
        return new Item(className, visible ? value : null, 5);
    }

    /** Reads a class descriptor and hands it to the top frame, at once or when a frame for it is complete. */
    private void readClass(int code) throws UnreadableStreamException {
        int start = in.position() - 1;
        switch (code) {
            case TC_NULL -> top().accept((ClassDescriptor) null);
            case TC_REFERENCE -> {
                if (!(handles.target(handles.readHandle()) instanceof StoredClass stored)) {
                    throw failure("a reference that is not to a class", start);
                }
                top().accept(complete(stored, start));
            }
            case TC_CLASSDESC -> push(new Described(classes.plainClass(), start));
            case TC_PROXYCLASSDESC -> push(new Described(classes.proxyClass(), start));
            default -> throw UnreadableStreamException.misplaced(code, start);
        }
    }

    private ClassDescriptor complete(StoredClass stored, int at) throws UnreadableStreamException {
        if (!stored.descriptor().isComplete()) {
            throw failure("a class that is described by itself", at);
        }
        return stored.descriptor();
    }

    private static UnreadableStreamException failure(String reason, int at) {
        return UnreadableStreamException.at(reason, at);
    }

    /** Reads one part of what a class wrote by itself; false when that was the end mark. */
    boolean readExtra(StreamFrame frame) throws UnreadableStreamException {
        switch (in.peek()) {
            case TC_ENDBLOCKDATA -> {
                in.u1();
                return false;
            }
            case TC_BLOCKDATA -> {
                in.u1();
                int length = in.u1();
                frame.accept(in.skip(length), length);
            }
            case TC_BLOCKDATALONG -> {
                in.u1();
                int length = in.i4();
                frame.accept(in.skip(length), length);
            }
            default -> readOn(frame);
        }
        return true;
    }

    /** A descriptor whose annotations and superclass are still to come. */
    private final class Described extends StreamFrame {
        private final ClassDescriptor type;
        private boolean annotated;

        Described(ClassDescriptor type, int start) {
            super(start, 0, false, false);
            this.type = type;
        }

        @Override
        void step() throws UnreadableStreamException {
            if (annotated) {
                readClass(in.u1());
            } else {
                annotated = !readExtra(this);
            }
        }

        @Override
        void accept(@Nullable ClassDescriptor superclass) throws UnreadableStreamException {
            if (!type.complete(superclass)) {
                throw failure("a class of too many superclasses", start);
            }
            stack.pop();
            top().accept(type);
        }
    }

    /** A value that begins with its class; becomes the frame of its contents when the class is known. */
    private final class Typed extends StreamFrame {
        private final int code;

        Typed(int code, int start, boolean visible, int level) {
            super(start, level, visible, false);
            this.code = code;
        }

        @Override
        void step() throws UnreadableStreamException {
            readClass(code == TC_CLASSDESC || code == TC_PROXYCLASSDESC ? code : in.u1());
        }

        @Override
        void accept(@Nullable ClassDescriptor type) throws UnreadableStreamException {
            if (type == null) {
                throw failure("a value without a class", start);
            }
            stack.pop();
            switch (code) {
                case TC_OBJECT -> object(type);
                case TC_ARRAY -> array(type);
                case TC_ENUM -> enumConstant(type);
                case TC_CLASS -> {
                    ClassReference value = new ClassReference(type.readableName());
                    handles.assign(new StoredValue(CLASS, value));
                    deliver(this, CLASS, value);
                }
                default -> deliver(this, DESCRIPTOR, new ClassReference(type.readableName()));
            }
        }

        private void object(ClassDescriptor type) throws UnreadableStreamException {
            if (type.isArray() || type.isEnum()) {
                throw failure("an object of the class of an array or enum", start);
            }
            if (type.hasUnmarkedContents()) {
                throw failure("an object in protocol version 1, which only its class can read,", start);
            }
            push(new ObjectFrame(StreamParser.this, this, type, handles.assign(new StoredObject(type.readableName()))));
        }

        private void enumConstant(ClassDescriptor type) throws UnreadableStreamException {
            if (!type.isEnum()) {
                throw failure("a constant of a class that is not an enum", start);
            }
            int handle = handles.assign(new StoredObject(type.readableName()));
            String constant = classes.string().text().shown();
            EnumConstant value = new EnumConstant(type.readableName(), constant);
            handles.replace(handle, new StoredValue(type.readableName(), value));
            deliver(this, type.readableName(), value);
        }

        private void array(ClassDescriptor type) throws UnreadableStreamException {
            if (!type.isArray()) {
                throw failure("an array whose class is not that of an array", start);
            }
            char component = type.name().charAt(1);
            int unit = ClassDescriptor.sizeOf(component);
            if (unit == 0 && component != 'L' && component != '[') {
                throw failure("an array of an unknown type", start);
            }
            int length = in.i4();
            if (length < 0 || (long) length * Math.max(1, unit) > in.remaining()) {
                throw failure("an array is longer than the stream, which ends", in.position() + in.remaining());
            }
            push(new ArrayFrame(
                    StreamParser.this, this, type, length, handles.assign(new StoredObject(type.readableName()))));
        }
    }

    /**
     * An exception in place of a value, which ends every value that was begun. The writer forgets all handles in front
     * of it and behind it; ObjectInputStream up to Java 17 at least forgets them only in front.
     */
    private final class Refusal extends StreamFrame {
        /** Enough to show the exception's message whatever was shown before. */
        private static final int VALUES = 100;

        Refusal(int start) {
            super(start, 0, true, true);
        }

        @Override
        void step() throws UnreadableStreamException {
            readOn(this);
        }

        @Override
        void accept(Item exception) {
            handles.clear();
            StreamFrame outermost = stack.getLast();
            String begun = outermost.className();
            String className = begun != null ? begun : exception.className();
            stack.clear();
            result = new Item(
                    className,
                    new StreamValue.NotSaved(exception.className(), JdkShapes.message(exception.value())),
                    in.position() - outermost.start);
        }
    }
}
