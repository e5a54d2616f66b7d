package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TomcatNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Some clients that ask as fast as they are answered, each over a connection of its own to each node. As plain as they
 * can be: they share the machine with what is measured.
 */
final class HttpCrew {

    /**
     * What a node said.
     *
     * @param cookie the session's, when it was set
     * @param text when it was short, else nothing
     */
    record Answer(int status, @Nullable String cookie, int bytes, String text) {

        void expectText(String expected) {
            if (!text.trim().equals(expected)) {
                throw new IllegalStateException(status + ", and not " + expected);
            }
        }

        void discard() {
            if (status >= 500) {
                throw new IllegalStateException("The answer is " + status);
            }
        }
    }

    /** One request of many. */
    @FunctionalInterface
    interface Asking {
        void ask(int number) throws Exception;
    }

    /** Of a text that is kept, bytes. */
    private static final int SHORT = 200;

    /** Tomcat closes a connection that was not used for twice as long. */
    private static final long IDLE_NANOS = 10_000_000_000L;

    private static final ThreadLocal<Map<Integer, Wire>> WIRES = ThreadLocal.withInitial(HashMap::new);

    private final int clients;

    HttpCrew(int clients) {
        this.clients = clients;
    }

    /** Asks so many times, all clients together. Answers how long each took, and all. */
    Crew.Shift run(int requests, Asking asking) throws Exception {
        long[] nanos = new long[requests];
        AtomicInteger next = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> working = new ArrayList<>();
            long began = System.nanoTime();
            for (int i = 0; i < clients; i++) {
                working.add(executor.submit(() -> {
                    for (int number = next.getAndIncrement(); number < requests; number = next.getAndIncrement()) {
                        long before = System.nanoTime();
                        asking.ask(number);
                        nanos[number] = System.nanoTime() - before;
                    }
                    close();
                    return null;
                }));
            }
            for (Future<?> work : working) {
                work.get();
            }
            return new Crew.Shift(new Latencies(nanos), (System.nanoTime() - began) / 1e9, 0);
        } finally {
            executor.shutdown();
        }
    }

    /** @param user with a password of the node; null: nobody */
    Answer get(TomcatNode node, String path, @Nullable String user) throws IOException {
        String credentials = user == null
                ? ""
                : "Authorization: Basic "
                        + Base64.getEncoder()
                                .encodeToString((user + ":" + node.password()).getBytes(StandardCharsets.UTF_8))
                        + "\r\n";
        return ask(node, path, credentials);
    }

    /** @param session the cookie; null: none */
    Answer visit(TomcatNode node, String path, @Nullable String session) throws IOException {
        return ask(node, path, session == null ? "" : "Cookie: JSESSIONID=" + session + "\r\n");
    }

    private static Answer ask(TomcatNode node, String path, String header) throws IOException {
        int port = node.uri("/").getPort();
        Wire wire = WIRES.get().get(port);
        if (wire == null || wire.isUsedUp()) {
            wire = new Wire(port);
            WIRES.get().put(port, wire);
        }
        return wire.ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n");
    }

    private static void close() throws IOException {
        for (Wire wire : WIRES.get().values()) {
            wire.socket.close();
        }
        WIRES.remove();
    }

    /** A connection that is kept alive as long as Tomcat does. */
    private static final class Wire {

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private boolean usedUp;
        private long lastUsed = System.nanoTime();

        Wire(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(120_000);
            in = new BufferedInputStream(socket.getInputStream(), 16_384);
            out = socket.getOutputStream();
        }

        boolean isUsedUp() {
            return usedUp || System.nanoTime() - lastUsed > IDLE_NANOS;
        }

        Answer ask(String request) throws IOException {
            out.write(request.getBytes(StandardCharsets.UTF_8));
            int status = Integer.parseInt(line().substring(9, 12));
            int length = -1;
            boolean chunked = false;
            String cookie = null;
            for (String line = line(); !line.isEmpty(); line = line()) {
                String lower = line.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).trim());
                } else if (lower.startsWith("transfer-encoding:")) {
                    chunked = true;
                } else if (lower.startsWith("set-cookie: jsessionid=")) {
                    int end = line.indexOf(';');
                    cookie = line.substring(23, end < 0 ? line.length() : end);
                } else if (lower.equals("connection: close")) {
                    usedUp = true;
                }
            }
            String text = "";
            if (!chunked && length >= 0 && length <= SHORT) {
                text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                length -= text.length();
            }
            int bytes = text.length() + (chunked ? chunks() : skip(Math.max(0, length)));
            if (usedUp) {
                socket.close();
            }
            lastUsed = System.nanoTime();
            return new Answer(status, cookie, bytes, text);
        }

        private int chunks() throws IOException {
            int all = 0;
            while (true) {
                int size = Integer.parseInt(line().trim(), 16);
                all += skip(size);
                line();
                if (size == 0) {
                    return all;
                }
            }
        }

        private int skip(int bytes) throws IOException {
            in.skipNBytes(bytes);
            return bytes;
        }

        private String line() throws IOException {
            StringBuilder text = new StringBuilder(80);
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("The connection has ended");
                }
                if (c != '\r') {
                    text.append((char) c);
                }
            }
            return text.toString();
        }
    }
}
