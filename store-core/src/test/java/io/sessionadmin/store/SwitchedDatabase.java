package io.sessionadmin.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.naming.Name;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import javax.sql.DataSource;
import org.apache.tomcat.util.descriptor.web.ContextResource;
import org.jspecify.annotations.Nullable;

/**
 * The way of one node to a real PostgreSQL. A test can take it away, and can do something of its own at the very moment
 * when a statement is about to run, or has run.
 */
final class SwitchedDatabase {

    /** What a test does in between. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    private record Stop(@Nullable Thread thread, String words, boolean after, Step step) {}

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Map<String, DataSource> SOURCES = new ConcurrentHashMap<>();

    private final DataSource real;
    private final String name = "jdbc/sessions" + NAMES.incrementAndGet();
    private final List<Stop> stops = new CopyOnWriteArrayList<>();
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    SwitchedDatabase(DataSource real) {
        this.real = real;
        SOURCES.put(name, dataSource());
    }

    void goAway() {
        away = true;
    }

    void comeBack() {
        away = false;
    }

    /** Once, when this thread is about to run a statement with those words. */
    void before(String words, Step step) {
        stops.add(new Stop(Thread.currentThread(), words, false, step));
    }

    /** Once, when this thread has run such a statement, and what it did is there for others. */
    void after(String words, Step step) {
        stops.add(new Stop(Thread.currentThread(), words, true, step));
    }

    /** Likewise, whichever thread it is. */
    void afterOnAnyThread(String words, Step step) {
        stops.add(new Stop(null, words, true, step));
    }

    /** What a test has asked for and nothing has run into. */
    List<String> neverMet() {
        return stops.stream().map(Stop::words).toList();
    }

    /** How many statements with those words this node has run, on any thread. */
    long count(String words) {
        return statements.stream()
                .filter(statement -> statement.contains(words))
                .count();
    }

    Connection open() throws SQLException {
        if (away) {
            throw new SQLException("PostgreSQL is away", "08001", new ConnectException("refused"));
        }
        Connection connection = real.getConnection();
        List<Step> afterwards = new ArrayList<>();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, passing(connection, (method, first) -> {
                    if (method.equals("prepareStatement") && first instanceof String quoted) {
                        String sql = quoted.replace("\"", "");
                        statements.add(sql);
                        for (Step step : take(sql, false)) {
                            step.run();
                        }
                        afterwards.addAll(take(sql, true));
                    }
                    if (method.equals("close") && !afterwards.isEmpty()) {
                        connection.close();
                        List<Step> steps = List.copyOf(afterwards);
                        afterwards.clear();
                        for (Step step : steps) {
                            step.run();
                        }
                    }
                }));
    }

    private List<Step> take(String sql, boolean after) {
        List<Stop> due = stops.stream()
                .filter(stop -> stop.thread() == null || stop.thread() == Thread.currentThread())
                .filter(stop -> stop.after() == after && sql.contains(stop.words()))
                .toList();
        return due.stream().filter(stops::remove).map(Stop::step).toList();
    }

    @FunctionalInterface
    private interface Watcher {
        void called(String method, @Nullable Object first) throws Exception;
    }

    private static InvocationHandler passing(Object target, Watcher watcher) {
        return (proxy, method, arguments) -> {
            watcher.called(method.getName(), arguments == null ? null : arguments[0]);
            try {
                return method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
    }

    private DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        return open();
                    }
                    return method.invoke(real, arguments);
                });
    }

    /** As a {@code <Resource>} of the server. */
    ContextResource resource() {
        ContextResource resource = new ContextResource();
        resource.setName(name);
        resource.setType(DataSource.class.getName());
        resource.setAuth("Container");
        resource.setProperty("factory", Factory.class.getName());
        return resource;
    }

    /** For Tomcat's naming. */
    public static final class Factory implements ObjectFactory {

        @Override
        public Object getObjectInstance(
                Object reference, Name name, javax.naming.Context context, Hashtable<?, ?> environment) {
            if (!(reference instanceof Reference)) {
                throw new IllegalArgumentException("no resource");
            }
            return Objects.requireNonNull(SOURCES.get("jdbc/" + name));
        }
    }
}
