package io.sessionadmin.console.model;

import io.sessionadmin.console.model.Finding.Severity;
import io.sessionadmin.console.model.Patient.Keeper;
import io.sessionadmin.console.model.Patient.Kind;
import io.sessionadmin.table.ClusterNode;
import io.sessionadmin.table.NodeReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What the doctor looks for: each kind judges what is known of a context, and says what to change. The words are the
 * message {@code finding.} and the name.
 */
public enum FindingKind {
    STORE_FAILING(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.storage().failure().isGiven(), "", patient.storage().failure());
        }
    },
    NO_STORE(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            boolean none = keeper.kind() == Kind.STANDARD
                    || (keeper.isPersistent() && patient.storage().className().isEmpty());
            return when(
                    none && patient.live().sessions() > 0,
                    "<Manager className=\"io.sessionadmin.store.SharedPersistentManager\"><Store"
                            + " className=\"io.sessionadmin.store.JdbcStore\" connectionURL=\"jdbc:postgresql://host/database\"/></Manager>",
                    patient.live().sessions());
        }
    },
    BACKUP_OFF(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            boolean background = keeper.kind() == Kind.PERSISTENT || keeper.kind() == Kind.STICKY;
            return when(
                    background && hasStore(patient) && keeper.maxIdleBackup() < 0,
                    "<Manager maxIdleBackup=\"1\" .../>");
        }
    },
    BACKGROUND_OFF(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.keeper().kind() != Kind.NONE
                            && patient.keeper().kind() != Kind.UNKNOWN
                            && patient.background().pass() <= 0,
                    "<Engine backgroundProcessorDelay=\"10\" .../>");
        }
    },
    ACTIVITY_CHECK_OFF(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            return when(
                    keeper.kind() == Kind.PERSISTENT && keeper.swaps() && !keeper.activityCheck(),
                    "<Manager sessionActivityCheck=\"true\" .../>");
        }
    },
    SWAP_BEFORE_BACKUP(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            return when(
                    keeper.isPersistent()
                            && keeper.maxIdleSwap() >= 0
                            && keeper.maxIdleBackup() >= 0
                            && keeper.maxIdleSwap() < keeper.maxIdleBackup(),
                    "<Manager maxIdleBackup=\"" + keeper.maxIdleBackup() + "\" maxIdleSwap=\""
                            + (keeper.maxIdleBackup() + 60) + "\" .../>",
                    keeper.maxIdleSwap(),
                    keeper.maxIdleBackup());
        }
    },
    MIN_ABOVE_MAX_IDLE_SWAP(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            return when(
                    keeper.isPersistent() && keeper.maxIdleSwap() >= 0 && keeper.minIdleSwap() > keeper.maxIdleSwap(),
                    "<Manager minIdleSwap=\"-1\" maxIdleSwap=\"" + keeper.maxIdleSwap() + "\" .../>",
                    keeper.minIdleSwap(),
                    keeper.maxIdleSwap());
        }
    },
    WINDOW_LARGE(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Keeper keeper = patient.keeper();
            long pass = patient.background().pass();
            return when(
                    keeper.isPersistent()
                            && keeper.kind() != Kind.STRICT
                            && keeper.maxIdleBackup() >= 0
                            && pass > Math.max(10, keeper.maxIdleBackup()),
                    "<Manager processExpiresFrequency=\"1\" .../>",
                    keeper.maxIdleBackup(),
                    keeper.maxIdleBackup() + pass,
                    patient.background().processExpiresFrequency(),
                    patient.background().delay());
        }
    },
    STOCK_MANAGER_SHARED(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.keeper().kind() == Kind.PERSISTENT
                            && !patient.nodes().others().isEmpty(),
                    "<Manager className=\"io.sessionadmin.store.SharedPersistentManager\" .../>",
                    patient.nodes().others().size() + 1);
        }
    },
    NOT_DISTRIBUTABLE(Severity.NOTE) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    hasStore(patient)
                            && !patient.keeper().distributable()
                            && (patient.keeper().isShared()
                                    || !patient.nodes().others().isEmpty()),
                    "<distributable/>");
        }
    },
    SESSION_ID_SHORT(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            int length = patient.keeper().idLength();
            return when(length > 0 && length < 16, "<SessionIdGenerator sessionIdLength=\"16\"/>", length);
        }
    },
    SIX_COLUMNS(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            var layout = patient.table().layout();
            return when(layout != null && !layout.ownColumns(), UPGRADE);
        }
    },
    KEY_ON_ID_ALONE(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            var layout = patient.table().layout();
            return when(layout != null && layout.keyOnIdAlone(), UPGRADE);
        }
    },
    NO_HANDLE_INDEX(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            var layout = patient.table().layout();
            return when(layout != null && !layout.handleIndex(), UPGRADE);
        }
    },
    NO_REAP_INDEX(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            var layout = patient.table().layout();
            boolean there = patient.table().indexes().stream()
                    .anyMatch(index -> index.columns().contains("reap_after"));
            return when(layout != null && layout.ownColumns() && !there, UPGRADE);
        }
    },
    INDEX_SLOWS_TOUCHES(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return patient.table().indexes().stream()
                    .filter(index -> index.columns().stream().anyMatch(WRITTEN_BY_EACH_TOUCH::contains))
                    .findFirst()
                    .map(index -> new Symptom("drop index " + index.name() + ";", List.of(index.name())));
        }
    },
    NODES_UNKNOWN(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.storage().ours()
                            && !patient.storage().failure().isGiven()
                            && !patient.nodes().isKnown(),
                    UPGRADE,
                    patient.nodes().unknown());
        }
    },
    SAME_NODE_NAME(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Set<String> seen = new TreeSet<>();
            return patient.nodes().nodes().stream()
                    .filter(ClusterNode::alive)
                    .map(node -> node.report().origin().node())
                    .filter(name -> !seen.add(name))
                    .findFirst()
                    .map(name -> new Symptom("<Engine jvmRoute=\"" + name + "-2\" .../>", List.of(name)));
        }
    },
    NODE_SILENT(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            String silent = patient.nodes().nodes().stream()
                    .filter(node -> node.state() == ClusterNode.State.SILENT)
                    .map(node -> node.report().origin().node())
                    .filter(name -> !patient.nodes().isAlive(name))
                    .distinct()
                    .limit(5)
                    .collect(Collectors.joining(", "));
            return when(!silent.isEmpty(), "", silent);
        }
    },
    SAVES_FAILING(Severity.DANGER) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return onNodes(patient, NodeReport::failing, report -> report.failure() == null ? "" : report.failure());
        }
    },
    SAVES_OVERDUE(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return onNodes(
                    patient,
                    NodeReport::overdue,
                    report -> report.oldestUnsaved() == null
                            ? ""
                            : report.oldestUnsaved().toSeconds() + " s");
        }
    },
    CLOCKS_APART(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return patient.nodes().nodes().stream()
                    .filter(ClusterNode::alive)
                    .filter(node -> node.clockAhead().abs().compareTo(CLOCKS) > 0)
                    .findFirst()
                    .map(node -> new Symptom(
                            "timedatectl set-ntp true",
                            List.of(
                                    node.report().origin().node(),
                                    node.clockAhead().abs().toSeconds(),
                                    node.clockAhead().isNegative() ? 0 : 1)));
        }
    },
    STORE_VERSIONS_DIFFER(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            Set<String> versions = new TreeSet<>();
            patient.nodes().nodes().stream()
                    .filter(ClusterNode::alive)
                    .map(node -> node.report().origin().store())
                    .filter(version -> !version.equals("unknown"))
                    .forEach(versions::add);
            return when(versions.size() > 1, "", String.join(", ", versions));
        }
    },
    CONSOLE_VERSION_DIFFERS(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            String store = patient.storage().version();
            String console = patient.console();
            return when(
                    !store.isEmpty() && !console.isEmpty() && !store.equals("unknown") && !store.equals(console),
                    "",
                    console,
                    store);
        }
    },
    OTHER_COPY_OF_STORE(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.storage().otherCopy(),
                    "<Context privileged=\"true\"><Loader delegate=\"true\"/></Context>");
        }
    },
    LISTEN_DOWN(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.storage().listenState().startsWith("deaf"),
                    "",
                    patient.storage().listenState());
        }
    },
    LISTEN_OFF(Severity.NOTE) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(
                    patient.storage().listenState().equals("off"),
                    "<Store connectionURL=\"jdbc:postgresql://host/database\" .../>");
        }
    },
    POOL_TOO_SMALL(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            int size = patient.storage().poolSize();
            long waiting = patient.storage().waiting();
            return when(
                    waiting > 0 || (size > 0 && size < 4 && patient.keeper().isShared()),
                    "<Store maximumPoolSize=\"" + Math.max(10, size * 2) + "\" .../>",
                    size,
                    Math.max(0, waiting));
        }
    },
    SESSIONS_LARGE(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            return when(patient.live().largest() > LARGE, "", patient.live().largest() / 1_000);
        }
    },
    ATTRIBUTES_LEFT_OUT(Severity.WARNING) {
        @Override
        Optional<Symptom> in(Patient patient) {
            List<String> leftOut = new ArrayList<>(patient.live().leftOut());
            int more = leftOut.size() - NAMED;
            String named = String.join("; ", leftOut.subList(0, Math.min(NAMED, leftOut.size())));
            return when(!leftOut.isEmpty(), "implements java.io.Serializable", named, Math.max(0, more));
        }
    };

    private static final String UPGRADE = "psql -v ON_ERROR_STOP=1 --single-transaction -f upgrade-from-tomcat.sql";

    /** Updates of these alone must stay heap-only: a touch writes them, or a save of what is as long as before. */
    private static final Set<String> WRITTEN_BY_EACH_TOUCH = Set.of("last_access", "version", "saved_at");

    private static final Duration CLOCKS = Duration.ofSeconds(2);
    private static final long LARGE = 256_000;
    private static final int NAMED = 5;

    /**
     * What a kind has found.
     *
     * @param change the line that mends it
     */
    record Symptom(String change, List<Object> arguments) {}

    private final Severity severity;

    FindingKind(Severity severity) {
        this.severity = severity;
    }

    /** Judges a context; empty when all is well. */
    abstract Optional<Symptom> in(Patient patient);

    public Severity severity() {
        return severity;
    }

    /** Stable, for scripts: words with hyphens. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Nodes that told of such sessions last: each with how many, and what it says about them; and how long ago that was. */
    private static Optional<Symptom> onNodes(
            Patient patient, ToLongFunction<NodeReport> count, Function<NodeReport, String> more) {
        List<ClusterNode> told = patient.nodes().nodes().stream()
                .filter(ClusterNode::alive)
                .filter(node -> count.applyAsLong(node.report()) > 0)
                .toList();
        String named = told.stream()
                .limit(NAMED)
                .map(ClusterNode::report)
                .map(report -> report.origin().node() + ": " + count.applyAsLong(report)
                        + (more.apply(report).isEmpty() ? "" : " (" + more.apply(report) + ")"))
                .collect(Collectors.joining("; "));
        long age = told.stream()
                .mapToLong(node -> node.heartbeatAge().toSeconds())
                .max()
                .orElse(0);
        return when(!told.isEmpty(), "", named, age);
    }

    private static boolean hasStore(Patient patient) {
        return patient.keeper().isPersistent() && !patient.storage().className().isEmpty();
    }

    private static Optional<Symptom> when(boolean found, String change, Object... arguments) {
        return found ? Optional.of(new Symptom(change, List.of(arguments))) : Optional.empty();
    }
}
