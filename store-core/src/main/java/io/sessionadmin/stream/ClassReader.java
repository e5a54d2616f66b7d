package io.sessionadmin.stream;

import static java.io.ObjectStreamConstants.TC_LONGSTRING;
import static java.io.ObjectStreamConstants.TC_REFERENCE;
import static java.io.ObjectStreamConstants.TC_STRING;

import io.sessionadmin.stream.HandleTable.StoredClass;
import io.sessionadmin.stream.HandleTable.StoredObject;
import io.sessionadmin.stream.HandleTable.StoredString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads the flat part of class descriptors, and keeps the names of the classes. */
final class ClassReader {
    private static final StoredObject BEING_READ = new StoredObject("java.io.ObjectStreamClass");

    private final ByteReader in;
    private final Limits limits;
    private final HandleTable handles;
    private final SortedSet<String> names = new TreeSet<>();

    ClassReader(ByteReader in, Limits limits, HandleTable handles) {
        this.in = in;
        this.limits = limits;
        this.handles = handles;
    }

    /** Every class that was read or named by a proxy; of arrays, that of their elements. */
    SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(names);
    }

    /** Reads what follows the code of a class, up to its annotations. */
    ClassDescriptor plainClass() throws UnreadableStreamException {
        // ObjectInputStream gives the descriptor its number before the strings of its fields.
        int handle = handles.assign(BEING_READ);
        String name = utf(Integer.MAX_VALUE);
        in.i8();
        int flags = in.u1();
        // A signed number; ObjectInputStream takes a negative one for none.
        int count = (short) in.u2();
        List<ClassDescriptor.Field> fields = new ArrayList<>();
        boolean primitives = true;
        for (int i = 0; i < count; i++) {
            handles.count(1);
            ClassDescriptor.Field field = field();
            if (field.isPrimitive() && !primitives) {
                throw failure("a primitive field behind those of objects", in.position());
            }
            primitives = field.isPrimitive();
            fields.add(field);
        }
        ClassDescriptor descriptor = ClassDescriptor.ofClass(name, flags, fields);
        if (descriptor.hasConflictingFlags()) {
            throw failure("a class that is both serialisable and externalizable", in.position());
        }
        handles.replace(handle, new StoredClass(descriptor));
        needs(name);
        return descriptor;
    }

    private ClassDescriptor.Field field() throws UnreadableStreamException {
        int start = in.position();
        char type = (char) in.u1();
        String name = utf(limits.maxStringLength());
        if (ClassDescriptor.sizeOf(type) > 0) {
            return new ClassDescriptor.Field(type, name, ClassDescriptor.primitiveName(type));
        }
        if (type != 'L' && type != '[') {
            throw failure("a field of an unknown type", start);
        }
        return new ClassDescriptor.Field(type, name, string().typeName());
    }

    /** Reads what follows the code of a proxy class, up to its annotations. */
    ClassDescriptor proxyClass() throws UnreadableStreamException {
        int handle = handles.assign(BEING_READ);
        int count = in.i4();
        if (count < 0 || count > 0xffff) {
            throw failure("a proxy of an absurd number of interfaces", in.position());
        }
        List<String> interfaces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handles.count(1);
            String name = utf(Integer.MAX_VALUE);
            interfaces.add(name);
            needs(name);
        }
        ClassDescriptor descriptor = ClassDescriptor.ofProxy(Collections.unmodifiableList(interfaces));
        handles.replace(handle, new StoredClass(descriptor));
        return descriptor;
    }

    private void needs(String name) {
        String element = ClassDescriptor.elementClass(name);
        if (element != null) {
            names.add(element);
        }
    }

    private String utf(int most) throws UnreadableStreamException {
        int length = in.u2();
        int start = in.skip(length);
        in.countChars(start, length);
        return in.chars(start, length, most);
    }

    /** A string where nothing else may stand. */
    StoredString string() throws UnreadableStreamException {
        int start = in.position();
        int code = in.u1();
        if (code == TC_STRING || code == TC_LONGSTRING) {
            return handles.readString(code == TC_LONGSTRING);
        }
        if (code != TC_REFERENCE) {
            throw UnreadableStreamException.misplaced(code, start);
        }
        if (!(handles.target(handles.readHandle()) instanceof StoredString string)) {
            throw failure("a reference that is not to a string", start);
        }
        return string;
    }

    private static UnreadableStreamException failure(String reason, int at) {
        return UnreadableStreamException.at(reason, at);
    }
}
