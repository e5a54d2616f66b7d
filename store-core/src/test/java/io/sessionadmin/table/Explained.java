package io.sessionadmin.table;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Connections whose queries are explained by PostgreSQL before they run: how many rows they read, not how long they take. */
final class Explained implements ConnectionSource {

    private static final Pattern SCAN = Pattern.compile("Scan.* on tomcat_sessions.*rows=([\\d.]+) loops=(\\d+)");
    private static final Pattern REMOVED =
            Pattern.compile("Scan[^>]* on tomcat_sessions[^>]*Rows Removed by Filter: (\\d+)");
    private static final Pattern BUFFERS = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");

    private final DataSource database;
    private final List<String> plans = new ArrayList<>();
    private final Set<String> planned = new TreeSet<>();

    Explained(DataSource database) {
        this.database = database;
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = database.getConnection();
        return proxy(Connection.class, (method, arguments) -> {
            Object result = method.invoke(connection, arguments);
            if (method.getName().equals("prepareStatement")
                    && String.valueOf(arguments[0]).contains("tomcat_sessions")) {
                PreparedStatement explained =
                        connection.prepareStatement("explain (analyze, buffers, timing off) " + arguments[0]);
                return explained((PreparedStatement) result, explained);
            }
            return result;
        });
    }

    private PreparedStatement explained(PreparedStatement statement, PreparedStatement explained) {
        return proxy(PreparedStatement.class, (method, arguments) -> {
            if (method.getName().startsWith("set")) {
                method.invoke(explained, arguments);
            } else if (method.getName().equals("executeQuery")) {
                try (Statement mode = explained.getConnection().createStatement();
                        ResultSet is = mode.executeQuery("show plan_cache_mode")) {
                    is.next();
                    planned.add(is.getString(1));
                }
                try (ResultSet line = explained.executeQuery()) {
                    StringBuilder plan = new StringBuilder();
                    while (line.next()) {
                        plan.append(line.getString(1)).append('\n');
                    }
                    plans.add(plan.toString());
                }
            } else if (method.getName().equals("close")) {
                explained.close();
            }
            return method.invoke(statement, arguments);
        });
    }

    @FunctionalInterface
    private interface Call {
        Object with(Method method, Object[] arguments)
                throws InvocationTargetException, IllegalAccessException, SQLException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return call.with(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** Forgets what ran before. */
    void reset() {
        plans.clear();
        planned.clear();
    }

    /** How PostgreSQL was to make the plans since: its {@code plan_cache_mode}. */
    Set<String> planned() {
        return planned;
    }

    String plans() {
        return String.join("\n", plans);
    }

    /** Rows that were taken from the table since the reset. */
    long rows() {
        return sum(SCAN, 1, 2) + sum(REMOVED, 1, 0);
    }

    /** Pages of the table and its indexes that were looked at. */
    long buffers() {
        long pages = 0;
        for (String plan : plans) {
            Matcher top = BUFFERS.matcher(plan);
            if (top.find()) {
                pages += Long.parseLong(top.group(1)) + (top.group(2) == null ? 0 : Long.parseLong(top.group(2)));
            }
        }
        return pages;
    }

    private long sum(Pattern pattern, int value, int times) {
        long sum = 0;
        Matcher found = pattern.matcher(plans());
        while (found.find()) {
            double number = Double.parseDouble(found.group(value));
            sum += (long) (number * (times == 0 ? 1 : Long.parseLong(found.group(times))));
        }
        return sum;
    }
}
