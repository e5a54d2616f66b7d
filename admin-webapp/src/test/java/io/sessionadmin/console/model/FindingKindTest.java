package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.console.model.Patient.Background;
import io.sessionadmin.console.model.Patient.Keeper;
import io.sessionadmin.console.model.Patient.Kind;
import io.sessionadmin.console.model.Patient.Live;
import io.sessionadmin.console.model.Patient.Storage;
import io.sessionadmin.console.model.Patient.Table;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.TableIndex;
import io.sessionadmin.table.TableLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each finding appears for a context that has the fault, and not for one that is as like to it as it can be. */
final class FindingKindTest {

    private static final ContextAddress.Deployed SHOP = new ContextAddress.Deployed("localhost", "/shop");
    private static final Keeper STRICT = new Keeper(Kind.STRICT, 1, -1, 600, -1, false, 16, true);
    private static final Keeper STOCK = new Keeper(Kind.PERSISTENT, 1, -1, 600, -1, true, 16, true);
    private static final Storage OURS =
            new Storage("io.sessionadmin.store.JdbcStore", true, false, "1.0", "listening", 10, 0, Reason.NONE);
    private static final Storage NOTHING = new Storage("", false, false, "", "", 0, 0, Reason.NONE);
    private static final TableIndex REAP = index("tomcat_sessions_reap", "app_name", "reap_after");
    private static final Table COMPLETE = new Table(
            new TableLayout(true, false, true, true),
            List.of(index("tomcat_sessions_pkey", "app_name", "session_id"), REAP));

    /** Nothing is wrong with it. */
    private static final Patient SOUND = new Patient(
            SHOP,
            STRICT,
            new Background(1, 10),
            OURS,
            COMPLETE,
            nodes(node("tc-1", "1"), node("tc-2", "2")),
            new Live(3, 8_000, List.of()),
            "1.0");

    private static final Patient SOUND_STOCK = with(SOUND, STOCK, nodes(node("tc-1", "1")));

    /**
     * @param sick has the fault
     * @param sound has it not, and is like the sick one otherwise
     */
    private record Example(Patient sick, Patient sound) {
        static Example of(Patient sound, UnaryOperator<Patient> falls) {
            return new Example(falls.apply(sound), sound);
        }
    }

