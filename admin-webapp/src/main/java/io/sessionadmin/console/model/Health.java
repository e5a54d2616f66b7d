package io.sessionadmin.console.model;

import java.time.Instant;
import java.util.List;

/**
 * What the doctor found on this node, and what its managers and stores are set to.
 *
 * @param findings the worst first
 * @param unexamined contexts that could not be examined, each with the reason
 */
public record Health(
        List<Finding> findings, List<Examined> contexts, List<Unexamined> unexamined, String node, Instant asOf) {

    /** A context and its effective settings. */
    public record Examined(ContextAddress.Deployed context, List<Setting> settings, long findings) {}

    /** A context about which nothing can be said. */
    public record Unexamined(ContextAddress.Deployed context, Reason reason) {}
}
