package io.sessionadmin.testbed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Kills the processes and removes the directories of this JVM when it dies, however hard. A shell in a session of its
 * own waits for the end of its input, which the kernel closes with the JVM; it outlives Ctrl-C and kill -9.
 */
final class Reaper {
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            pids=' '
            while read -r verb what; do
              case $verb in
                watch) pids="$pids$what " ;;
                forget) case $pids in *" $what "*) pids="${pids%% $what *} ${pids#* $what }" ;; esac ;;
                remove) set -- "$@" "$what" ;;
              esac
            done
            for pid in $pids; do
              children=$(ps -o pid= --ppid "$pid" 2>/dev/null)
              kill -KILL $pid $children 2>/dev/null
            done
            [ $# = 0 ] || for again in 1 2 3 4 5; do rm -rf -- "$@" && break; sleep 0.2; done
            """;

    private static final Reaper INSTANCE = new Reaper();

    private final OutputStream orders;

    private Reaper() {
        var command = new java.util.ArrayList<>(List.of("sh", "-c", SCRIPT, "reaper"));
        if (Path.of("/usr/bin/setsid").toFile().canExecute()) {
            command.add(0, "setsid");
        }
        try {
            orders = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException("The testbed needs a POSIX shell to clean up after itself", e);
        }
    }

    static void watch(long pid) {
        INSTANCE.order("watch " + pid);
    }

    static void forget(long pid) {
        INSTANCE.order("forget " + pid);
    }

    static void remove(Path directory) {
        INSTANCE.order("remove " + Objects.requireNonNull(directory).toAbsolutePath());
    }

    /** Sends a signal by name, such as STOP or CONT, which Java itself cannot; false when the process is gone. */
    static boolean signal(String name, long pid) {
        try {
            return new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private synchronized void order(String line) {
        try {
            orders.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The reaper is gone", e);
        }
    }
}
