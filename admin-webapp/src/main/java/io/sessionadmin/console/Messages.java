package io.sessionadmin.console;

import java.text.MessageFormat;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;

/**
 * The words of the console in the languages that it has. Every message is a {@link MessageFormat} pattern, with or
 * without arguments: an apostrophe is written twice.
 */
public final class Messages {

    /** The first one stands in for all that are missing. */
    static final List<Locale> LANGUAGES =
            List.of(Locale.ENGLISH, Locale.GERMAN, Locale.FRENCH, Locale.JAPANESE, Locale.CHINESE);

    private static final String BUNDLE = "io.sessionadmin.console.messages.console";
    private static final ResourceBundle.Control NO_FALLBACK =
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

    private final Locale locale;
    private final ResourceBundle bundle;

    public Messages(Locale locale) {
        this.locale = locale;
        // English is the bundle without a language, so that every key is found in every language.
        this.bundle = ResourceBundle.getBundle(BUNDLE, locale, Messages.class.getClassLoader(), NO_FALLBACK);
    }

    /** In the first language of the reader's that the console has. */
    static Messages forReader(Enumeration<Locale> preferred) {
        while (preferred.hasMoreElements()) {
            Locale wanted = preferred.nextElement();
            for (Locale available : LANGUAGES) {
                if (available.getLanguage().equals(wanted.getLanguage())) {
                    return new Messages(available);
                }
            }
        }
        return new Messages(LANGUAGES.get(0));
    }

    Locale locale() {
        return locale;
    }

    /** The message, or its key where it is missing: a page with a gap is better than none. */
    public String say(String key, Object... arguments) {
        try {
            return new MessageFormat(bundle.getString(key), locale).format(arguments);
        } catch (MissingResourceException e) {
            return key;
        }
    }

    /** Lets go of what the JVM keeps for this class loader. */
    static void forget() {
        ResourceBundle.clearCache(Messages.class.getClassLoader());
    }
}
