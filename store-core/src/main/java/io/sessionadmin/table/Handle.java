package io.sessionadmin.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The one-way name of a session for people, pages, URLs and logs: the first 128 bits of the SHA-256 of its id, the
 * same on every node and after a restart. The id itself is a credential and stays inside.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record Handle(String hex) {

    private static final int BYTES = 16;
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public Handle {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("a handle has 32 lower-case hexadecimal digits");
        }
    }

    public static Handle of(String sessionId) {
        byte[] digest = sha256().digest(sessionId.getBytes(UTF_8));
        return new Handle(HexFormat.of().formatHex(digest, 0, BYTES));
    }

    /** The handle that somebody typed or linked, if it is one; spaces and upper case are forgiven. */
    public static Optional<Handle> parse(String text) {
        String compact = text.replaceAll("\\s", "").toLowerCase(java.util.Locale.ROOT);
        return FORM.matcher(compact).matches() ? Optional.of(new Handle(compact)) : Optional.empty();
    }

    static Handle ofBytes(byte[] bytes) {
        return new Handle(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** The first eight digits: enough to tell sessions apart on a page. */
    public String brief() {
        return hex.substring(0, 8);
    }

    @Override
    public String toString() {
        return hex;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
