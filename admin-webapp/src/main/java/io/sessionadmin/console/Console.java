package io.sessionadmin.console;

import io.sessionadmin.console.model.EngineSessions;
import java.time.Clock;

/** All that exists while the console is in service. */
record Console(
        EngineSessions sessions, Templates templates, CsrfToken csrf, Clock clock, String stylesheet, String icon) {}
