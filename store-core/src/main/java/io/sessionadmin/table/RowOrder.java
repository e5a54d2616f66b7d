package io.sessionadmin.table;

/** By what rows are put in order, as {@link SortKey} says; the handle decides between equal ones. */
public enum RowOrder {
    HANDLE("0"),
    IDLE_LONGEST("last_access"),
    IDLE_SHORTEST("-last_access"),
    OLDEST("coalesce(found_created, 9223372036854775807)"),
    YOUNGEST("coalesce(-found_created, 9223372036854775807)"),
    EXPIRES_SOONEST(expires("")),
    EXPIRES_LATEST(expires("-")),
    LARGEST("-found_bytes"),
    SMALLEST("found_bytes"),
    USER("case when found_user is null then 9223372036854775807 else 0 end"),
    USER_BACKWARDS(USER.number);

    /** An expression over a row that was looked at. */
    final String number;

    RowOrder(String number) {
        this.number = number;
    }

    /** What never expires is the last in both directions. */
    private static String expires(String sign) {
        return "case when valid_session <> '0' and max_inactive > 0 then " + sign
                + "(last_access + max_inactive::bigint * 1000) else 9223372036854775807 end";
    }

    /** Bytes, as Java and every collation agree upon their order. */
    String text() {
        return this == USER || this == USER_BACKWARDS
                ? "coalesce(convert_to(found_user, 'UTF8'), ''::bytea)"
                : "''::bytea";
    }

    boolean isBackwards() {
        return this == USER_BACKWARDS;
    }

    boolean readsStreams() {
        return this == OLDEST || this == YOUNGEST;
    }
}
