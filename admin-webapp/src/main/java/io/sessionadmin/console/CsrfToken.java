package io.sessionadmin.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proof that a form was drawn by this console for the user who sends it. It needs no session: it is a keyed hash of
 * the user and the hour, under a key that lives as long as this deployment.
 */
final class CsrfToken {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int HOURS = 12;

    private final SecretKeySpec key;
    private final Clock clock;

    CsrfToken(Clock clock) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, ALGORITHM);
        this.clock = clock;
    }

    /** For a form of this user; good for 11 to 12 hours. */
    String issue(String user) {
        return token(user, hour());
    }

    boolean accepts(String user, String token) {
        byte[] given = token.getBytes(UTF_8);
        long hour = hour();
        boolean accepted = false;
        for (int age = 0; age < HOURS; age++) {
            accepted |= MessageDigest.isEqual(token(user, hour - age).getBytes(UTF_8), given);
        }
        return accepted;
    }

    private long hour() {
        return clock.millis() / Duration.ofHours(1).toMillis();
    }

    private String token(String user, long hour) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal((hour + " " + user).getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
