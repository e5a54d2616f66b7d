package io.sessionadmin.console.model;

import io.sessionadmin.console.model.Patient.Background;
import io.sessionadmin.console.model.Patient.Keeper;
import io.sessionadmin.console.model.Patient.Kind;
import io.sessionadmin.console.model.Patient.Live;
import io.sessionadmin.console.model.Patient.Storage;
import io.sessionadmin.console.model.Patient.Table;
import io.sessionadmin.store.JdbcStore;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.store.SharedPersistentManager;
import io.sessionadmin.store.StoreFailure;
import io.sessionadmin.table.NodeReport;
import io.sessionadmin.table.StoreUnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.Store;
import org.apache.catalina.session.ManagerBase;
import org.apache.catalina.session.PersistentManagerBase;
import org.apache.catalina.session.StandardManager;

/** Examines contexts: asks their managers and stores for settings, and {@link FindingKind} what is wrong with them. */
final class Doctor {

    /** So many attributes that can't be saved are named. */
    private static final int LEFT_OUT_AT_MOST = 100;

    private Doctor() {}

    static Health examine(List<DeployedContext> contexts, String node, String consoleVersion, Instant now) {
        List<Finding> findings = new ArrayList<>();
        List<Health.Examined> examined = new ArrayList<>();
        List<Health.Unexamined> unexamined = new ArrayList<>();
        for (DeployedContext context : contexts) {
            try {
                List<Finding> found = findings(patient(context, consoleVersion, now));
                findings.addAll(found);
                examined.add(
                        new Health.Examined(context.address(), EffectiveSettings.of(context.context()), found.size()));
            } catch (RuntimeException | LinkageError e) {
                unexamined.add(new Health.Unexamined(context.address(), Reason.threw(e)));
            }
        }
        findings.sort(Comparator.comparing(Finding::severity).thenComparing(Finding::kind));
        return new Health(List.copyOf(findings), examined, unexamined, node, now);
    }

    static List<Finding> findings(Patient patient) {
        List<Finding> findings = new ArrayList<>();
        for (FindingKind kind : FindingKind.values()) {
            kind.in(patient)
                    .map(symptom -> new Finding(kind, patient.address(), symptom.arguments(), symptom.change()))
                    .ifPresent(findings::add);
        }
        return findings;
    }

    static Patient patient(DeployedContext context, String consoleVersion, Instant now) {
        return new Patient(
                context.address(),
                keeper(context.context()),
                background(context.context()),
                storage(context),
                table(context),
                context.nodes(),
                live(context, now),
                consoleVersion);
    }

    private static Keeper keeper(Context context) {
        Manager manager = context.getManager();
        PersistentManagerBase persistent = manager instanceof PersistentManagerBase base ? base : null;
        ManagerBase tomcats = manager instanceof ManagerBase base ? base : null;
        return new Keeper(
                kind(manager),
                persistent == null ? -1 : persistent.getMaxIdleBackup(),
                persistent == null ? -1 : persistent.getMinIdleSwap(),
                persistent == null ? -1 : persistent.getMaxIdleSwap(),
                tomcats == null ? -1 : tomcats.getMaxActiveSessions(),
                tomcats != null && tomcats.getSessionActivityCheck(),
                manager == null || manager.getSessionIdGenerator() == null
                        ? 0
                        : manager.getSessionIdGenerator().getSessionIdLength(),
                context.getDistributable());
    }

    private static Kind kind(Manager manager) {
        if (manager instanceof SharedPersistentManager shared) {
            return shared.getCoherence().equals("sticky") ? Kind.STICKY : Kind.STRICT;
        }
        if (manager instanceof PersistentManagerBase) {
            return Kind.PERSISTENT;
        }
        return manager instanceof StandardManager ? Kind.STANDARD : manager == null ? Kind.NONE : Kind.UNKNOWN;
    }

    private static Background background(Context context) {
        int delay = 0;
        for (Container container = context; container != null && delay <= 0; container = container.getParent()) {
            delay = container.getBackgroundProcessorDelay();
        }
        int frequency = context.getManager() instanceof ManagerBase manager ? manager.getProcessExpiresFrequency() : 0;
        return new Background(frequency, delay);
    }

    private static Storage storage(DeployedContext context) {
        Store store = context.store().orElse(null);
        if (store == null) {
            return new Storage("", false, false, "", "", 0, 0, Reason.NONE);
        }
        String name = store.getClass().getName();
        if (!(store instanceof JdbcStore ours)) {
            boolean otherCopy = name.equals(JdbcStore.class.getName());
            return new Storage(name, false, otherCopy, "", "", 0, 0, Reason.NONE);
        }
        return new Storage(
                name,
                true,
                false,
                ours.announcedAs().map(NodeReport.Origin::store).orElse(""),
                ours.listenState().orElse(""),
                Integer.parseInt(ours.settings().getOrDefault("maximumPoolSize", "0")),
                ours.waitingForConnections(),
                ours.failure().map(StoreFailure::reason).map(Reason::said).orElse(Reason.NONE));
    }

    private static Table table(DeployedContext context) {
        if (!(context.stored() instanceof TableSessions table)) {
            return Table.UNKNOWN;
        }
        try {
            return new Table(table.catalog().layout(), table.catalog().indexes());
        } catch (StoreUnavailableException e) {
            return Table.UNKNOWN; // said once, as the failure of the store
        }
    }

    private static Live live(DeployedContext context, Instant now) {
        long sessions = 0;
        long largest = 0;
        TreeSet<String> leftOut = new TreeSet<>();
        for (LiveSession session : context.live(now)) {
            sessions++;
            SessionBackup note = session.note();
            largest = Math.max(largest, note.bytes());
            if (leftOut.size() < LEFT_OUT_AT_MOST) {
                leftOut.addAll(note.leftOut());
            }
        }
        return new Live(sessions, largest, List.copyOf(leftOut));
    }
}
