package io.sessionadmin.console.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells by the name of an attribute, a field or a key that what it holds is nobody's to see, whatever their role. */
final class SecretNames {

    /** Wherever they stand in a name, in any spelling: {@code userPassword}, {@code API-KEY}. */
    private static final List<String> ANYWHERE = List.of(
            "password",
            "passwd",
            "passphrase",
            "passcode",
            "kennwort",
            "passwort",
            "secret",
            "token",
            "credential",
            "apikey",
            "accesskey",
            "privatekey",
            "secretkey",
            "signingkey",
            "authorization",
            "bearer",
            "cookie",
            "sessionid",
            "cardnumber",
            "creditcard",
            "securitycode",
            "iban");

    /** Short ones count as words of their own: {@code userPin}, but not {@code shipping}. */
    private static final Set<String> WORDS = Set.of(
            "pwd", "pass", "pin", "pins", "puk", "tan", "otp", "totp", "cvv", "cvv2", "cvc", "cvc2", "csc", "ssn",
            "jwt", "pan", "salt", "nonce", "csrf", "xsrf");

    private static final Pattern BETWEEN_WORDS =
            Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+");

    /** Longer names are no programmer's. */
    private static final int LOOKED_AT = 1_000;

    private SecretNames() {}

    static boolean matches(String name) {
        String looked = name.length() > LOOKED_AT ? name.substring(0, LOOKED_AT) : name;
        StringBuilder together = new StringBuilder();
        for (String part : BETWEEN_WORDS.split(looked, -1)) {
            String word = part.toLowerCase(Locale.ROOT);
            if (WORDS.contains(word)) {
                return true;
            }
            together.append(word);
        }
        return ANYWHERE.stream().anyMatch(stem -> together.indexOf(stem) >= 0);
    }
}
