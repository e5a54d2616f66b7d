package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SortKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sessions that are put in order together: of each what it is sorted by and where it is, some fifty bytes. As many as
 * there is room for; a million in 52 MB, less in a small JVM. Not for several threads.
 */
final class SessionRun {

    private static final long BYTES_AT_MOST =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

    private static final int REFERENCE_BYTES = 52;

    /** What a text takes beside its letters, and its place among the others. */
    private static final int TEXT_BYTES = 96;

    /** @param place the number of its context */
    record Reference(int place, long number, String text, long high, long low) {

        private SortKey key() {
            return new SortKey(number, text);
        }

        Handle handle() {
            return new Handle(hex(high) + hex(low));
        }

        private static String hex(long bits) {
            String digits = Long.toHexString(bits);
            return "0".repeat(16 - digits.length()) + digits;
        }
    }

    private final long bytesAtMost;
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>(); // many sessions are of one user
    private long bytes;

    SessionRun() {
        this(BYTES_AT_MOST);
    }

    SessionRun(long bytesAtMost) {
        this.bytesAtMost = bytesAtMost;
    }

    void add(int place, SortKey key, Handle handle) {
        String text = texts.computeIfAbsent(key.text(), given -> {
            bytes += TEXT_BYTES + 2L * given.length();
            return given;
        });
        bytes += REFERENCE_BYTES;
        references.add(new Reference(
                place,
                key.number(),
                text,
                Long.parseUnsignedLong(handle.hex(), 0, 16, 16),
                Long.parseUnsignedLong(handle.hex(), 16, 32, 16)));
    }

    boolean isFull() {
        return bytes >= bytesAtMost;
    }

    List<Reference> inOrder(SessionSort sort) {
        references.sort(Comparator.comparing(Reference::key, sort.keys())
                .thenComparing(Reference::high, Long::compareUnsigned)
                .thenComparing(Reference::low, Long::compareUnsigned)
                .thenComparing(Reference::place));
        return references;
    }
}
