package io.sessionadmin.stream;

import io.sessionadmin.stream.StreamValue.Scalar;
import java.util.Arrays;
import java.util.HexFormat;

/** Reads big-endian values from an array and never past its end. */
final class ByteReader {
    private final byte[] bytes;
    private int position;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int position() {
        return position;
    }

    int remaining() {
        return bytes.length - position;
    }

    int peek() throws UnreadableStreamException {
        require(1);
        return bytes[position] & 0xff;
    }

    int u1() throws UnreadableStreamException {
        require(1);
        return bytes[position++] & 0xff;
    }

    int u2() throws UnreadableStreamException {
        return u1() << 8 | u1();
    }

    int i4() throws UnreadableStreamException {
        return u2() << 16 | u2();
    }

    long i8() throws UnreadableStreamException {
        return (long) i4() << 32 | (i4() & 0xffff_ffffL);
    }

    /** Reads a primitive by the letter of its type. */
    Scalar primitive(char type) throws UnreadableStreamException {
        Object value =
                switch (type) {
                    case 'B' -> (byte) u1();
                    case 'C' -> (char) u2();
                    case 'D' -> Double.longBitsToDouble(i8());
                    case 'F' -> Float.intBitsToFloat(i4());
                    case 'I' -> i4();
                    case 'J' -> i8();
                    case 'S' -> (short) u2();
                    default -> u1() != 0;
                };
        return new Scalar(ClassDescriptor.primitiveName(type), value);
    }

    /** Skips so many bytes, which a length in the stream declares, and answers where they begin. */
    int skip(long length) throws UnreadableStreamException {
        if (length < 0) {
            throw new UnreadableStreamException("a negative length is declared at byte " + position, position);
        }
        require(length);
        int start = position;
        position += (int) length;
        return start;
    }

    boolean startsWith(byte[] expected) {
        return remaining() >= expected.length
                && Arrays.equals(bytes, position, position + expected.length, expected, 0, expected.length);
    }

    String hex(int start, int length) {
        return HexFormat.of().formatHex(bytes, start, start + length);
    }

    private void require(long length) throws UnreadableStreamException {
        if (length > remaining()) {
            throw new UnreadableStreamException("the stream ends at byte " + bytes.length, bytes.length);
        }
    }

    /** Checks modified UTF-8, https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html#jvms-4.4.7, and counts its characters. */
    int countChars(int start, int length) throws UnreadableStreamException {
        int chars = 0;
        int end = start + length;
        for (int at = start; at < end; at += charWidth(at, end)) {
            chars++;
        }
        return chars;
    }

    /** The first characters of bytes that {@link #countChars} accepted. */
    String chars(int start, int length, int most) throws UnreadableStreamException {
        int end = start + length;
        StringBuilder text = new StringBuilder(Math.min(length, most));
        int width;
        for (int at = start; at < end && text.length() < most; at += width) {
            width = charWidth(at, end);
            int first = bytes[at];
            text.append(
                    switch (width) {
                        case 1 -> (char) first;
                        case 2 -> (char) ((first & 0x1f) << 6 | (bytes[at + 1] & 0x3f));
                        default -> (char) ((first & 0x0f) << 12 | (bytes[at + 1] & 0x3f) << 6 | (bytes[at + 2] & 0x3f));
                    });
        }
        return text.toString();
    }

    private int charWidth(int at, int end) throws UnreadableStreamException {
        int first = bytes[at] & 0xff;
        int width = first < 0x80 ? 1 : first >> 5 == 0b110 ? 2 : first >> 4 == 0b1110 ? 3 : 0;
        boolean wellFormed = width > 0 && at + width <= end;
        for (int next = 1; wellFormed && next < width; next++) {
            wellFormed = (bytes[at + next] & 0xc0) == 0x80;
        }
        if (!wellFormed) {
            throw new UnreadableStreamException("a string is not modified UTF-8 at byte " + at, at);
        }
        return width;
    }
}
