package io.sessionadmin.table;

/**
 * The primary key of a stored session. Two contexts may use the same id.
 *
 * @param context the name of the context as Tomcat's stores write it: {@code /Engine/host/path##version}
 * @param id the session id, a credential: {@link #toString()} does not show it
 */
public record SessionKey(String context, String id) {

    /** One-way name of this session for people, logs and URLs. */
    public Handle handle() {
        return Handle.of(id);
    }

    @Override
    public String toString() {
        return context + " " + handle().brief();
    }
}
