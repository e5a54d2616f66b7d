package io.sessionadmin.stream;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What the reader promises for any bytes, as <a href="https://github.com/CodeIntelligenceTesting/jazzer">Jazzer</a> asks
 * for it: {@code ./mvnw -Pfuzz}. An answer or an {@link UnreadableStreamException}, nothing else; no more memory than
 * the length of the input warrants; nothing beyond its limits in the answer.
 */
public final class SessionStreamFuzz {

    /** Small, so that inputs of a fuzzer's length can reach them. */
    static final Limits NARROW = new Limits(40, 400, 8, 60, 25, 5, 20);

    /** What a reader of nothing takes, and what each byte may cost: an object of six bytes may have a hundred classes. */
    private static final long ALLOCATED_AT_LEAST = 1_000_000;

    private static final long ALLOCATED_PER_BYTE = 3_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private SessionStreamFuzz() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(byte[] data) {
        for (Limits limits : List.of(Limits.DEFAULT, NARROW)) {
            long most = ALLOCATED_AT_LEAST + data.length * ALLOCATED_PER_BYTE;
            long allocated = allocated(data, limits);
            if (allocated > most) {
                allocated = allocated(data, limits); // without the loading of classes
            }
            check(allocated <= most, "it took " + allocated + " bytes");
        }
    }

    private static long allocated(byte[] data, Limits limits) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        read(data, limits);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void read(byte[] data, Limits limits) {
        try {
            SessionStream stream = SessionStream.read(data, limits);
            SessionHead head = SessionStream.readHead(data);
            check(head.creationTime() == stream.head().creationTime(), "the head is another one when read alone");
            check(stream.attributes().size() <= limits.maxAttributes(), "too many attributes");
            long bytes = 0;
            int values = 0;
            for (StoredAttribute attribute : stream.attributes()) {
                check(attribute.bytes() >= 0, "a negative size");
                check(attribute.name().length() <= limits.maxStringLength(), "a long name");
                bytes += attribute.bytes();
                values += count(attribute.value(), 1, limits);
            }
            check(bytes <= data.length, "the attributes are larger than the stream");
            // changes and the whole stream have as many each
            check(values <= 2L * limits.maxValues() + stream.attributes().size() * 110L, "too many values: " + values);
        } catch (UnreadableStreamException e) {
            check(e.offset() >= 0 && e.offset() <= data.length, "an offset outside of the stream");
            check(String.valueOf(e.getMessage()).length() < 500, "a long reason");
        }
    }

    /** Walks a value as a page does, and counts what there is; Elided ones are free. */
    private static int count(StreamValue value, int level, Limits limits) {
        check(level <= limits.maxShownDepth() + 3, "nested too deep: " + level);
        int below = 0;
        if (value instanceof StreamValue.Text text) {
            check(
                    text.shown().length() <= limits.maxStringLength()
                            && text.length() >= text.shown().length(),
                    "a long text");
        } else if (value instanceof StreamValue.Bean bean) {
            below = fields(bean.fields(), level, limits) + all(bean.extra(), level, limits);
        } else if (value instanceof StreamValue.Proxy proxy) {
            below = fields(proxy.fields(), level, limits);
        } else if (value instanceof StreamValue.Array array) {
            check(array.elements().size() <= array.length(), "more elements than there are");
            below = all(array.elements(), level, limits);
        } else if (value instanceof StreamValue.Elements elements) {
            check(elements.elements().size() <= elements.size(), "more elements than there are");
            below = all(elements.elements(), level, limits);
        } else if (value instanceof StreamValue.Entries entries) {
            check(entries.entries().size() <= entries.size(), "more entries than there are");
            for (StreamValue.Entry entry : entries.entries()) {
                below += count(entry.key(), level + 1, limits) + count(entry.value(), level + 1, limits);
            }
        } else if (value instanceof StreamValue.Elided elided) {
            check(elided.bytes() >= 0 && elided.values() >= 0, "less than nothing was left out");
            return 0;
        }
        return 1 + below;
    }

    private static int fields(List<StreamValue.Field> fields, int level, Limits limits) {
        int below = 0;
        for (StreamValue.Field field : fields) {
            check(field.name().length() <= limits.maxStringLength(), "a long name of a field");
            below += count(field.value(), level + 1, limits);
        }
        return below;
    }

    private static int all(List<StreamValue> values, int level, Limits limits) {
        int below = 0;
        for (StreamValue value : values) {
            below += count(value, level + 1, limits);
        }
        return below;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
