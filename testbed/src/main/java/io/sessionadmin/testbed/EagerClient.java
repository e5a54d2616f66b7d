package io.sessionadmin.testbed;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client that knows a response to be whole with its last byte, and not a moment later: with an open connection to each
 * node, its next request is on the wire at once. It has one set of cookies for all nodes and paths, sends to a node
 * whatever header it is told to, and follows no redirect.
 */
public final class EagerClient implements AutoCloseable {
    private static final int PATIENCE_MS = 30_000;

    private final Map<TomcatNode, Socket> connections = new HashMap<>();
    private final Map<String, String> cookies = new HashMap<>();

    /** A response; the body as it came, without the frames of chunks. */
    public record Response(int status, Map<String, String> headers, String body) {}

    public Response get(TomcatNode node, String path) {
        return send(node, "GET", path, Map.of());
    }

    /** A request without a body. */
    public Response send(TomcatNode node, String method, String path, Map<String, String> headers) {
        var lines = new StringBuilder(
                method + " " + path + " HTTP/1.1\r\nHost: " + node.uri("/").getAuthority());
        lines.append("\r\nContent-Length: 0\r\n");
        if (!cookies.isEmpty()) {
            lines.append("Cookie: ")
                    .append(cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ", "", "\r\n")));
        }
        headers.forEach((name, value) -> lines.append(name + ": " + value + "\r\n"));
        try {
            Socket connection = connections.computeIfAbsent(node, EagerClient::connect);
            connection.getOutputStream().write((lines + "\r\n").getBytes(StandardCharsets.UTF_8));
            Response response = read(connection.getInputStream(), method);
            if ("close".equals(response.headers().get("connection"))) {
                connections.remove(node);
                connection.close();
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(node + " did not answer " + method + " " + path, e);
        }
    }

    @Override
    public void close() {
        try {
            for (Socket connection : connections.values()) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(TomcatNode node) {
        try {
            var socket =
                    new Socket(InetAddress.getLoopbackAddress(), node.uri("/").getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MS);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(node + " takes no connection", e);
        }
    }

    /** Byte by byte where the length is not known, so that nothing is waited for that belongs to no response. */
    private Response read(InputStream in, String method) throws IOException {
        int status = Integer.parseInt(line(in).split(" ", 3)[1]);
        var headers = new HashMap<String, String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            headers.put(name, value);
            if (name.equals("set-cookie")) {
                remember(value);
            }
        }
        @Nullable String length = headers.get("content-length");
        byte[] body;
        if (method.equals("HEAD") || status == 204 || status == 304) {
            body = new byte[0];
        } else if (length != null) {
            body = exactly(in, Integer.parseInt(length));
        } else if ("chunked".equals(headers.get("transfer-encoding"))) {
            body = chunks(in);
        } else {
            body = in.readAllBytes();
        }
        return new Response(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private void remember(String setCookie) {
        String[] pair = setCookie.split(";", 2)[0].split("=", 2);
        if (pair[1].isEmpty() || setCookie.contains("Max-Age=0")) {
            cookies.remove(pair[0]);
        } else {
            cookies.put(pair[0], pair[1]);
        }
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = -1; size != 0; ) {
            size = Integer.parseInt(line(in), 16);
            body.write(exactly(in, size));
            line(in);
        }
        return body.toByteArray();
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The response ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The connection ended within a line: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }
}
