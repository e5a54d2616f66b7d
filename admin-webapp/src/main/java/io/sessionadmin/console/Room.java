package io.sessionadmin.console;

import io.sessionadmin.console.model.Legible;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** What there is room for on a part of a page, so that no page grows with what it is about. */
final class Room {

    /** A page has less than this, in bytes. */
    static final int PAGE = 200_000;

    private static final int TEXT_AT_MOST = 255;

    private Room() {}

    /**
     * The first ones that fit into so many bytes.
     *
     * @param size of an item as HTML
     */
    static <T> List<T> first(List<T> items, int bytes, ToIntFunction<T> size) {
        List<T> first = new ArrayList<>();
        int left = bytes;
        for (T item : items) {
            left -= size.applyAsInt(item);
            if (left < 0) {
                break;
            }
            first.add(item);
        }
        return List.copyOf(first);
    }

    /** A text that somebody else chose the length of. */
    static String brief(String text) {
        return Legible.cut(text, TEXT_AT_MOST);
    }

    /** The bytes of these texts in HTML. */
    static int of(Stream<String> texts) {
        return texts.mapToInt(Room::of).sum();
    }

    static int of(String text) {
        return text.chars()
                .map(letter -> switch (letter) {
                    case '"' -> 6;
                    case '&', '\'' -> 5;
                    case '<', '>' -> 4;
                    default -> letter < 0x80 ? 1 : letter < 0x800 ? 2 : 3;
                })
                .sum();
    }
}