    private static final Map<FindingKind, Example> EXAMPLES = Map.ofEntries(
            Map.entry(FindingKind.STORE_FAILING, storage(SOUND, failing(Reason.said("no space left")))),
            Map.entry(
                    FindingKind.NO_STORE,
                    new Example(
                            with(SOUND_STOCK, NOTHING, new Live(1, 0, List.of())),
                            with(SOUND_STOCK, NOTHING, new Live(0, 0, List.of())))),
            Map.entry(FindingKind.BACKUP_OFF, keeper(SOUND_STOCK, idle(Kind.PERSISTENT, -1, -1, 600, true))),
            Map.entry(FindingKind.BACKGROUND_OFF, background(SOUND, new Background(1, -1))),
            Map.entry(FindingKind.ACTIVITY_CHECK_OFF, keeper(SOUND_STOCK, idle(Kind.PERSISTENT, 1, -1, 600, false))),
            Map.entry(FindingKind.SWAP_BEFORE_BACKUP, keeper(SOUND_STOCK, idle(Kind.PERSISTENT, 60, -1, 59, true))),
            Map.entry(
                    FindingKind.MIN_ABOVE_MAX_IDLE_SWAP, keeper(SOUND_STOCK, idle(Kind.PERSISTENT, 1, 601, 600, true))),
            Map.entry(FindingKind.WINDOW_LARGE, background(SOUND_STOCK, new Background(6, 10))),
            Map.entry(
                    FindingKind.STOCK_MANAGER_SHARED,
                    new Example(with(SOUND, STOCK, SOUND.nodes()), with(SOUND, STOCK, nodes(node("tc-1", "1"))))),
            Map.entry(
                    FindingKind.NOT_DISTRIBUTABLE,
                    keeper(SOUND, new Keeper(Kind.STRICT, 1, -1, 600, -1, false, 16, false))),
            Map.entry(
                    FindingKind.SESSION_ID_SHORT,
                    keeper(SOUND, new Keeper(Kind.STRICT, 1, -1, 600, -1, false, 8, true))),
            Map.entry(FindingKind.SIX_COLUMNS, table(false, false, true, REAP)),
            Map.entry(FindingKind.KEY_ON_ID_ALONE, table(true, true, true, REAP)),
            Map.entry(FindingKind.NO_HANDLE_INDEX, table(true, false, false, REAP)),
            Map.entry(FindingKind.NO_REAP_INDEX, table(true, false, true)),
            Map.entry(FindingKind.INDEX_SLOWS_TOUCHES, table(true, false, true, REAP, index("mine", "last_access"))),
            Map.entry(FindingKind.NODES_UNKNOWN, cluster(ClusterNodes.unknown(Reason.said("no table")))),
            Map.entry(FindingKind.SAME_NODE_NAME, cluster(nodes(node("tc-1", "1"), node("tc-1", "2")))),
            Map.entry(
                    FindingKind.NODE_SILENT,
                    cluster(nodes(node("tc-1", "1"), node("tc-2", "2", ClusterNode.State.SILENT, 0, "1.0")))),
            Map.entry(FindingKind.SAVES_FAILING, cluster(nodes(node("tc-1", "1"), late("tc-2", 0, 3)))),
            Map.entry(FindingKind.SAVES_OVERDUE, cluster(nodes(node("tc-1", "1"), late("tc-2", 3, 0)))),
            Map.entry(
                    FindingKind.CLOCKS_APART,
                    cluster(nodes(node("tc-1", "1"), node("tc-2", "2", ClusterNode.State.ALIVE, -5, "1.0")))),
            Map.entry(
                    FindingKind.STORE_VERSIONS_DIFFER,
                    cluster(nodes(node("tc-1", "1"), node("tc-2", "2", ClusterNode.State.ALIVE, 0, "1.1")))),
            Map.entry(
                    FindingKind.CONSOLE_VERSION_DIFFERS,
                    storage(SOUND, new Storage(OURS.className(), true, false, "0.9", "listening", 10, 0, Reason.NONE))),
            Map.entry(
                    FindingKind.OTHER_COPY_OF_STORE,
                    storage(SOUND, new Storage(OURS.className(), false, true, "", "", 0, 0, Reason.NONE))),
            Map.entry(
                    FindingKind.LISTEN_DOWN,
                    storage(
                            SOUND,
                            new Storage(OURS.className(), true, false, "1.0", "deaf since 12:00", 10, 0, Reason.NONE))),
            Map.entry(
                    FindingKind.LISTEN_OFF,
                    storage(SOUND, new Storage(OURS.className(), true, false, "1.0", "off", 10, 0, Reason.NONE))),
            Map.entry(
                    FindingKind.POOL_TOO_SMALL,
                    storage(SOUND, new Storage(OURS.className(), true, false, "1.0", "listening", 3, 0, Reason.NONE))),
            Map.entry(FindingKind.SESSIONS_LARGE, live(new Live(3, 300_000, List.of()))),
            Map.entry(FindingKind.ATTRIBUTES_LEFT_OUT, live(new Live(3, 8_000, List.of("pool: not serialisable")))));

    @ParameterizedTest
    @EnumSource
    void aFaultIsFoundAndSoundnessIsNotAFault(FindingKind kind) {
        Example example = Objects.requireNonNull(EXAMPLES.get(kind), "it has no example");

        assertThat(kind.in(example.sick())).as("sick").isPresent();
        assertThat(kind.in(example.sound())).as("sound").isEmpty();
    }

    @Test
    void nothingIsFoundInASoundContext() {
        assertThat(Doctor.findings(SOUND)).isEmpty();
        assertThat(Doctor.findings(SOUND_STOCK)).isEmpty();
    }

    @Test
    void aThreadThatWaitsForAConnectionIsFoundWhateverTheSizeOfThePool() {
        Storage busy = new Storage(OURS.className(), true, false, "1.0", "listening", 50, 2, Reason.NONE);

        assertThat(FindingKind.POOL_TOO_SMALL.in(with(SOUND, busy, SOUND.live())))
                .map(FindingKind.Symptom::arguments)
                .hasValue(List.of(50, 2L));
    }

