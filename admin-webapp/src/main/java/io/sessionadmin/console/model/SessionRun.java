package io.sessionadmin.console.model;

import io.sessionadmin.table.Handle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Sessions that are put in order together: of each what it is sorted by and where it is, some fifty bytes. As many as
 * there is room for; a million in 52 MB, less in a small JVM. Not for several threads.
 */
final class SessionRun {

    private static final long BYTES_AT_MOST =
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

    private static final int REFERENCE_BYTES = 52;

    /** @param place the number of its context */
    record Reference(int place, long key, long high, long low) {

        Handle handle() {
            return new Handle(hex(high) + hex(low));
        }

        private static String hex(long bits) {
            String digits = Long.toHexString(bits);
            return "0".repeat(16 - digits.length()) + digits;
        }
    }

    private static final Comparator<Reference> ORDER = Comparator.comparingLong(Reference::key)
            .thenComparing(Reference::high, Long::compareUnsigned)
            .thenComparing(Reference::low, Long::compareUnsigned)
            .thenComparing(Reference::place);

    private final long bytesAtMost;
    private final List<Reference> references = new ArrayList<>();

    SessionRun() {
        this(BYTES_AT_MOST);
    }

    SessionRun(long bytesAtMost) {
        this.bytesAtMost = bytesAtMost;
    }

    void add(int place, long key, Handle handle) {
        references.add(new Reference(
                place,
                key,
                Long.parseUnsignedLong(handle.hex(), 0, 16, 16),
                Long.parseUnsignedLong(handle.hex(), 16, 32, 16)));
    }

    boolean isFull() {
        return references.size() * (long) REFERENCE_BYTES >= bytesAtMost;
    }

    List<Reference> inOrder() {
        references.sort(ORDER);
        return references;
    }
}
