package io.sessionadmin.table;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Connections that break at the worst moment. */
final class LostAnswers {

    private LostAnswers() {}

    /**
     * Does what it is asked to, and then the connection is gone before the answer is heard.
     *
     * @param lost the first words of the statements, and {@code commit}; each is lost once
     */
    static Connection of(Connection connection, List<String> lost) {
        return (Connection) Proxy.newProxyInstance(
                LostAnswers.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = invoke(connection, method, arguments);
                    if (method.getName().equals("commit") && lost.remove("commit")) {
                        throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
                    }
                    if (method.getName().equals("prepareStatement")) {
                        String sql = String.valueOf(arguments[0]).strip();
                        return Proxy.newProxyInstance(
                                LostAnswers.class.getClassLoader(),
                                new Class<?>[] {PreparedStatement.class},
                                (statement, asked, with) -> {
                                    Object answer = invoke(result, asked, with);
                                    if (asked.getName().startsWith("execute")
                                            && lost.remove(sql.substring(0, sql.indexOf(' ')))) {
                                        throw new SQLException("An I/O error occurred.", "08006");
                                    }
                                    return answer;
                                });
                    }
                    return result;
                });
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
