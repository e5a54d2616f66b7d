package io.sessionadmin.console.model;

import java.util.List;

/**
 * A value of a saved session as its reader may see it, with the values in it: from the stream's structure, without a
 * class of it being loaded. Whatever the reader may not see is not in here. All texts are fit to be shown, and short.
 *
 * @param name of the attribute or field, the key of an entry or the place of an element; empty for a key that is hidden
 * @param position among its siblings, from 0
 * @param className as in source; of a field that is null its declared class
 * @param bytes as written; -1 where that is not counted on its own
 * @param size characters, elements or entries; -1 where there are none, or they say too much
 * @param value in words; empty where there is none, or {@code access} keeps it back
 * @param cut whether {@code value} is only the beginning
 * @param children fields, elements or entries
 * @param notShown how many more of them there are
 */
public record ValueNode(
        String name,
        Place place,
        int position,
        Kind kind,
        String className,
        long bytes,
        long size,
        Access access,
        String value,
        boolean cut,
        List<ValueNode> children,
        long notShown) {

    /** What it is of the value around it. */
    public enum Place {
        ATTRIBUTE,
        FIELD,
        ELEMENT,
        ENTRY,
        /** Of an entry whose key is not plain. */
        KEY,
        VALUE,
        /** What the class wrote by itself, behind its fields. */
        EXTRA
    }

    /** What sort of a value it is. */
    public enum Kind {
        NULL,
        TEXT,
        SCALAR,
        ENUM,
        CLASS,
        BEAN,
        ARRAY,
        COLLECTION,
        MAP,
        ENTRY,
        PROXY,
        BYTES,
        /** An object that stands elsewhere in this session. */
        REFERENCE,
        /** Serialising it threw. */
        NOT_SAVED,
        /** Too deep, or too much, to be shown. */
        NOT_SHOWN
    }

    /** Whether the reader sees the value. */
    public enum Access {
        /** There is none, but for those in it. */
        NONE,
        SHOWN,
        /** The reader's roles don't let them. */
        HIDDEN,
        /** Its name, or one around it, looks like that of a secret. */
        MASKED
    }

    /** How many nodes there are, itself included. */
    public int count() {
        return 1 + children.stream().mapToInt(ValueNode::count).sum();
    }

    /** Leaves out what it holds. */
    @Override
    public String toString() {
        return "ValueNode[name=" + name + ", kind=" + kind + ", className=" + className + "]";
    }
}
