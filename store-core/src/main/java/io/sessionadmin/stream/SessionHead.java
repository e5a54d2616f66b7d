package io.sessionadmin.stream;

import org.jspecify.annotations.Nullable;

/**
 * What Tomcat writes of a session in front of its attributes; times are milliseconds since the epoch.
 *
 * @param maxInactiveInterval seconds; zero or less: never expires
 * @param authType null when nobody is logged in or the manager does not persist authentication
 * @param principalName null when there is no principal or its class has no string field {@code name}
 * @param principalClass the class that stands in the stream; {@code GenericPrincipal} for the form that Tomcat gives it there
 */
public record SessionHead(
        long creationTime,
        long lastAccessedTime,
        int maxInactiveInterval,
        boolean isNew,
        boolean isValid,
        long thisAccessedTime,
        String id,
        @Nullable String authType,
        @Nullable String principalName,
        @Nullable String principalClass) {

    /** Leaves out the id, which is a credential, and the user. */
    @Override
    public String toString() {
        return "SessionHead[creationTime=" + creationTime + ", lastAccessedTime=" + lastAccessedTime
                + ", maxInactiveInterval=" + maxInactiveInterval + ", isNew=" + isNew + ", isValid=" + isValid
                + ", thisAccessedTime=" + thisAccessedTime + ", principalClass=" + principalClass + "]";
    }
}
