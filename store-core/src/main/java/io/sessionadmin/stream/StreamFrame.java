package io.sessionadmin.stream;

import org.jspecify.annotations.Nullable;

/** Something begun that other values may have to be read for. */
abstract class StreamFrame {
    final int start;
    final int level;

    /** Whether the frame around it shows it; if not, nothing but its size is of interest. */
    final boolean visible;

    /** Whether it keeps what it contains. */
    boolean shown;

    StreamFrame(int start, int level, boolean visible, boolean shown) {
        this.start = start;
        this.level = level;
        this.visible = visible;
        this.shown = shown;
    }

    /** Reads one thing, and leaves the stack when it was the last. */
    abstract void step() throws UnreadableStreamException;

    /** The class of the value, null while it is not known. */
    @Nullable
    String className() {
        return null;
    }

    /** Takes a value that was read for this frame. */
    void accept(StreamParser.Item item) throws UnreadableStreamException {}

    /** Takes a class that was read for this frame. */
    void accept(@Nullable ClassDescriptor type) throws UnreadableStreamException {}

    /** Takes bytes of block data. */
    void accept(int at, int length) {}
}
