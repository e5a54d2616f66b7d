package io.sessionadmin.console;

import io.sessionadmin.console.model.AuditTrail;
import io.sessionadmin.console.model.EngineSessions;
import io.sessionadmin.console.model.Invalidations;
import jakarta.servlet.ServletContext;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * All that exists while the console is in service.
 *
 * @param version of the WAR; empty when it was not built by Maven
 */
public record Console(
        EngineSessions sessions,
        Invalidations invalidations,
        AuditTrail audit,
        Templates templates,
        CsrfToken csrf,
        Clock clock,
        String stylesheet,
        String icon,
        String version) {

    private static final String ATTRIBUTE = Console.class.getName();

    void offerTo(ServletContext application) {
        application.setAttribute(ATTRIBUTE, this);
    }

    /** For the servlets beside the console's own; null while it is not in service. */
    public static @Nullable Console of(ServletContext application) {
        return application.getAttribute(ATTRIBUTE) instanceof Console console ? console : null;
    }
}
