package io.sessionadmin.testbed.bench;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;
import javax.net.SocketFactory;

/**
 * Counts round trips: writes that are followed by a read, on the thread that does both. The PostgreSQL driver makes its
 * sockets with it where the URL says {@code socketFactory=}.
 */
public final class CountingSockets extends SocketFactory {

    /** One value for each thread. */
    private static final ThreadLocal<long[]> ROUND_TRIPS = ThreadLocal.withInitial(() -> new long[1]);

    /** The driver calls it. */
    public CountingSockets() {}

    private static final LongAdder ALL = new LongAdder();

    /** Of all threads so far. */
    static long roundTrips() {
        return ALL.sum();
    }

    /** All of this thread so far. */
    static long roundTripsOfThisThread() {
        return ROUND_TRIPS.get()[0];
    }

    static String counted(String jdbcUrl) {
        return jdbcUrl + (jdbcUrl.contains("?") ? "&" : "?") + "socketFactory=" + CountingSockets.class.getName();
    }

    private static final class CountingSocket extends Socket {

        private volatile boolean wrote;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    wrote = true;
                    out.write(bytes, from, length);
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    if (wrote) {
                        wrote = false;
                        ROUND_TRIPS.get()[0]++;
                        ALL.increment();
                    }
                    return in.read(bytes, from, length);
                }
            };
        }
    }

    @Override
    public Socket createSocket() {
        return new CountingSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new CountingSocket(), InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new CountingSocket(), host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    private static Socket connected(Socket socket, InetAddress host, int port) throws IOException {
        socket.connect(new java.net.InetSocketAddress(host, port));
        return socket;
    }
}
