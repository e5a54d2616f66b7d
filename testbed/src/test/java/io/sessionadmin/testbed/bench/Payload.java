package io.sessionadmin.testbed.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The attributes of a session: twenty, of strings, beans and numbers, together of about so many bytes when they are
 * serialised. Their text is random and hardly compresses; the same seed makes the same.
 */
final class Payload {

    /** The small attribute that {@link Operation#CHANGED} changes. */
    static final String SMALL = "lastPage";

    private static final int LARGE_ONES = 18;
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** Bytes of names and numbers. */
    private static final int FIXED = size(new Payload(0, 0).attributes());

    private final int share;
    private final Random random;
    private final Map<String, Object> current = new LinkedHashMap<>();

    /** A bean as applications have them. */
    static final class Article implements Serializable {
        private static final long serialVersionUID = 1;

        private final String text;
        private final long cents;
        private final Instant added;

        Article(String text, long cents, Instant added) {
            this.text = text;
            this.cents = cents;
            this.added = added;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Article article
                    && text.equals(article.text)
                    && cents == article.cents
                    && added.equals(article.added);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    private Payload(int share, long seed) {
        this.share = share;
        this.random = new Random(seed);
    }

    /** @param bytes of the whole, about */
    static Payload of(int bytes, long seed) {
        return new Payload(Math.max(0, (bytes - FIXED) / LARGE_ONES), seed);
    }

    /** Fresh values for what this operation sets; none where it sets nothing. */
    Map<String, Object> changes(Operation operation) {
        Map<String, Object> changes =
                switch (operation) {
                    case NEW, ALL -> attributes();
                    case FIRST, CHANGED -> Map.of(SMALL, small());
                    default -> Map.of();
                };
        current.putAll(changes);
        return changes;
    }

    /** What the attributes are after all changes so far. */
    Map<String, Object> current() {
        return current;
    }

    private Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(SMALL, small());
        attributes.put("visits", random.nextInt());
        for (int i = 0; i < LARGE_ONES; i++) {
            Object value = i % 3 == 2
                    ? new Article(text(share), random.nextInt(100_000), Instant.ofEpochSecond(random.nextInt()))
                    : text(share);
            attributes.put("attribute" + i, value);
        }
        return attributes;
    }

    private String small() {
        return "/shop/" + text(16);
    }

    private String text(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    static int size(Map<String, Object> attributes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                out.writeObject(attribute.getKey());
                out.writeObject(attribute.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.size();
    }
}
