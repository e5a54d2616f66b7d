package io.sessionadmin.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;

/**
 * What a user of the console may do, and the roles of which each lets them: those of Tomcat's Manager, and finer ones
 * below them. The constraints in web.xml keep everybody from the paths of which they have no role at all.
 */
public enum Permission {
    /** See all pages, but no value of an attribute. */
    VIEW("manager-gui", "session-viewer", "session-operator"),
    /** Change something: end sessions, save them, remove an attribute. */
    OPERATE("manager-gui", "session-operator"),
    /** See the values of attributes, where something else lets them see the session. */
    SEE_VALUES("session-values"),
    /** Ask and act through /text and /api. */
    SCRIPT("manager-script"),
    /** Read /metrics. */
    STATUS("manager-status");

    private final String roles;

    Permission(String... roles) {
        this.roles = String.join(", ", roles);
    }

    public boolean isGranted(HttpServletRequest request) {
        return Arrays.stream(roles.split(", ", -1)).anyMatch(request::isUserInRole);
    }

    /** The names of the roles, for people. */
    String roles() {
        return roles;
    }
}
