package io.sessionadmin.testbed.shop;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** An attribute that claims to be serialisable and fails, when written or when read. */
public final class Poison implements Serializable {
    private static final long serialVersionUID = 1;

    /** How it fails. */
    public enum Kind {
        NONE,
        WRITE_IO,
        WRITE_RUNTIME,
        WRITE_ERROR,
        READ_IO,
        READ_RUNTIME,
        READ_ERROR
    }

    private final Kind kind;

    Poison(Kind kind) {
        this.kind = kind;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        fail("WRITE_");
        out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        fail("READ_");
    }

    private void fail(String when) throws IOException {
        if (!kind.name().startsWith(when)) {
            return;
        }
        switch (kind.name().substring(when.length())) {
            case "IO" -> throw new IOException("poisoned on purpose");
            case "RUNTIME" -> throw new IllegalStateException("poisoned on purpose");
            default -> throw new StackOverflowError("poisoned on purpose");
        }
    }
}
