package io.sessionadmin.testbed.bench;

import java.util.Locale;
import org.apache.catalina.util.ServerInfo;

/** On what was measured, as far as it matters for ratios. */
final class Machine {

    private Machine() {}

    static String describe(Options options) {
        return String.format(
                Locale.ROOT,
                "%d cores, %s %s, Java %s, PostgreSQL 18 with fsync and synchronous_commit on, Tomcat %s; %d rounds%s.",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.version"),
                ServerInfo.getServerNumber(),
                options.rounds(),
                options.quick() ? ", quick" : "");
    }
}
