package io.sessionadmin.stream;

/**
 * An attribute of a stored session.
 *
 * @param className as {@code Class.getName()} gives it, arrays in source form; {@code null} for null; of a value that was
 *     {@linkplain StreamValue.NotSaved not saved}, the outermost class that was begun, or that of the exception
 * @param bytes size of the value as written; an object that an earlier attribute holds as well counts there
 */
public record StoredAttribute(String name, String className, long bytes, StreamValue value) {

    /** Leaves out the value, which is the user's. */
    @Override
    public String toString() {
        return "StoredAttribute[name=" + name + ", className=" + className + ", bytes=" + bytes + "]";
    }
}
