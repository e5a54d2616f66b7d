package io.sessionadmin.stream;

/**
 * How much of a stored session is accepted, and how much of it is shown.
 *
 * <p>What exceeds the first three is refused as unreadable; what exceeds the others is still read, so that sizes and the
 * attributes behind it are right, but not kept.
 *
 * @param maxDepth objects nested in objects, and descriptors in descriptors
 * @param maxHandles objects, strings, descriptors and fields of descriptors in one stream
 * @param maxAttributes attributes of one session
 * @param maxValues values shown of one session; an object, its fields and elements count one each
 * @param maxValuesPerAttribute values shown of one attribute, so that a large one leaves room for the others
 * @param maxShownDepth nested levels shown; values of a shown session can be walked recursively
 * @param maxStringLength characters kept of one string or name, those of the head included
 */
public record Limits(
        int maxDepth,
        int maxHandles,
        int maxAttributes,
        int maxValues,
        int maxValuesPerAttribute,
        int maxShownDepth,
        int maxStringLength) {

    public static final Limits DEFAULT = new Limits(10_000, 1_000_000, 10_000, 50_000, 2_000, 32, 4_096);

    public Limits {
        requirePositive("maxDepth", maxDepth);
        requirePositive("maxHandles", maxHandles);
        requirePositive("maxAttributes", maxAttributes);
        requirePositive("maxValues", maxValues);
        requirePositive("maxValuesPerAttribute", maxValuesPerAttribute);
        requirePositive("maxShownDepth", maxShownDepth);
        requirePositive("maxStringLength", maxStringLength);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + "=" + value + ": use 1 or more");
        }
    }
}
