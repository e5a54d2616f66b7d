package io.sessionadmin.console.model;

import java.util.List;

/**
 * Something that an operator should know or change.
 *
 * @param context where it was found
 * @param arguments of its sentence
 * @param change the line of XML or the command that mends it; empty when it is not one line
 */
public record Finding(FindingKind kind, ContextAddress.Deployed context, List<Object> arguments, String change) {

    /** How bad it is. */
    public enum Severity {
        /** Sessions are lost, or can be. */
        DANGER,
        /** It does not work as somebody expects, or costs more. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    /** Stable, for scripts: words with hyphens. */
    public String id() {
        return kind.id();
    }

    public Severity severity() {
        return kind.severity();
    }
}
