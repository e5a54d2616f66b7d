package io.sessionadmin.console.script;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.sessionadmin.console.model.Figure;
import io.sessionadmin.console.model.Legible;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object in the making: names in the order in which they were put, and values that are text, numbers, booleans,
 * times, lists, other objects, or null for what is not known.
 */
final class Fields {

    /** Without pools that would hold on to threads after the console is gone. */
    static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10)
                    .maxStringLength(10_000)
                    .maxNameLength(1_000)
                    .maxNumberLength(20)
                    .build())
            .build();

    /** An answer has less than this, in bytes. */
    static final int ANSWER = 200_000;

    /** Names that somebody else chose may be of any length. */
    private static final int TEXT_AT_MOST = 4_000;

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    Fields put(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    Fields put(String name, Optional<?> value) {
        return put(name, value.orElse(null));
    }

    /**
     * The first ones of a list, as many as fit into so many bytes.
     *
     * @return how many were left out
     */
    int putFirst(String name, List<Fields> items, long bytes) throws IOException {
        List<Fields> first = new ArrayList<>();
        long left = bytes;
        for (Fields item : items) {
            left -= item.bytes() + 1; // and a comma
            if (left < 0) {
                break;
            }
            first.add(item);
        }
        put(name, first);
        return items.size() - first.size();
    }

    Fields putAll(Fields others) {
        values.putAll(others.values);
        return this;
    }

    /**
     * A number that is null when it is not known.
     *
     * @param notExact takes down how far a number that is not exact can be trusted, and why
     */
    Fields put(String name, Figure figure, Fields notExact) {
        if (figure.certainty() != Figure.Certainty.EXACT) {
            String certainty =
                    switch (figure.certainty()) {
                        case ESTIMATE -> "estimate";
                        case AT_LEAST -> "atLeast";
                        case UNKNOWN, EXACT -> "unknown";
                    };
            notExact.put(name, new Fields().put("certainty", certainty).put("reason", Sentences.of(figure.reason())));
        }
        return put(name, figure.isKnown() ? figure.value() : null);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** How many bytes it takes in an answer. */
    long bytes() throws IOException {
        try (CountingOutputStream counted = new CountingOutputStream()) {
            write(counted);
            return counted.bytes;
        }
    }

    private static final class CountingOutputStream extends OutputStream {
        private long bytes;

        @Override
        public void write(int one) {
            bytes++;
        }

        @Override
        public void write(byte[] some, int from, int length) {
            bytes += length;
        }
    }

    void write(OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            write(json, this);
        }
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value instanceof Fields fields) {
            json.writeStartObject();
            for (Map.Entry<String, @Nullable Object> field : fields.values.entrySet()) {
                json.writeFieldName(field.getKey());
                write(json, field.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list) {
                write(json, item);
            }
            json.writeEndArray();
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof String || value instanceof Instant) {
            json.writeString(Legible.cut(value.toString(), TEXT_AT_MOST));
        } else if (value == null) {
            json.writeNull();
        } else {
            throw new IllegalArgumentException("JSON has no " + value.getClass().getName());
        }
    }
}
