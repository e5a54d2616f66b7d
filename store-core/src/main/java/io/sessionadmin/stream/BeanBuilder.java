package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamValue.Bean;
import io.sessionadmin.stream.StreamValue.Elided;
import io.sessionadmin.stream.StreamValue.Field;
import io.sessionadmin.stream.StreamValue.RawBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Gathers what is shown of one object, and counts what is not. */
final class BeanBuilder {
    /** Bytes shown of one run of block data. */
    private static final int MAX_BYTES = 32;

    private final ByteReader in;
    private final List<Field> fields = new ArrayList<>();
    private final List<StreamValue> extra = new ArrayList<>();
    private int elidedFields;
    private long elidedFieldBytes;
    private int elidedValues;
    private long elidedValueBytes;

    /** The current run of block data, which writers cut into blocks of 1,024 bytes. */
    private final StringBuilder hex = new StringBuilder();

    private int run;

    BeanBuilder(ByteReader in) {
        this.in = in;
    }

    void add(ClassDescriptor declaring, ClassDescriptor.Field field, StreamParser.Item item) {
        if (item.value() != null) {
            fields.add(new Field(declaring.readableName(), field.name(), field.typeName(), item.value()));
        } else {
            elidedFields++;
            elidedFieldBytes += item.bytes();
        }
    }

    void add(StreamParser.Item item) {
        if (item.value() != null) {
            extra.add(item.value());
        } else {
            elidedValues++;
            elidedValueBytes += item.bytes();
        }
    }

    void addBytes(int at, int length) {
        int missing = MAX_BYTES - hex.length() / 2;
        hex.append(in.hex(at, Math.min(missing, length)));
        run += length;
    }

    boolean hasBytes() {
        return run > 0;
    }

    void endBytes(boolean show) {
        if (show) {
            extra.add(new RawBytes(run, hex.toString()));
        } else {
            elidedValues++;
            elidedValueBytes += run;
        }
        hex.setLength(0);
        run = 0;
    }

    List<Field> fields(String className) {
        if (elidedFields > 0) {
            fields.add(new Field(className, "…", "", new Elided(null, elidedFields, elidedFieldBytes)));
        }
        return Collections.unmodifiableList(fields);
    }

    Bean bean(int handle, String className, long bytes) {
        if (elidedValues > 0) {
            extra.add(new Elided(null, elidedValues, elidedValueBytes));
        }
        return new Bean(handle, className, bytes, fields(className), Collections.unmodifiableList(extra));
    }
}
