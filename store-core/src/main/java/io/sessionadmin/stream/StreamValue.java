package io.sessionadmin.stream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value as it is written in a stored session; nothing of it was loaded, so it says what the stream says.
 *
 * <p>Lists hold what is shown, which {@link Limits} bound: where a size or length is larger than its list, the rest was
 * read but not kept. No value is nested deeper than {@link Limits#maxShownDepth()}.
 */
public sealed interface StreamValue {

    record Null() implements StreamValue {}

    /** A string, cut when it is longer than the limit; {@code length} counts all of its characters. */
    record Text(String shown, int length) implements StreamValue {
        public boolean isCut() {
            return shown.length() < length;
        }
    }

    /**
     * A primitive, or an object of the JDK that is as plain as one.
     *
     * @param className as in {@code int}, {@code java.lang.Integer}, {@code java.util.Date}; for those of {@code java.time}
     *     the class itself, though {@code java.time.Ser} stands in the stream
     * @param value a Boolean, Character, Number, UUID or value of java.time; an Instant for the older dates
     */
    record Scalar(String className, Object value) implements StreamValue {}

    /**
     * An object by its fields, those of the topmost superclass first.
     *
     * @param handle by which a {@link BackReference} in the same stream names this object
     * @param bytes as written, with the descriptors of classes that are met here for the first time
     * @param fields when the limits were reached, the last one is called {@code …} and holds an {@link Elided}
     * @param extra what its {@code writeObject} or {@code writeExternal} added, {@link RawBytes} among objects; when the
     *     limits were reached, the last one is an {@link Elided}
     */
    record Bean(int handle, String className, long bytes, List<Field> fields, List<StreamValue> extra)
            implements StreamValue {}

    /**
     * A field as its class declares it.
     *
     * @param declaredIn the class that declares it
     * @param type its declared type in source form
     */
    record Field(String declaredIn, String name, String type, StreamValue value) {}

    /** An array; {@code componentType} is in source form, {@code elements} its first elements. */
    record Array(int handle, String componentType, long bytes, int length, List<StreamValue> elements)
            implements StreamValue {}

    /** A list, set or queue of the JDK by its first elements. */
    record Elements(int handle, String className, long bytes, int size, List<StreamValue> elements)
            implements StreamValue {}

    /** A map of the JDK by its first entries. */
    record Entries(int handle, String className, long bytes, int size, List<Entry> entries) implements StreamValue {}

    record Entry(StreamValue key, StreamValue value) {}

    record EnumConstant(String className, String constant) implements StreamValue {}

    /** A class as a value, such as {@code Cart.class}. */
    record ClassReference(String className) implements StreamValue {}

    /** A dynamic proxy; its invocation handler is the field {@code h}. */
    record Proxy(int handle, List<String> interfaces, long bytes, List<Field> fields) implements StreamValue {}

    /** An object that the stream holds already; strings, scalars and enum constants are repeated instead. */
    record BackReference(int handle, String className) implements StreamValue {}

    /** Bytes whose meaning only the class knows; {@code hex} shows the first of them. */
    record RawBytes(int length, String hex) implements StreamValue {}

    /**
     * Values that were read but not kept because a limit was reached.
     *
     * @param className null when it stands for several values
     */
    record Elided(@Nullable String className, int values, long bytes) implements StreamValue {}

    /** Written in place of a value that could not be serialised; that value is lost. */
    record NotSaved(String exceptionClass, @Nullable String message) implements StreamValue {}
}
