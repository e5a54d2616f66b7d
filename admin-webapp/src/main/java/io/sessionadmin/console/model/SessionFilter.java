package io.sessionadmin.console.model;

import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.table.Handle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions somebody looks for. A condition that is null or {@link Bounds#NONE} takes all; a session has to meet each
 * of the others. What is not known of a session meets no condition on it.
 *
 * @param backup of live sessions of this node: of others it is not known
 * @param user the whole name
 * @param node that has the session in memory, or else saved it last
 * @param handlePrefix lower-case hexadecimal digits
 * @param idle seconds since the last access
 * @param age seconds since the session was created
 * @param size bytes of the saved copy
 * @param attribute the whole name of one that the session has
 */
public record SessionFilter(
        @Nullable SessionState state,
        @Nullable Backup backup,
        @Nullable String user,
        @Nullable String node,
        @Nullable String handlePrefix,
        Bounds idle,
        Bounds age,
        Bounds size,
        @Nullable String attribute) {

    public static final SessionFilter NONE =
            new SessionFilter(null, null, null, null, null, Bounds.NONE, Bounds.NONE, Bounds.NONE, null);

    /** That of one session, which several contexts may have. */
    public static SessionFilter of(Handle handle) {
        return new SessionFilter(null, null, null, null, handle.hex(), Bounds.NONE, Bounds.NONE, Bounds.NONE, null);
    }

    /** Those in a state. */
    public static SessionFilter of(SessionState state) {
        return new SessionFilter(state, null, null, null, null, Bounds.NONE, Bounds.NONE, Bounds.NONE, null);
    }

    /** Live ones whose saved copy stands so. */
    public static SessionFilter of(Backup backup) {
        return new SessionFilter(null, backup, null, null, null, Bounds.NONE, Bounds.NONE, Bounds.NONE, null);
    }

    static final Set<String> NAMES = Set.of(
            "state",
            "backup",
            "user",
            "node",
            "q",
            "idleOver",
            "idleUnder",
            "ageOver",
            "ageUnder",
            "sizeOver",
            "sizeUnder",
            "attribute");

    /** Those of all conditions. */
    public static Set<String> names() {
        return NAMES;
    }

    /** How the saved copy of a live session stands. */
    public enum Backup {
        /** The latest access is not in the store: pending, overdue, failing and never saved. */
        AT_RISK,
        CURRENT,
        PENDING,
        OVERDUE,
        FAILING,
        NEVER;

        public String word() {
            return this == AT_RISK ? "atRisk" : name().toLowerCase(Locale.ROOT);
        }

        boolean takes(SessionBackup.State state) {
            return this == AT_RISK
                    ? state != SessionBackup.State.CURRENT
                    : state.name().equals(name());
        }
    }

    /**
     * Reads the filter out of the parameters of a request.
     *
     * @param others parameters that somebody else reads; any other one is refused, so that a misspelt condition takes not all
     */
    public static SessionFilter parse(Map<String, String[]> parameters, Set<String> others)
            throws BadParameterException {
        return parse(new Parameters(parameters, NAMES, others));
    }

    static SessionFilter parse(Parameters given) throws BadParameterException {
        return new SessionFilter(
                state(given),
                backup(given),
                given.textOrNull("user"),
                given.textOrNull("node"),
                handlePrefix(given),
                given.durations("idleOver", "idleUnder"),
                given.durations("ageOver", "ageUnder"),
                given.sizes("sizeOver", "sizeUnder"),
                given.textOrNull("attribute"));
    }

    private static @Nullable SessionState state(Parameters given) throws BadParameterException {
        String text = given.textOrNull("state");
        if (text == null) {
            return null;
        }
        return Stream.of(SessionState.values())
                .filter(state -> state.word().equals(text))
                .findFirst()
                .orElseThrow(() -> new BadParameterException(
                        "state",
                        Reason.of(
                                "refused.choice",
                                "state",
                                String.join(
                                        ", ",
                                        Stream.of(SessionState.values())
                                                .map(SessionState::word)
                                                .toList()))));
    }

    private static @Nullable Backup backup(Parameters given) throws BadParameterException {
        String text = given.textOrNull("backup");
        if (text == null) {
            return null;
        }
        return Stream.of(Backup.values())
                .filter(backup -> backup.word().equals(text))
                .findFirst()
                .orElseThrow(() -> new BadParameterException(
                        "backup",
                        Reason.of(
                                "refused.choice",
                                "backup",
                                String.join(
                                        ", ",
                                        Stream.of(Backup.values())
                                                .map(Backup::word)
                                                .toList()))));
    }

    private static @Nullable String handlePrefix(Parameters given) throws BadParameterException {
        String text = given.textOrNull("q");
        if (text != null && !text.matches("[0-9a-f]{1,32}")) {
            throw new BadParameterException("q", Reason.of("refused.handle"));
        }
        return text;
    }

    /** A condition as a link carries it. */
    public record Parameter(String name, String value) {}

    /** This filter as parameters that {@link #parse} reads back; none for {@link #NONE}. */
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        add(all, "state", state == null ? null : state.word());
        add(all, "backup", backup == null ? null : backup.word());
        add(all, "user", user);
        add(all, "node", node);
        add(all, "q", handlePrefix);
        add(all, "idleOver", duration(idle.over()));
        add(all, "idleUnder", duration(idle.under()));
        add(all, "ageOver", duration(age.over()));
        add(all, "ageUnder", duration(age.under()));
        add(all, "sizeOver", size(size.over()));
        add(all, "sizeUnder", size(size.under()));
        add(all, "attribute", attribute);
        return all;
    }

    private static void add(List<Parameter> all, String name, @Nullable String value) {
        if (value != null) {
            all.add(new Parameter(name, value));
        }
    }

    private static @Nullable String duration(@Nullable Long seconds) {
        return seconds == null ? null : Parameters.duration(seconds);
    }

    private static @Nullable String size(@Nullable Long bytes) {
        return bytes == null ? null : Parameters.size(bytes);
    }

    /** Whether it takes all sessions. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /** The same without one condition, by the name of its parameter. */
    public SessionFilter without(String name) {
        return new SessionFilter(
                name.equals("state") ? null : state,
                name.equals("backup") ? null : backup,
                name.equals("user") ? null : user,
                name.equals("node") ? null : node,
                name.equals("q") ? null : handlePrefix,
                without(idle, name, "idle"),
                without(age, name, "age"),
                without(size, name, "size"),
                name.equals("attribute") ? null : attribute);
    }

    private static Bounds without(Bounds bounds, String name, String subject) {
        return new Bounds(
                name.equals(subject + "Over") ? null : bounds.over(),
                name.equals(subject + "Under") ? null : bounds.under());
    }

    /** Whether a session meets all conditions but the one on its attributes. */
    boolean takes(SessionEntry entry, Instant now) {
        boolean valid = entry.state() != SessionState.INVALIDATED;
        return (state == null || state == entry.state())
                && takesBackup(entry)
                && (user == null || entry.user().filter(user::equals).isPresent())
                && (node == null || entry.node().filter(node::equals).isPresent())
                && (handlePrefix == null || entry.handle().hex().startsWith(handlePrefix))
                && (!idle.isGiven() || (valid && idle.contain(seconds(entry.lastAccess(), now))))
                && (!age.isGiven()
                        || entry.created()
                                .filter(created -> age.contain(seconds(created, now)))
                                .isPresent())
                && (!size.isGiven() || entry.bytes().filter(size::contain).isPresent());
    }

    private boolean takesBackup(SessionEntry entry) {
        if (backup == null) {
            return true;
        }
        SessionEntry.LiveBackup known = entry.backup();
        return entry.state() == SessionState.LIVE
                && known != null
                && known.state() != null
                && backup.takes(known.state());
    }

    private static long seconds(Instant since, Instant now) {
        return Duration.between(since, now).toSeconds();
    }
}