    @Test
    void aNodeThatIsBackUnderItsNameIsNotMissed() {
        ClusterNodes back = nodes(node("tc-1", "1", ClusterNode.State.SILENT, 0, "1.0"), node("tc-1", "2"));

        assertThat(FindingKind.NODE_SILENT.in(with(SOUND, STRICT, back))).isEmpty();
        assertThat(FindingKind.SAME_NODE_NAME.in(with(SOUND, STRICT, back))).isEmpty();
    }

    @Test
    void idsAreWordsWithHyphens() {
        for (FindingKind kind : FindingKind.values()) {
            assertThat(kind.id()).matches("[a-z]+(-[a-z]+)*");
        }
    }

    // ------------------------------------------------------------------ examples

    private static Storage failing(Reason reason) {
        return new Storage(OURS.className(), true, false, "1.0", "listening", 10, 0, reason);
    }

    private static Keeper idle(Kind kind, int backup, int minSwap, int maxSwap, boolean check) {
        return new Keeper(kind, backup, minSwap, maxSwap, -1, check, 16, true);
    }

    private static Example storage(Patient sound, Storage storage) {
        return new Example(with(sound, storage, sound.live()), sound);
    }

    private static Example live(Live live) {
        return new Example(with(SOUND, OURS, live), SOUND);
    }

    private static Example keeper(Patient sound, Keeper keeper) {
        return new Example(with(sound, keeper, sound.nodes()), sound);
    }

    private static Example cluster(ClusterNodes nodes) {
        return new Example(with(SOUND, STRICT, nodes), SOUND);
    }

    private static Example background(Patient sound, Background background) {
        return Example.of(
                sound,
                patient -> new Patient(
                        SHOP,
                        patient.keeper(),
                        background,
                        patient.storage(),
                        patient.table(),
                        patient.nodes(),
                        patient.live(),
                        patient.console()));
    }

    private static Example table(boolean own, boolean keyOnIdAlone, boolean handles, TableIndex... indexes) {
        Table table = new Table(new TableLayout(own, keyOnIdAlone, handles, true), List.of(indexes));
        return Example.of(
                SOUND,
                patient -> new Patient(
                        SHOP,
                        patient.keeper(),
                        patient.background(),
                        patient.storage(),
                        table,
                        patient.nodes(),
                        patient.live(),
                        patient.console()));
    }

    private static Patient with(Patient patient, Keeper keeper, ClusterNodes nodes) {
        return new Patient(
                SHOP,
                keeper,
                patient.background(),
                patient.storage(),
                patient.table(),
                nodes,
                patient.live(),
                patient.console());
    }

    private static Patient with(Patient patient, Storage storage, Live live) {
        return new Patient(
                SHOP,
                patient.keeper(),
                patient.background(),
                storage,
                patient.table(),
                patient.nodes(),
                live,
                patient.console());
    }

    private static TableIndex index(String name, String... columns) {
        return new TableIndex(name, Set.of(columns), "create index " + name);
    }

    private static ClusterNodes nodes(ClusterNode... nodes) {
        return new ClusterNodes(List.of(nodes), "1", Reason.NONE);
    }

    private static ClusterNode late(String name, long overdue, long failing) {
        var origin = node(name, "2").report().origin();
        var report = new NodeReport(
                origin, Duration.ofMinutes(1), 0, 3, 3, overdue, failing, Duration.ofSeconds(90), "disk full", true);
        return new ClusterNode(report, Duration.ofSeconds(3), Duration.ZERO, ClusterNode.State.ALIVE);
    }

    private static ClusterNode node(String name, String instance) {
        return node(name, instance, ClusterNode.State.ALIVE, 0, "1.0");
    }

    private static ClusterNode node(String name, String instance, ClusterNode.State state, long ahead, String version) {
        var origin = new NodeReport.Origin(
                "/Catalina/localhost/shop", name, instance, "11.0.21", version, "strict", 1, Duration.ZERO);
        var report = new NodeReport(origin, Duration.ofMinutes(1), 0, 0, 0, 0, 0, null, "", true);
        return new ClusterNode(report, Duration.ofSeconds(3), Duration.ofSeconds(ahead), state);
    }
}
