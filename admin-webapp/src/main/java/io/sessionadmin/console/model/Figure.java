package io.sessionadmin.console.model;

/**
 * A number that says how far it can be trusted. What is not known is never 0.
 *
 * @param value without meaning when unknown
 * @param reason why it is not exact; none for an exact number, or when there is nothing to say
 */
public record Figure(long value, Certainty certainty, Reason reason) {

    /** How far the number can be trusted. */
    public enum Certainty {
        EXACT,
        /** About. */
        ESTIMATE,
        /** A part of it is not known. */
        AT_LEAST,
        UNKNOWN
    }

    public static final Figure ZERO = exact(0);

    public static Figure exact(long value) {
        return new Figure(value, Certainty.EXACT, Reason.NONE);
    }

    public static Figure estimate(long value, Reason reason) {
        return new Figure(value, Certainty.ESTIMATE, reason);
    }

    public static Figure unknown(Reason reason) {
        return new Figure(0, Certainty.UNKNOWN, reason);
    }

    /** The same number, not exact for this reason; when there is none, or it is not exact anyway, as it is. */
    Figure doubted(Reason doubt) {
        return doubt.isGiven() && certainty == Certainty.EXACT ? estimate(value, doubt) : this;
    }

    public boolean isKnown() {
        return certainty != Certainty.UNKNOWN;
    }

    /** Whether there is at least one. */
    public boolean isPositive() {
        return isKnown() && value > 0;
    }

    /** The sum; when one of the two is unknown, it is at least the other, and unknown when that is nothing. */
    public Figure plus(Figure other) {
        if (!isKnown() && !other.isPositive()) {
            return this;
        }
        if (!other.isKnown() && !isPositive()) {
            return other;
        }
        Certainty worse = certainty.compareTo(other.certainty) < 0 ? other.certainty : certainty;
        Certainty sum = isKnown() && other.isKnown() ? worse : Certainty.AT_LEAST;
        return new Figure(value + other.value, sum, reason.isGiven() ? reason : other.reason);
    }

    /** This number less some that were counted elsewhere; never below 0. */
    public Figure minus(long counted) {
        return isKnown() ? new Figure(Math.max(0, value - counted), certainty, reason) : this;
    }
}
